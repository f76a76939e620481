"""Forms of reports about accessibility: what a reader writes, and what staff note about the answer."""

from __future__ import annotations

from django import forms

from dialog_portal.base.typed_fields import LineField, ParagraphsField
from dialog_portal.base.typed_text import one_line, only_a_name
from dialog_portal.outbox.address_field import GuestsAddress
from minutes.models import ReportKind


class ReportForm(forms.Form):
    """What does not work, on which page, and where to send the answer. Nobody has to say who they are."""

    kind = forms.ChoiceField(
        label="Vad gäller det?",
        choices=ReportKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Välj vad det gäller."},
    )
    message = ParagraphsField(
        label="Berätta",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Till exempel vad du ville göra, vad som hände och vilket hjälpmedel du använder.",
        error_messages={
            "required": "Skriv vad det gäller.",
            "max_length": "Texten får ha högst 4 000 tecken.",
        },
    )
    page = LineField(label="Vilken sida eller fil?", max_length=300, required=False, validators=[one_line])
    name = LineField(
        label="Ditt namn",
        max_length=80,
        required=False,
        validators=[only_a_name],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = GuestsAddress(
        label="Din e-postadress",
        required=False,
        help_text="Behövs för att vi ska kunna svara dig.",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={"invalid": "Skriv en hel e-postadress, som namn@kommun.example."},
    )


class AnswerForm(forms.Form):
    """What was answered, in short."""

    answer = ParagraphsField(
        label="Vad svarade ni?",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Svara först personen med e-post. Skriv sedan här vad ni svarade och vad ni gör åt det.",
        error_messages={"required": "Skriv vad ni svarade."},
    )
