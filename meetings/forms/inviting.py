"""Forms about who is invited and what staff note of their answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from dialog_portal.text import one_line, only_a_name
from meetings.forms.address import Address
from meetings.models import Answer, Channel, Invitation, Meeting
from parties.models import Party


class InviteParties(forms.Form):
    """Which parties get seats at the meeting, and how many each."""

    parties = forms.ModelMultipleChoiceField(
        Party.objects.none(),
        label="Parter",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Välj minst en part. Inget skickas när du sparar här."},
    )
    seats = forms.IntegerField(
        label="Platser per part",
        validators=[
            MinValueValidator(1, "En part måste ha minst en plats."),
            MaxValueValidator(50, "En part kan ha högst 50 platser."),
        ],
    )

    def __init__(self, *args: Any, meeting: Meeting, parties: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parties"].queryset = parties  # type: ignore[attr-defined]
        self.fields["seats"].initial = meeting.seats


class Seats(forms.ModelForm):  # type: ignore[type-arg]
    """How many seats one party has."""

    class Meta:
        model = Invitation
        fields = ("seats",)


class FreeGuest(forms.Form):
    """Somebody who is invited without belonging to a party in the register."""

    organisation = forms.CharField(label="Organisation", max_length=160, validators=[one_line])
    name = forms.CharField(label="Namn", max_length=120, validators=[one_line])
    email = Address(label="E-postadress")


class NoteReply(forms.Form):
    """An answer that came by telephone or e-mail; staff may name any substitute, whatever their address."""

    answer = forms.ChoiceField(
        label="Svar",
        choices=[
            (Answer.YES, "Kommer"),
            (Answer.NO, "Kommer inte"),
            (Answer.SUBSTITUTE, "Skickar ersättare"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Välj vad personen svarade."},
    )
    name = forms.CharField(
        label="Ersättarens namn",
        max_length=80,
        required=False,
        validators=[only_a_name],
        help_text="Bara om personen skickar en ersättare. Ersättaren får en egen inbjudan.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = Address(
        label="Ersättarens e-postadress",
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    channel = forms.ChoiceField(
        label="Hur svaret kom",
        choices=[(Channel.PHONE, "Telefon"), (Channel.EMAIL, "E-post"), (Channel.STAFF, "På annat sätt")],
        widget=forms.RadioSelect,
        initial=Channel.PHONE,
    )
    note = forms.CharField(label="Anteckning", max_length=300, required=False, validators=[one_line])

    def __init__(self, *args: Any, deputy: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if deputy:  # a substitute sends no substitute of their own
            self.fields["answer"].choices = self.fields["answer"].choices[:2]  # type: ignore[attr-defined]
            del self.fields["name"], self.fields["email"]

    def clean(self) -> dict[str, Any]:
        """A substitute needs a name and an address; another answer must not leave one behind by mistake."""
        typed: dict[str, Any] = super().clean() or {}
        if typed.get("answer") == Answer.SUBSTITUTE:
            for field, missing in MISSING.items():
                if field not in self.errors and not typed.get(field):
                    self.add_error(field, missing)
        elif typed.get("answer") and (typed.get("name") or typed.get("email")):
            self.add_error("answer", "Du har skrivit en ersättare. Välj Skickar ersättare, eller töm fälten.")
        return typed


MISSING = {"name": "Skriv ersättarens namn.", "email": "Skriv ersättarens e-postadress."}
