"""Answers from people's calendars, also those that did not count."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from dialog_portal.base.typed_columns import LineColumn
from meetings.models.invitee import Invitee
from meetings.models.meeting import MeetingState
from meetings.models.reply import Reply


class CalendarReplyOutcome(models.TextChoices):
    """What became of a calendar's answer."""

    COUNTED = "counted", "räknat som svar"
    TENTATIVE = "tentative", "preliminärt"
    COUNTER = "counter", "föreslår en annan tid"
    STALE = "stale", "gäller en tidigare tid eller plats"
    STRANGER = "stranger", "kommer från någon annan"
    ALIAS = "alias", "kommer från en annan adress"
    REFUSED = "refused", "kunde inte tas emot"
    SETTLED = "settled", "redan ordnat"
    OVERTAKEN = "overtaken", "äldre än ett svar som kommit före"


UNDECIDED = (
    CalendarReplyOutcome.TENTATIVE,
    CalendarReplyOutcome.COUNTER,
    CalendarReplyOutcome.REFUSED,
    CalendarReplyOutcome.ALIAS,
)


class CalendarReplyQuerySet(models.QuerySet["CalendarReply"]):
    def needs_a_person(self, now: datetime) -> Self:
        """Return answers that staff must ask about, until they have looked or the person's own answer is known."""
        answers = Reply.objects.filter(invitee=OuterRef("invitee"), confirmed=True)
        since = answers.filter(at__gt=OuterRef("at"))
        open_ones = Q(outcome__in=UNDECIDED) & ~Exists(since) | Q(
            outcome=CalendarReplyOutcome.STRANGER
        ) & ~Exists(answers)
        newer = CalendarReply.objects.filter(invitee=OuterRef("invitee"), pk__gt=OuterRef("pk"))
        # A later letter from somebody else does not hide an answer
        own = Q(address="") & ~Q(outcome=CalendarReplyOutcome.STRANGER)
        newer = newer.filter(own | Q(outcome=OuterRef("outcome")))
        return self.filter(
            open_ones,
            ~Exists(newer),
            read_at=None,
            invitee__withdrawn_at=None,
            invitee__meeting__starts_at__gt=now,
        ).exclude(invitee__meeting__state__in=(MeetingState.HELD, MeetingState.CANCELLED))


class CalendarReply(models.Model):
    """One answer from a calendar, with its outcome."""

    invitee = models.ForeignKey(Invitee, models.CASCADE, related_name="calendar_replies")
    outcome = models.CharField(max_length=10, choices=CalendarReplyOutcome)
    partstat = models.CharField(max_length=20, blank=True)
    comment = LineColumn(max_length=300, blank=True)
    why = models.CharField(max_length=300, blank=True, help_text="why it did not count, for staff")
    sequence = models.PositiveIntegerField(null=True, blank=True)
    stamped = models.DateTimeField(
        null=True, blank=True, help_text="when the person pressed, by their own clock"
    )
    at = models.DateTimeField(auto_now_add=True)
    reply = models.ForeignKey(Reply, models.PROTECT, null=True, blank=True, related_name="calendar_replies")
    address = models.CharField(
        max_length=254,
        blank=True,
        db_default="",
        help_text="who answered, when it was not the invited address",
    )
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")

    objects = CalendarReplyQuerySet.as_manager()

    class Meta:
        verbose_name = "kalendersvar"
        verbose_name_plural = "kalendersvar"
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(outcome__in=CalendarReplyOutcome.values), name="calendar_reply_outcome_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="counted") | Q(reply__isnull=False),
                name="calendar_reply_counted_is_in_ledger",
            ),
        )

    @property
    def can_be_counted(self) -> bool:
        """Return whether staff may count it as the invited person's own yes or no."""
        return self.outcome == CalendarReplyOutcome.ALIAS and self.partstat in ("ACCEPTED", "DECLINED")

    def __str__(self) -> str:
        return f"{self.invitee}: {self.get_outcome_display()}"
