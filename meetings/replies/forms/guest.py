"""Forms that guests fill in: a substitute or a colleague, their needs, and an address to send a link to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html

from dialog_portal.base.typed_fields import LineField
from dialog_portal.base.typed_text import only_a_name
from dialog_portal.outbox.address_field import GuestsAddress


class SomebodyElse(forms.Form):
    """The name and address of a person whom the guest wants to come."""

    name = LineField(
        label="Personens namn",
        max_length=80,
        validators=[only_a_name],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Skriv personens namn.", "max_length": "Namnet får ha högst 80 tecken."},
    )
    email = GuestsAddress(
        label="Personens e-postadress i tjänsten",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "Skriv personens e-postadress.",
            "invalid": "Skriv en hel e-postadress, som namn@kommun.example.",
        },
    )

    def __init__(self, *args: Any, domains: list[str], only_these: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if domains:
            ends = " eller ".join(f"@{domain}" for domain in domains)
            hint = "Adressen ska sluta på {}." if only_these else "Slutar adressen på {} går inbjudan direkt."
            self.fields["email"].help_text = format_html(hint, ends)


class Needs(forms.Form):
    """Food and access needs. Food is asked about only where a meal is served."""

    food = LineField(
        label="Mat, till exempel allergi eller vegetarisk kost",
        max_length=300,
        required=False,
    )
    access = LineField(
        label="Tillgänglighet, till exempel hörslinga eller teckenspråkstolk",
        max_length=300,
        required=False,
    )

    def __init__(self, *args: Any, meal: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not meal:
            del self.fields["food"]


class OwnAddress(forms.Form):
    """The address that a letter about a meeting once went to, for those who have lost their link."""

    email = GuestsAddress(
        label="Din e-postadress",
        widget=forms.TextInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": "Skriv din e-postadress.",
            "invalid": "Skriv en hel e-postadress, som namn@kommun.example.",
        },
    )
