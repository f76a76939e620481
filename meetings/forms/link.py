"""What staff choose when a personal link is changed, or the address that it goes to."""

from __future__ import annotations

from django import forms

from meetings.forms.address import Address
from meetings.models import Invitee


class ChangeLink(forms.Form):
    """Whether the new link leaves at once: not to an address that is wrong."""

    tell = forms.BooleanField(required=False, initial=True)

    def __init__(self, *args: object, invitee: Invitee) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.fields["tell"].label = f"Skicka den nya länken till {invitee.email} nu"


class ChangeAddress(forms.Form):
    """The right address of somebody who is not in the register."""

    email = Address(label="Ny e-postadress")
