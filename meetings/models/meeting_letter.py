"""Which kind of letter about a meeting was written to whom."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q

from dialog_portal.outbox.models import State, may_have_begun
from meetings.models.invitee import Invitee
from meetings.models.meeting import Meeting


class Purpose(models.TextChoices):
    """The kinds of letters about a meeting."""

    SAVE_THE_DATE = "save_the_date", "boka dagen"
    INVITATION = "invitation", "inbjudan"
    UPDATE = "update", "ändrad tid eller plats"
    CANCELLATION = "cancellation", "inställt möte"
    REMINDER = "reminder", "påminnelse om svar"
    COMING = "coming", "påminnelse om mötet"
    AGENDA = "agenda", "ny dagordning"
    RECEIPT = "receipt", "kvitto på svar"
    SUBSTITUTE = "substitute", "inbjudan till ersättare"
    HANDED_OVER = "handed_over", "besked om ersättare"
    DISTRIBUTION = "distribution", "minnesanteckningar"
    WITHDRAWN = "withdrawn", "besked att inbjudan inte gäller"


# The letters that are sent to say when and where the meeting is
INVITING = (Purpose.SAVE_THE_DATE, Purpose.INVITATION, Purpose.SUBSTITUTE, Purpose.UPDATE)


class MeetingLetterQuerySet(models.QuerySet["MeetingLetter"]):
    def not_stopped_in_time(self) -> Self:
        """Return letters that have left, may have left, or will leave."""
        return self.exclude(Q(letter__state=State.STOPPED) & ~may_have_begun("letter"))

    def of_current_version(self) -> Self:
        """Return letters with the meeting's current time and place."""
        return self.filter(version=F("meeting__letter_version"))

    def of_earlier_version(self) -> Self:
        """Return letters with a time or place that no longer holds.

        Where the version is not known, letters sent to say when the meeting is count as outdated: version 1.0.0 may
        have written them while it was being replaced. Receipts of unknown version do not: the first ones said no time.
        """
        unknown = Q(version=None, purpose__in=INVITING)
        earlier = Q(version__lt=F("meeting__letter_version"))
        return self.filter(unknown | earlier, meeting__letter_version__gt=1)


class MeetingLetter(models.Model):
    """Links a letter in the outbox to the person and the meeting it is about."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="letters")
    invitee = models.ForeignKey(Invitee, models.PROTECT, null=True, blank=True, related_name="letters")
    purpose = models.CharField(max_length=20, choices=Purpose)
    letter = models.OneToOneField("outbox.Letter", models.CASCADE, related_name="meeting_letter")
    version = models.PositiveIntegerField(
        null=True,
        editable=False,
        help_text="the meeting's letter_version that it speaks of; none: whatever it is",
    )

    agenda = models.CharField(
        max_length=16,
        default="",
        db_default="",
        editable=False,
        help_text="Agenda.digest_for_guests of the agenda that it shows; none: it shows none, or nobody knows",
    )

    objects = MeetingLetterQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
