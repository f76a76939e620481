"""Forms with optimistic locking: they carry the version that the user saw and show what somebody else has saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.db import models

from dialog_portal.base.stale_saves import SaveResult, StaleSave, is_same_value, stored_value
from dialog_portal.base.states import NotAllowed

ROW_REMOVED = "Någon har tagit bort det du redigerar. Kopiera din text innan du går vidare."


def displayed_value(row: models.Model, name: str, value: Any) -> Any:
    """Return a stored value as shown to the user: a list of names, "ja" or "nej", or the label of a choice."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "ja" if value else "nej"
    display = getattr(row, f"get_{name}_display", None)
    return display() if display else "" if value is None else value


class VersionedForm(forms.ModelForm):  # type: ignore[type-arg]
    """A model form with a hidden field for the version that the user saw. An action saves it, not the form.

    After a conflict `conflicts` is a list of (label, stored value) for the fields that differ, and the form still holds
    what the user typed.
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
        self.conflicts: list[tuple[str, Any]] = []
        seen = self.version_mark(self.instance)
        self.fields[self.seen_name] = self.seen_type(widget=forms.HiddenInput, required=False, initial=seen)
        self.compared_fields = list(self._meta.fields or ())

    @staticmethod
    def version_mark(row: Any) -> Any:
        """Return the version of a row, or another value that differs whenever the row has been saved."""
        return row.version

    @property
    def seen(self) -> Any:
        """The version that came back with the form."""
        return self.cleaned_data.get(self.seen_name)

    @property
    def seen_version(self) -> int | None:
        """The version number of the row that the user saw; None if it is missing."""
        version: int | None = self.seen
        return version

    @property
    def values(self) -> dict[str, Any]:
        """The typed values by field name, for the action that saves them. Only for a valid form."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}

    @staticmethod
    def stored_value(row: Any, name: str) -> Any:
        """Return the value of a field of a stored row, as the form would clean it."""
        return stored_value(row, name)

    def show_conflict(self, theirs: Any) -> None:
        """Add an error that shows the stored row `theirs` (None if it was deleted).

        The hidden version becomes that of `theirs`, so the user can save again and overwrite it.
        """
        if theirs is None:
            self.add_error(None, ROW_REMOVED)
            return
        for name in self.compared_fields:
            value = self.stored_value(theirs, name)
            if not is_same_value(value, self.cleaned_data.get(name)):
                self.conflicts.append((str(self.fields[name].label), displayed_value(theirs, name, value)))
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data[self.add_prefix(self.seen_name)] = str(self.version_mark(theirs))
        self.data = data
        self.add_error(None, forms.ValidationError(self.conflict, code="conflict"))

    def save(self, commit: bool = True) -> Any:
        """Raise TypeError: only an action can lock the row and compare its version."""
        raise TypeError("Give the form's values and seen_version to an action that saves them.")


def submit(
    form: VersionedForm, save: Callable[[], SaveResult], *, refusal_at: str | None = None
) -> SaveResult | None:
    """Return what `save` returns; None if the form has errors, somebody else has saved, or the action is refused.

    The form shows which, and holds what was typed: the caller renders it again. A refusal is shown at the field that it
    names itself, otherwise at `refusal_at`.
    """
    if not form.is_valid():
        show_conflict_if_stale(form)
        return None
    try:
        return save()
    except StaleSave as stale:
        form.show_conflict(stale.theirs)
    except NotAllowed as refusal:
        form.add_error(refusal.field or refusal_at, str(refusal))
    return None


def show_conflict_if_stale(form: VersionedForm) -> None:
    """Show a conflict together with the errors of an invalid form, so that the user can correct both. Only reads."""
    row = form.instance
    if not form.is_bound or row.pk is None:
        return
    stored = type(row)._default_manager.filter(pk=row.pk).first()
    if stored is None or form.version_mark(stored) != form.seen:
        form.show_conflict(stored)
