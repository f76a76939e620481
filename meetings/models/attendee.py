"""Attendance: who came to a meeting."""

from __future__ import annotations

from django.db import models

from dialog_portal.base.typed_columns import LineColumn
from dialog_portal.base.typed_text import name_without_links, one_line
from dialog_portal.outbox.address_field import AddressColumn
from meetings.models.meeting import Meeting
from parties.models import Party


class Attendee(models.Model):
    """A person on the attendance list, under the name that their party had that day."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="attendees")
    invitee = models.OneToOneField("Invitee", models.PROTECT, null=True, blank=True, related_name="attendee")
    invitation = models.ForeignKey(
        "Invitation", models.PROTECT, null=True, blank=True, related_name="attendees"
    )
    # Of somebody who was not invited by name: a party of the register for which they came
    party = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="part"
    )
    name = LineColumn("namn", max_length=120, validators=[one_line])
    email = AddressColumn("e-postadress", blank=True)
    organisation = LineColumn("organisation", max_length=160, validators=[one_line])
    title = LineColumn("uppdrag", max_length=120, blank=True, validators=[one_line])
    attended = models.BooleanField("deltog", default=True)
    staff = models.BooleanField("från regionen", default=False)

    class Meta:
        verbose_name = "deltagare"
        verbose_name_plural = "deltagare"
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.name}, {self.organisation}"

    @property
    def represents(self) -> Party | None:
        """The party for which the person came, invited or not; None for the region and for others outside it."""
        return self.party or (self.invitation.party if self.invitation else None)

    @property
    def name_in_letters(self) -> str:
        """The name as letters write it; see Invitee.name_in_letters."""
        return (
            self.invitee.name_in_letters
            if self.invitee and self.invitee.name == self.name
            else name_without_links(self.name)
        )
