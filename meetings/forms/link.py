"""What staff choose when a personal link is changed."""

from __future__ import annotations

from django import forms

from meetings.models import Invitee


class ChangeLink(forms.Form):
    """Whether the new link leaves at once: not to an address that is wrong."""

    tell = forms.BooleanField(required=False, initial=True)

    def __init__(self, *args: object, invitee: Invitee) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.fields["tell"].label = f"Skicka den nya länken till {invitee.email} nu"
