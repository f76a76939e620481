"""Letters in the reply mailbox that staff must read before an invited person is told that nothing has come."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from meetings.models.calendar_reply import CalendarReply
from meetings.models.invitee import Invitee
from meetings.models.meeting import MeetingState
from meetings.models.reply import Reply


class LetterKind(models.TextChoices):
    """What the portal could see of a letter."""

    PLAIN = "plain", "brev"
    CALENDAR = "calendar", "mötessvar som portalen inte kan läsa"


class LetterToReadQuerySet(models.QuerySet["LetterToRead"]):
    def unread(self, now: datetime) -> Self:
        """Return letters that nobody has looked at, about meetings ahead, until the person's answer is known."""
        since = Reply.objects.filter(invitee=OuterRef("invitee"), confirmed=True, at__gt=OuterRef("at"))
        ahead = self.filter(~Exists(since), read_at=None, invitee__withdrawn_at=None)
        return ahead.filter(invitee__meeting__starts_at__gt=now).exclude(
            invitee__meeting__state__in=(MeetingState.HELD, MeetingState.CANCELLED)
        )


class LetterToRead(models.Model):
    """One letter, from or about one invited person. It lies unread in the mailbox; nothing of its text is kept here."""

    invitee = models.ForeignKey(Invitee, models.CASCADE, related_name="letters_to_read")
    address = models.CharField(max_length=254, blank=True, help_text="whom the letter says it is from")
    kind = models.CharField(max_length=10, choices=LetterKind)
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")

    objects = LetterToReadQuerySet.as_manager()

    class Meta:
        verbose_name = "brev att läsa"
        verbose_name_plural = "brev att läsa"
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=LetterKind.values), name="letter_to_read_kind_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.invitee}: {self.get_kind_display()}"


def has_mail_to_read(now: datetime) -> Q:
    """Return a condition on invitees: a letter or a calendar's answer has come that staff have not looked at.

    Whoever it is true of gets no reminder to answer.
    """
    letters = LetterToRead.objects.unread(now).filter(invitee=OuterRef("pk"))
    answers = CalendarReply.objects.needs_a_person(now).filter(invitee=OuterRef("pk"))
    return Q(Exists(letters)) | Q(Exists(answers))
