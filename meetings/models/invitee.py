"""One invited person, and their food and access needs."""

from __future__ import annotations

import secrets
from typing import Any, Self

from django.db import models
from django.db.models import Q

from dialog_portal.base.swedish import join_words, swedish
from dialog_portal.base.typed_columns import LineColumn
from dialog_portal.base.typed_text import name_without_links, one_line
from dialog_portal.outbox.address_field import AddressColumn
from meetings.models.meeting import Meeting
from meetings.models.silent_invitees import SilentInvitees
from parties.models import Person


def calendar_secret() -> str:
    """Return 64 random bits as hexadecimal text."""
    return secrets.token_hex(8)


class InviteeQuerySet(SilentInvitees["Invitee"]):
    """Invited people."""

    def in_order(self) -> Self:
        """By party, then by name, in Swedish order."""
        return self.order_by(swedish("invitation__party__name", "invitation__label"), swedish("name"), "pk")

    def active(self) -> Self:
        """Return those who are still on the list."""
        return self.filter(withdrawn_at__isnull=True)


class Invitee(models.Model):
    """One person who gets one letter, however many mandates they hold, and is counted once.

    `invitation` is the party whose seat they take; `also` are the other parties for which they hold mandates. A
    substitute refers to the person who handed over, and has a link of their own. The calendar secret is part of the UID
    of the event that only this person gets, so that an answer from a calendar can be told from a guess.
    """

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="invitees")
    invitation = models.ForeignKey("Invitation", models.CASCADE, related_name="invitees")
    also: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        "Invitation", related_name="+", blank=True
    )
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="invitees")
    name = LineColumn("namn", max_length=120, validators=[one_line])
    email = AddressColumn("e-postadress")
    title = LineColumn("uppdrag", max_length=120, blank=True, validators=[one_line])
    link = models.OneToOneField("links.Link", models.PROTECT, related_name="invitee")
    substitute_for = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="substitutes"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by_register = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="taken off because of the register, which may also put the person back",
    )
    calendar_closed = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="somebody else may have the event, so what calendars answer does not count",
    )
    # Empty only in rows that an older version wrote during an upgrade: those people cannot answer by calendar
    calendar_secret = models.CharField(max_length=16, default=calendar_secret, db_default="", editable=False)

    objects = InviteeQuerySet.as_manager()

    class Meta:
        verbose_name = "inbjuden"
        verbose_name_plural = "inbjudna"
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("meeting", "email"),
                condition=Q(withdrawn_at__isnull=True),
                name="invitee_address_once_per_meeting",
            ),
            models.UniqueConstraint(
                fields=("substitute_for",),
                condition=Q(withdrawn_at__isnull=True),
                name="invitee_one_substitute",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def invitations(self) -> list[Any]:
        """The invitations of all parties that the person represents, the one that gives the seat first."""
        others = self.also.all() if self.pk else ()  # an invented person of an example letter has none
        return [self.invitation, *others]

    @property
    def represents(self) -> str:
        """All parties that the person represents, as in a sentence."""
        return join_words(str(row) for row in self.invitations)

    @property
    def name_in_letters(self) -> str:
        """The name as letters write it. A name that a guest may have typed is cut, and cannot become a link."""
        return self.name if self.person_id else name_without_links(self.name)


class Need(models.Model):
    """Food and access needs: health data, seen by staff who plan the meeting, erased 14 days after it."""

    invitee = models.OneToOneField(Invitee, models.CASCADE, related_name="need")
    food = LineColumn("mat", max_length=300, blank=True, validators=[one_line])
    access = LineColumn("tillgänglighet", max_length=300, blank=True, validators=[one_line])
