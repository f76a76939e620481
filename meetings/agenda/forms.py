"""Staff forms for the items of an agenda."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from dialog_portal.base.typed_fields import DayField
from dialog_portal.base.typed_text import without_number
from dialog_portal.base.versioned_form import VersionedForm
from meetings.models import AgendaConsultation, AgendaItem, HowConsulted
from parties.models import EARLIEST_YEAR

ITEM_LABELS = {"internal": "Intern punkt, visas bara för personalen"}
ITEM_WIDGETS = {
    "description": forms.Textarea(attrs={"rows": 4}),
    "minutes": forms.NumberInput(attrs={"inputmode": "numeric", "min": 0, "max": 600}),
}


class TitleWithoutNumber:
    """For a form with a `title`: the page numbers the points, so a number that was typed is left out."""

    cleaned_data: dict[str, Any]

    def clean_title(self) -> str:
        return without_number(self.cleaned_data["title"])


class NewItemForm(TitleWithoutNumber, forms.ModelForm):  # type: ignore[type-arg]
    """The short form at the end of the agenda, with which many items can be added quickly."""

    class Meta:
        model = AgendaItem
        fields = ("title", "minutes", "presenter", "internal")
        labels = ITEM_LABELS
        widgets = ITEM_WIDGETS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].error_messages["required"] = "Skriv vad punkten handlar om."


class ItemForm(TitleWithoutNumber, VersionedForm):
    """All fields of an item."""

    class Meta:
        model = AgendaItem
        fields = ("title", "description", "minutes", "presenter", "internal")
        labels = ITEM_LABELS
        widgets = ITEM_WIDGETS


class ConsultationForm(forms.ModelForm):  # type: ignore[type-arg]
    """A consultation about the agenda that was held outside the portal."""

    held_on = DayField(
        label="När",
        earliest=date(EARLIEST_YEAR, 1, 1),
        initial=timezone.localdate,
        error_messages={"required": "Ange en dag."},
    )
    how = forms.ChoiceField(
        label="Hur",
        choices=HowConsulted,
        widget=forms.RadioSelect,
        error_messages={"required": "Välj hur ni stämde av."},
    )

    class Meta:
        model = AgendaConsultation
        fields = ("body", "held_on", "how", "remark")
        help_texts = {
            "body": "Till exempel FSKF:s styrelse.",
            "remark": "Till exempel vem du talade med, eller vad som ändrades.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].error_messages["required"] = "Skriv vem dagordningen är avstämd med."

    def clean_held_on(self) -> date:
        """Return the day. Raise ValidationError for a day to come: a consultation is noted afterwards."""
        day: date = self.cleaned_data["held_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(
                "Avstämningen noteras när den har hållits. Välj i dag eller tidigare."
            )
        return day
