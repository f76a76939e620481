"""A seat is invited, not a person: invitations belong to parties, letters go to those who hold their mandates."""

from __future__ import annotations

from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery

from dialog_portal.base.swedish import swedish
from dialog_portal.base.typed_text import one_line
from meetings.models.invitee import Invitee
from meetings.models.meeting import Meeting
from meetings.models.waiting_list import seat_order
from parties.models import Party


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def in_order(self) -> Self:
        """By party or free-standing organisation, in Swedish order."""
        return self.select_related("party").order_by(swedish("party__name", "label"), "pk")

    def with_more_people_than_seats(self) -> Self:
        """Those with more people than seats: only there can anybody wait for one.

        People are counted invitation by invitation, so the register and other meetings' guests are not read.
        """
        people = Invitee.objects.filter(invitation=OuterRef("pk")).order_by().values("invitation")
        return self.annotate(people=Subquery(people.annotate(number=Count("pk")).values("number"))).filter(
            people__gt=F("seats")
        )

    def with_seat_order(self) -> Self:
        """Fetch what `seat_order` and `seats_taken` are counted from, in a fixed number of queries."""
        return self.prefetch_related("invitees__replies")


class Invitation(models.Model):
    """A party's seats at a meeting. A free-standing guest has a label instead of a party."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="invitations")
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="invitations")
    label = models.CharField("organisation", max_length=160, blank=True, validators=[one_line])
    seats = models.PositiveSmallIntegerField(
        "platser", default=3, validators=[MinValueValidator(1), MaxValueValidator(50)]
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
                condition=Q(seats__gte=1, seats__lte=50), name="invitation_seats_are_sane"
            ),
        )

    def __str__(self) -> str:
        return self.party.name if self.party else self.label

    @property
    def organisation(self) -> str:
        """The party as it writes itself, as Nynäshamns kommun."""
        return (self.party.full_name or self.party.name) if self.party else self.label

    def seat_order(self) -> list[int]:
        """Return who wants a seat, first come, first served; see `waiting_list.seat_order`."""
        return seat_order(self.invitees.all())

    @property
    def seats_taken(self) -> int:
        return min(len(self.seat_order()), self.seats)
