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
        validators=[only_a_name],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Skriv ersättarens namn."},
    )
    email = Address(
        label="Ersättarens e-postadress",
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Skriv ersättarens e-postadress."},
    )
    channel = forms.ChoiceField(
        label="Hur svaret kom",
        choices=[(Channel.PHONE, "Telefon"), (Channel.EMAIL, "E-post"), (Channel.STAFF, "På annat sätt")],
        widget=forms.RadioSelect,
        initial=Channel.PHONE,
    )
    note = forms.CharField(label="Anteckning", max_length=300, required=False, validators=[one_line])

    use_required_attribute = False  # what is asked of a substitute is asked for with one answer only

    def __init__(self, *args: Any, deputy: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if deputy:  # a substitute sends no substitute of their own
            self.fields["answer"].choices = self.fields["answer"].choices[:2]  # type: ignore[attr-defined]
            del self.fields["name"], self.fields["email"]
        elif self.is_bound and self.data.get("answer") != Answer.SUBSTITUTE:
            self.fields["name"].required = self.fields["email"].required = False

    @property
    def of_substitute(self) -> list[forms.BoundField]:
        """The fields that only one of the answers asks for."""
        return [self[name] for name in ("name", "email") if name in self.fields]

    @property
    def substitute_is_wrong(self) -> bool:
        """Whether they are to be seen whatever answer is chosen."""
        return any(name in self.errors for name in ("answer", "name", "email"))

    def clean(self) -> dict[str, Any]:
        """Another answer must not leave a substitute behind by mistake."""
        typed: dict[str, Any] = super().clean() or {}
        other = typed.get("answer") not in (None, Answer.SUBSTITUTE)
        if other and (typed.get("name") or typed.get("email")):
            self.add_error("answer", "Du har skrivit en ersättare. Välj Skickar ersättare, eller töm fälten.")
        return typed
