"""Forms that know which version of a row the person saw, and show what somebody else saved meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from django import forms
from django.db import models

from dialog_portal.base.stale_saves import StaleSave, same, stored_value

Result = TypeVar("Result")
REMOVED = "Någon har tagit bort det du redigerar. Kopiera din text innan du går vidare."


def in_words(row: models.Model, name: str, value: Any) -> Any:
    """Return a stored value as people read it: several names in a row, yes or no, a choice by its label."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "ja" if value else "nej"
    display = getattr(row, f"get_{name}_display", None)
    return display() if display else "" if value is None else value


class VersionedForm(forms.ModelForm):  # type: ignore[type-arg]
    """A model form that parses what was typed; an action saves it, if the row is still as the person saw it.

    After a conflict `theirs` lists (label, their value) for the fields that differ; the typed values stay in the form.
    """

    seen_name: ClassVar[str] = "seen_version"  # the hidden field
    seen_type: ClassVar[type[forms.Field]] = forms.IntegerField
    conflict: ClassVar[str] = (
        "Någon annan sparade ändringar medan du skrev, eller så gjorde du det själv i en annan flik. "
        "Din text står kvar i formuläret, och det som är sparat visas ovanför. "
        "Ändra det som behövs och spara igen."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.theirs: list[tuple[str, Any]] = []
        seen = self.seen_mark(self.instance)
        self.fields[self.seen_name] = self.seen_type(widget=forms.HiddenInput, required=False, initial=seen)
        self.compared = list(self._meta.fields or ())

    @staticmethod
    def seen_mark(row: Any) -> Any:
        """Return what tells one stored state of the row from another."""
        return row.version

    @property
    def seen(self) -> Any:
        """What the page that was sent back said of the row's state."""
        return self.cleaned_data.get(self.seen_name)

    @property
    def seen_version(self) -> int | None:
        """Which version of the row the person saw."""
        version: int | None = self.seen
        return version

    @property
    def values(self) -> dict[str, Any]:
        """Each field of the row with what was typed, for the action that saves it; for a valid form."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}

    @staticmethod
    def stored_value(row: Any, name: str) -> Any:
        """Return the value of a field in a stored row, as the form would clean it."""
        return stored_value(row, name)

    def show_conflict(self, theirs: Any) -> None:
        """Say that somebody else saved `theirs` meanwhile, show it, and let the next press overwrite it.

        None stands for a row that was removed.
        """
        if theirs is None:
            self.add_error(None, REMOVED)
            return
        for name in self.compared:
            value = self.stored_value(theirs, name)
            if not same(value, self.cleaned_data.get(name)):
                self.theirs.append((str(self.fields[name].label), in_words(theirs, name, value)))
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data[self.add_prefix(self.seen_name)] = str(self.seen_mark(theirs))
        self.data = data
        self.add_error(None, forms.ValidationError(self.conflict, code="conflict"))

    def save(self, commit: bool = True) -> Any:
        """Refuse: a form cannot know that nobody saved the row meanwhile."""
        raise TypeError("Give the form's values and seen_version to an action that saves them.")


def submit(form: VersionedForm, save: Callable[[], Result]) -> Result | None:
    """Return what `save` returns; None when there are errors or somebody else saved meanwhile, which the form says."""
    if not form.is_valid():
        show_conflict_if_stale(form)
        return None
    try:
        return save()
    except StaleSave as stale:
        form.show_conflict(stale.theirs)
        return None


def show_conflict_if_stale(form: VersionedForm) -> None:
    """Show what somebody else saved also beside errors, so that both are mended in one go. Only reads."""
    row = form.instance
    if not form.is_bound or row.pk is None:
        return
    stored = type(row)._default_manager.filter(pk=row.pk).first()
    if stored is None or form.seen_mark(stored) != form.seen:
        form.show_conflict(stored)
