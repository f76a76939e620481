"""Forms about who is invited, their seats, links and addresses."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from dialog_portal.base.typed_fields import LineField
from dialog_portal.outbox.address_field import Address
from meetings.models import Invitation, Invitee, Meeting
from parties.models import MAX_SEATS, Party


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
            MaxValueValidator(MAX_SEATS, f"En part kan ha högst {MAX_SEATS} platser."),
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

    organisation = LineField(label="Organisation", max_length=160)
    name = LineField(label="Namn", max_length=120)
    email = Address(label="E-postadress")


class ChangeLink(forms.Form):
    """Whether the new link is sent at once; it should not be when the address is wrong."""

    tell = forms.BooleanField(required=False, initial=True)

    def __init__(self, *args: object, invitee: Invitee) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.fields["tell"].label = f"Skicka den nya länken till {invitee.email} nu"


class ChangeAddress(forms.Form):
    """The right address of somebody who is not in the register."""

    email = Address(label="Ny e-postadress")
