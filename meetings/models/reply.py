"""Answers in a ledger that only grows, and who came in the end."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q, Subquery

from dialog_portal.base.typed_text import one_line

# Answers this close to each other may be a program that tries the buttons
CONTRADICTION = timedelta(minutes=1)


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


class ReplyQuerySet(models.QuerySet["Reply"]):
    def confirmed(self) -> Self:
        return self.filter(confirmed=True)

    def unconfirmed(self) -> Self:
        """Presses by a script that no person has confirmed or overruled since: staff see how many wait."""
        since = Reply.objects.filter(invitee=OuterRef("invitee"), confirmed=True, pk__gt=OuterRef("pk"))
        return self.filter(~Exists(since), confirmed=False)

    def contradictory(self) -> Self:
        """Answers by link less than a minute after another: worth a question by telephone. A program names nobody."""
        before = Reply.objects.filter(
            invitee=OuterRef("invitee"), channel=Channel.LINK, via=None, confirmed=True, pk__lt=OuterRef("pk")
        ).order_by("-pk")
        soon = ExpressionWrapper(F("at") - CONTRADICTION, models.DateTimeField())
        return (
            self.filter(channel=Channel.LINK, via=None)
            .exclude(answer=Answer.SUBSTITUTE)
            .annotate(
                said_before=Subquery(before.values("answer")[:1]), said_at=Subquery(before.values("at")[:1])
            )
            .filter(~Q(said_before=F("answer")), said_at__gt=soon)
        )

    def unsettled(self) -> Self:
        """The contradictory answers that still are somebody's last word: nothing has been said or noted since."""
        since = Reply.objects.filter(invitee=OuterRef("invitee"), confirmed=True, pk__gt=OuterRef("pk"))
        return self.contradictory().filter(~Exists(since), invitee__withdrawn_at=None)


class Reply(models.Model):
    """One answer as it came in. Nothing is ever changed here; the current answer is the last confirmed one."""

    invitee = models.ForeignKey("Invitee", models.PROTECT, related_name="replies")
    answer = models.CharField("svar", max_length=10, choices=Answer)
    channel = models.CharField("kanal", max_length=10, choices=Channel)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    confirmed = models.BooleanField(default=True)
    note = models.CharField("anteckning", max_length=300, blank=True, validators=[one_line])
    via = models.ForeignKey(
        "Invitee",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="the party's coordinator, when it was not the invited person who answered",
    )

    objects = ReplyQuerySet.as_manager()

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
