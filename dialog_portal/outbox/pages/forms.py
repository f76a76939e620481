"""What staff type about letters."""

from django import forms

from dialog_portal.base.typed_fields import LineField
from dialog_portal.outbox.address_field import Address

CHOICES = [
    ("", "Alla brev"),
    ("person", "Behöver åtgärd"),
    ("waiting", "Väntar"),
    ("left", "Lämnade"),
    ("kept", "Sparade i utkorgen"),
    ("failed", "Misslyckade"),
    ("bounced", "Studsade"),
    ("stopped", "Stoppade"),
    ("twice", "Möjlig dubblett"),
]


class Search(forms.Form):
    q = LineField(label="Namn, adress eller ämne", required=False, widget=forms.SearchInput)
    state = forms.ChoiceField(label="Läge", choices=CHOICES, required=False)
    campaign = LineField(required=False, widget=forms.HiddenInput)


class Correct(forms.Form):
    address = Address(label="Ny e-postadress")


class Told(forms.Form):
    how = LineField(
        label="Hur fick personen veta?",
        max_length=180,
        help_text="Till exempel: ringde 3 februari.",
    )


class Bounced(forms.Form):
    why = LineField(
        label="Vad stod det i studsen?",
        max_length=180,
        help_text="Till exempel: adressen finns inte, eller att personen har slutat.",
    )


class Campaign(forms.Form):
    campaign = LineField(required=False, max_length=80)


class Reason(forms.Form):
    reason = LineField(
        label="Varför?",
        max_length=180,
        help_text="Visas för alla kolleger tills breven släpps.",
        error_messages={"required": "Skriv varför breven ska hållas kvar."},
    )
