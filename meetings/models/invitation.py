"""A seat is invited, not a person: invitations belong to parties, letters go to those who hold their mandates."""

from __future__ import annotations

import secrets
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Value, When

from dialog_portal.outbox.models import State, begun
from dialog_portal.swedish import swedish
from dialog_portal.text import one_line, unlinkable
from meetings.models.meeting import Meeting
from meetings.models.reply import Answer, Reply
from parties.models import Party, Person


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def in_order(self) -> Self:
        """By party or free-standing organisation, in Swedish order."""
        return self.select_related("party").order_by(swedish("party__name", "label"), "pk")

    def crowded(self) -> Self:
        """Those with more people than seats: only there can anybody wait for one."""
        return self.annotate(people=Count("invitees")).filter(people__gt=F("seats"))

    def with_seats(self) -> Self:
        """With what `line` and `seats_taken` are counted from, in a fixed number of queries."""
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


def calendar_secret() -> str:
    """64 random bits as hexadecimal text."""
    return secrets.token_hex(8)


class InviteeQuerySet(models.QuerySet["Invitee"]):
    def with_answer(self) -> Self:
        """With `current_answer` and `answered_at`: the last confirmed answer, whatever channel it came by.

        Who handed over to somebody whom nobody expects any more has not answered who comes: that counts as no answer,
        here as in `meetings.standing.counted`.
        """
        deputies = Invitee.objects.active().filter(substitute_for=OuterRef("invitee"))
        void = Q(answer=Answer.SUBSTITUTE) & ~Exists(deputies)
        newest = Reply.objects.filter(invitee=OuterRef("pk"), confirmed=True).order_by("-pk")
        return self.annotate(
            current_answer=Subquery(
                newest.values(said=Case(When(void, then=Value(None)), default=F("answer")))[:1]
            ),
            answered_at=Subquery(newest.values(when=Case(When(void, then=Value(None)), default=F("at")))[:1]),
        )

    def silent(self) -> Self:
        """Those who have not answered, or whose substitute is gone: reminders reach them too."""
        return self.with_answer().filter(current_answer=None)

    def in_order(self) -> Self:
        """By party, then by name, in Swedish order."""
        return self.order_by(swedish("invitation__party__name", "invitation__label"), swedish("name"), "pk")

    def active(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)


class Invitee(models.Model):
    """One person who gets one letter, however many mandates they hold; counted once.

    `invitation` is the party whose seat they take; `also` are the other parties they hold mandates for.
    A substitute points at the person who handed over, and has a link of their own. The calendar secret stands in the
    name of the event that only this person gets, so that an answer from a calendar can be told from a guess.
    """

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="invitees")
    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="invitees")
    also = models.ManyToManyField(Invitation, related_name="+", blank=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="invitees")
    name = models.CharField("namn", max_length=120, validators=[one_line])
    email = models.EmailField("e-postadress")
    title = models.CharField("uppdrag", max_length=120, blank=True, validators=[one_line])
    link = models.OneToOneField("links.Link", models.PROTECT, related_name="invitee")
    substitute_for = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="substitutes"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    calendar_closed = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="somebody else may have the event, so what calendars answer does not count",
    )
    # Empty only in rows that the former program wrote while it was being replaced: to those no calendar can answer
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
    def called(self) -> str:
        """The name as letters say it. Outside the register a guest may have typed it: cut, and never a link."""
        return self.name if self.person_id else unlinkable(self.name)


class Need(models.Model):
    """Food and access needs: health data, seen by staff who plan the meeting, erased 14 days after it."""

    invitee = models.OneToOneField(Invitee, models.CASCADE, related_name="need")
    food = models.CharField("mat", max_length=300, blank=True, validators=[one_line])
    access = models.CharField("tillgänglighet", max_length=300, blank=True, validators=[one_line])


class Purpose(models.TextChoices):
    SAVE_THE_DATE = "save_the_date", "boka dagen"
    INVITATION = "invitation", "inbjudan"
    UPDATE = "update", "ändrad tid eller plats"
    CANCELLATION = "cancellation", "inställt möte"
    REMINDER = "reminder", "påminnelse om svar"
    COMING = "coming", "påminnelse om mötet"
    RECEIPT = "receipt", "kvitto på svar"
    SUBSTITUTE = "substitute", "inbjudan till ersättare"
    HANDED_OVER = "handed_over", "besked om ersättare"
    DISTRIBUTION = "distribution", "minnesanteckningar"


class MeetingLetterQuerySet(models.QuerySet["MeetingLetter"]):
    def not_stopped_in_time(self) -> Self:
        """Those that have left, may have left, or still will."""
        return self.exclude(Q(letter__state=State.STOPPED) & ~begun("letter"))

    def versioned(self) -> Self:
        """Those whose key ends with the meeting's version that they speak of; receipts of the first programs do not."""
        return self.filter(letter__key__regex=r":v[0-9]+$")


class MeetingLetter(models.Model):
    """Ties a letter in the outbox to the person and the meeting it is about."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="letters")
    invitee = models.ForeignKey(Invitee, models.PROTECT, null=True, blank=True, related_name="letters")
    purpose = models.CharField(max_length=20, choices=Purpose)
    letter = models.OneToOneField("outbox.Letter", models.CASCADE, related_name="meeting_letter")

    objects = MeetingLetterQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
