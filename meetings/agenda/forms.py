"""What people type about the points of an agenda."""

from __future__ import annotations

from typing import Any

from django import forms

from dialog_portal.base.versioned_form import VersionedForm
from meetings.models import AgendaItem

LABELS = {"internal": "Intern punkt, visas bara för personalen"}
WIDGETS = {
    "description": forms.Textarea(attrs={"rows": 4}),
    "minutes": forms.NumberInput(attrs={"inputmode": "numeric", "min": 0, "max": 600}),
}


class NewItemForm(forms.ModelForm):  # type: ignore[type-arg]
    """The short form at the end of the agenda: made to be filled in many times in a row."""

    class Meta:
        model = AgendaItem
        fields = ("title", "minutes", "presenter", "internal")
        labels = LABELS
        widgets = WIDGETS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].error_messages["required"] = "Skriv vad punkten handlar om."


class ItemForm(VersionedForm):
    """Everything about a point."""

    class Meta:
        model = AgendaItem
        fields = ("title", "description", "minutes", "presenter", "internal")
        labels = LABELS
        widgets = WIDGETS
