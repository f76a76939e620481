"""Answers in a ledger that only grows, and who came in the end."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from dialog_portal.text import one_line
from meetings.models.invitation import Invitation, Invitee
from meetings.models.meeting import Meeting


class Answer(models.TextChoices):
    YES = "ja", "kommer"
    NO = "nej", "kommer inte"
    SUBSTITUTE = "ersattare", "skickar ersättare"


class Channel(models.TextChoices):
    LINK = "link", "personlig länk"
    CALENDAR = "calendar", "kalendersvar"
    EMAIL = "email", "e-post, noterat av personalen"
    PHONE = "phone", "telefon, noterat av personalen"
    STAFF = "staff", "noterat av personalen"


class Reply(models.Model):
    """One answer as it came in. Nothing is ever changed here; the current answer is the last confirmed one."""

    invitee = models.ForeignKey(Invitee, models.PROTECT, related_name="replies")
    answer = models.CharField("svar", max_length=10, choices=Answer)
    channel = models.CharField("kanal", max_length=10, choices=Channel)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    confirmed = models.BooleanField(default=True)
    note = models.CharField("anteckning", max_length=300, blank=True, validators=[one_line])

    class Meta:
        verbose_name = "svar"
        verbose_name_plural = "svar"
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(condition=Q(answer__in=Answer.values), name="reply_answer_is_known"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="reply_channel_is_known"),
        )

    def __str__(self) -> str:
        return f"{self.invitee}: {self.get_answer_display()}"


class Attendee(models.Model):
    """A person on the attendance list, under the name that the party had that day."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="attendees")
    invitee = models.OneToOneField(Invitee, models.PROTECT, null=True, blank=True, related_name="attendee")
    invitation = models.ForeignKey(Invitation, models.PROTECT, null=True, blank=True, related_name="attendees")
    name = models.CharField("namn", max_length=120, validators=[one_line])
    email = models.EmailField("e-postadress", blank=True)
    organisation = models.CharField("organisation", max_length=160, validators=[one_line])
    title = models.CharField("uppdrag", max_length=120, blank=True, validators=[one_line])
    attended = models.BooleanField("deltog", default=True)
    staff = models.BooleanField("från regionen", default=False)

    class Meta:
        verbose_name = "deltagare"
        verbose_name_plural = "deltagare"
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.name}, {self.organisation}"
