"""Staff forms for the items of an agenda."""

from __future__ import annotations

from typing import Any

from django import forms

from dialog_portal.base.versioned_form import VersionedForm
from meetings.models import AgendaItem

ITEM_LABELS = {"internal": "Intern punkt, visas bara för personalen"}
ITEM_WIDGETS = {
    "description": forms.Textarea(attrs={"rows": 4}),
    "minutes": forms.NumberInput(attrs={"inputmode": "numeric", "min": 0, "max": 600}),
}


class NewItemForm(forms.ModelForm):  # type: ignore[type-arg]
    """The short form at the end of the agenda, with which many items can be added quickly."""

    class Meta:
        model = AgendaItem
        fields = ("title", "minutes", "presenter", "internal")
        labels = ITEM_LABELS
        widgets = ITEM_WIDGETS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].error_messages["required"] = "Skriv vad punkten handlar om."


class ItemForm(VersionedForm):
    """All fields of an item."""

    class Meta:
        model = AgendaItem
        fields = ("title", "description", "minutes", "presenter", "internal")
        labels = ITEM_LABELS
        widgets = ITEM_WIDGETS
