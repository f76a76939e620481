"""The style guide page: every component of the user interface in all its states, with a line on when to use it."""

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dialog_portal.base.typed_fields import DayField, LineField, ParagraphsField
from dialog_portal.outbox.address_field import Address

CHAIN_STEPS = (
    ("planerat", "done"),
    ("aviserat", "done"),
    ("inbjudet", "done"),
    ("genomfört", "now"),
    ("anteckningar", "todo"),
    ("fastställt", "todo"),
    ("utskickat", "todo"),
    ("publicerat", "todo"),
)
ICONS = [
    "check",
    "cross",
    "clock",
    "place",
    "calendar",
    "person",
    "letter",
    "search",
    "up",
    "down",
    "file",
    "edit",
]
WRONG_VALUES = {
    "wrong-address": "lisa.example.org",
    "wrong-seats": "10000",
    "wrong-kind": "k",
}


class ExampleForm(forms.Form):
    """One field of each kind; nothing is saved."""

    heading = LineField(label="Rubrik", max_length=60, help_text="Högst 60 tecken.")
    address = Address(label="E-postadress")
    date = DayField(label="Datum")
    seats = forms.IntegerField(
        label="Platser per part",
        min_value=1,
        max_value=20,
        help_text="Vanligen tre.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    kind = forms.ChoiceField(
        label="Kategori", choices=(("", "Välj"), ("k", "Kommuner"), ("c", "Centrumbildningar"))
    )
    form = forms.ChoiceField(
        label="Mötesform",
        choices=(("room", "På plats"), ("screen", "Digitalt")),
        widget=forms.RadioSelect,
    )
    extras = forms.MultipleChoiceField(
        label="Vid mötet finns",
        choices=(("loop", "hörslinga"), ("sign", "teckenspråkstolk"), ("food", "mat")),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    text = ParagraphsField(label="Om mötet", widget=forms.Textarea(attrs={"rows": 4}), required=False)
    agreed = forms.BooleanField(label="Jag har stämt av dagordningen med parten")


def style_guide(request: HttpRequest) -> HttpResponse:
    """Show all components, with one empty form and one form that shows its errors."""
    wrong = ExampleForm(WRONG_VALUES, prefix="wrong")
    context = {
        "fresh": ExampleForm(prefix="fresh"),
        "wrong": wrong,
        "chain": CHAIN_STEPS,
        "page_obj": Paginator(range(214), 50).page(2),
        "icons": ICONS,
    }
    return render(request, "staff/style.html", context)
