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
from meetings.models.reply import Answer
from parties.models import MAX_SEATS, Party


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def in_order(self) -> Self:
        """By party or free-standing organisation, in Swedish order."""
        return self.select_related("party").order_by(swedish("party__name", "label"), "pk")

    def crowded(self) -> Self:
        """Those with more people than seats: only there can anybody wait for one.

        People are counted invitation by invitation, so the register and other meetings' guests are not read.
        """
        people = Invitee.objects.filter(invitation=OuterRef("pk")).order_by().values("invitation")
        return self.annotate(people=Subquery(people.annotate(number=Count("pk")).values("number"))).filter(
            people__gt=F("seats")
        )

    def with_seats(self) -> Self:
        """With what `line` and `seats_taken` are counted from, in a fixed number of queries."""
        return self.prefetch_related("invitees__replies")


class Invitation(models.Model):
    """A party's seats at a meeting. A free-standing guest has a label instead of a party."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="invitations")
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="invitations")
    label = models.CharField("organisation", max_length=160, blank=True, validators=[one_line])
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
        """The party as it writes itself, as Nynäshamns kommun."""
        return (self.party.full_name or self.party.name) if self.party else self.label

    def line(self) -> list[int]:
        """Who wants a seat, first come first: the pk of each who said yes, or handed over to somebody who comes.

        The first `seats` of them have one and the rest wait. A person and their substitutes are one in the line: a seat
        that is handed over keeps its place, and whoever says no and then yes again goes last.
        """
        chains: dict[int, list[Invitee]] = {}
        for invitee in self.invitees.all():
            chains.setdefault(invitee.substitute_for_id or invitee.pk, []).append(invitee)
        places = {root: place for root, chain in chains.items() if (place := place_in_line(chain))}
        return sorted(places, key=places.__getitem__)

    @property
    def seats_taken(self) -> int:
        return min(len(self.line()), self.seats)

    @property
    def waiting(self) -> int:
        return max(len(self.line()) - self.seats, 0)


def place_in_line(chain: list[Invitee]) -> int | None:
    """The reply that gave a person and their substitutes their place: the first wish for a seat after the last no."""
    if not any(comes_into_question(invitee) for invitee in chain):
        return None
    said = sorted((row.pk, row.answer) for invitee in chain for row in invitee.replies.all() if row.confirmed)
    place = None
    for pk, answer in said:
        place = None if answer == Answer.NO else place or pk
    return place


def comes_into_question(invitee: Invitee) -> bool:
    """Still on the list, and has not handed over to somebody who is no longer there."""
    last = max((row for row in invitee.replies.all() if row.confirmed), key=lambda row: row.pk, default=None)
    handed_over = last is not None and last.answer == Answer.SUBSTITUTE
    return invitee.withdrawn_at is None and not handed_over
