"""Invitations: a party's seats at a meeting. Letters go to the people who hold the party's mandates."""

from __future__ import annotations

from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery

from dialog_portal.base.swedish import swedish
from dialog_portal.base.typed_columns import LineColumn
from dialog_portal.base.typed_text import one_line
from meetings.models import seats
from meetings.models.invitee import Invitee
from meetings.models.meeting import Group, Meeting
from parties.models import MAX_SEATS, Party


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def in_order(self) -> Self:
        """By party or organisation, in Swedish order."""
        return self.select_related("party").order_by(swedish("party__name", "label"), "pk")

    def in_use(self) -> Self:
        """Return those whose party is still invited: somebody on the list represents it, or nobody ever has.

        A party whose people are all taken off the list is off the meeting; its row only shows what happened.
        """
        people = Invitee.objects.filter(invitation=OuterRef("pk"))
        also = Invitee.also.through.objects.filter(invitation=OuterRef("pk"), invitee__withdrawn_at=None)
        return self.filter(~Exists(people) | Exists(people.active()) | Exists(also))

    def followed_by_register(self) -> Self:
        """Return those whose new people are to be on the list: in use, or empty only because of the register.

        So a successor is found when the last mandate has ended. A party that staff have taken off stays off, and one
        that has moved to another group stays off until it is back.
        """
        emptied = Invitee.objects.filter(invitation=OuterRef("pk"), withdrawn_by_register=True)
        membership = Group.parties.through.objects.filter(party=OuterRef("party"))
        own = membership.filter(group=OuterRef("meeting__group"))
        elsewhere = membership.filter(group__round=OuterRef("meeting__round"))
        belongs = Q(meeting__group=None) | Exists(own) | ~Exists(elsewhere)
        return self.filter(Q(pk__in=Invitation.objects.in_use()) | belongs & Q(Exists(emptied)))

    def with_more_people_than_seats(self) -> Self:
        """Return the invitations with more people than seats: only they can have a waiting list.

        People are counted for each invitation, so the register and other meetings' guests are not read.
        """
        people = Invitee.objects.filter(invitation=OuterRef("pk")).order_by().values("invitation")
        return self.annotate(people=Subquery(people.annotate(number=Count("pk")).values("number"))).filter(
            people__gt=F("seats")
        )

    def with_seat_order(self) -> Self:
        """Fetch what `seat_order` and `seats_taken` read, in a fixed number of queries."""
        return self.prefetch_related("invitees__replies")


class Invitation(models.Model):
    """A party's seats at a meeting. A guest outside every party has a label instead of a party."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="invitations")
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="invitations")
    label = LineColumn("organisation", max_length=160, blank=True, validators=[one_line])
    seats = models.PositiveSmallIntegerField(
        "platser", default=3, validators=[MinValueValidator(1), MaxValueValidator(MAX_SEATS)]
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "inbjudan"
        verbose_name_plural = "inbjudningar"
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("meeting", "party"), name="invitation_once_per_party"),
            models.CheckConstraint(
                condition=Q(party__isnull=False) | ~Q(label=""), name="invitation_says_whom"
            ),
            models.CheckConstraint(
                condition=Q(seats__gte=1, seats__lte=MAX_SEATS), name="invitation_seats_are_sane"
            ),
        )

    def __str__(self) -> str:
        return self.party.name if self.party else self.label

    @property
    def organisation(self) -> str:
        """The party's full name, as Nynäshamns kommun."""
        return (self.party.full_name or self.party.name) if self.party else self.label

    def seat_order(self) -> list[int]:
        """Return the ids of those who want a seat, first come, first served; the rule is in seats.py."""
        return seats.seat_order(self.invitees.all())

    def seated(self) -> list[int]:
        """Return the ids of those who have a seat: the first in the order, as many as there are seats."""
        return seats.seated(self.seat_order(), self.seats)

    def waiting(self) -> list[int]:
        """Return the ids of those on the waiting list, the next in turn first."""
        return seats.waiting(self.seat_order(), self.seats)

    @property
    def seats_taken(self) -> int:
        """The number of seats that somebody has."""
        return len(self.seated())
