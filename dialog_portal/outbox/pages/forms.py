"""What staff type about letters."""

from django import forms

from dialog_portal.base.typed_text import one_line, unquoted_address
from dialog_portal.outbox.draft import check_deliverable

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
    q = forms.CharField(label="Namn, adress eller ämne", required=False, widget=forms.SearchInput)
    state = forms.ChoiceField(label="Läge", choices=CHOICES, required=False)
    campaign = forms.CharField(required=False, widget=forms.HiddenInput)


class Correct(forms.Form):
    address = forms.EmailField(
        label="Ny e-postadress", max_length=254, validators=[unquoted_address, check_deliverable]
    )


class Told(forms.Form):
    how = forms.CharField(
        label="Hur fick personen veta?",
        max_length=180,
        validators=[one_line],
        help_text="Till exempel: ringde 3 februari.",
    )


class Bounced(forms.Form):
    why = forms.CharField(
        label="Vad stod det i studsen?",
        max_length=180,
        validators=[one_line],
        help_text="Till exempel: adressen finns inte, eller att personen har slutat.",
    )


class Campaign(forms.Form):
    campaign = forms.CharField(required=False, max_length=80, validators=[one_line])


class Reason(forms.Form):
    reason = forms.CharField(
        label="Varför?",
        max_length=180,
        validators=[one_line],
        help_text="Visas för alla kolleger tills breven släpps.",
        error_messages={"required": "Skriv varför breven ska hållas kvar."},
    )
