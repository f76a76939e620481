"""Which kind of letter about a meeting went to whom."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from dialog_portal.outbox.models import State, begun
from meetings.models.invitee import Invitee
from meetings.models.meeting import Meeting


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
