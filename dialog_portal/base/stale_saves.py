"""Two people editing the same thing: the second to save is told, sees both texts and loses nothing."""

from typing import Any

from django import forms
from django.db import models


class Versioned(models.Model):
    """A row whose version rises with each saved form."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True


def shown(row: models.Model, name: str, value: Any) -> Any:
    """A stored value in words: several names in a row, yes or no, a choice by its label, nothing as nothing."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "ja" if value else "nej"
    display = getattr(row, f"get_{name}_display", None)
    return display() if display else "" if value is None else value


class VersionedForm(forms.ModelForm):  # type: ignore[type-arg]
    """A model form that refuses to overwrite what somebody else saved meanwhile, and shows what they saved.

    `form.theirs` lists (label, their value) for the fields that differ; the typed values stay in the form.
    Validate and save inside one transaction: the row is locked while it is compared.
    """

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.theirs: list[tuple[str, Any]] = []
        self.fields["seen_version"].initial = self.instance.version
        self.compared = [name for name in self._meta.fields or () if name in self.fields]

    @staticmethod
    def _stored(row: models.Model, name: str) -> Any:
        """The value of a field in the form that people read and forms clean to."""
        value = getattr(row, name)
        return list(value.all()) if isinstance(value, models.Manager) else value

    def clean(self) -> dict[str, Any] | None:
        """Compare the version that the person saw with the one that is stored now."""
        if not self.instance.pk:
            return super().clean()
        now = type(self.instance)._default_manager.select_for_update().filter(pk=self.instance.pk).first()
        if now is None:
            raise forms.ValidationError(
                "Någon har tagit bort det du redigerar. Kopiera din text innan du går vidare."
            )
        if now.version != self.cleaned_data.get("seen_version"):
            self._show(now)
        self.instance.version = now.version
        return super().clean()

    def _show(self, now: Any) -> None:
        for name in self.compared:
            theirs, mine = self._stored(now, name), self.cleaned_data.get(name)
            same = set(theirs) == set(mine or ()) if isinstance(theirs, list) else theirs == mine
            if not same:
                self.theirs.append((str(self.fields[name].label), shown(now, name, theirs)))
        data: Any = self.data
        self.data = data.copy()
        self.data[self.add_prefix("seen_version")] = str(now.version)  # type: ignore[index]
        raise forms.ValidationError(
            "Någon annan sparade ändringar medan du skrev, eller så gjorde du det själv i en annan flik. "
            "Din text står kvar i formuläret, och det som är sparat visas ovanför. "
            "Ändra det som behövs och spara igen.",
            code="conflict",
        )

    def save(self, commit: bool = True) -> Any:
        if self.instance.pk:
            self.instance.version += 1
        return super().save(commit)
