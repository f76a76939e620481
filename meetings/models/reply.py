"""Replies: the answers of invited people, in a table where rows are added and never changed or removed."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q, Subquery

from dialog_portal.base.typed_columns import LineColumn
from dialog_portal.base.typed_text import one_line

# Two different answers within this time may come from a program that tries every button
CONTRADICTION_WINDOW = timedelta(minutes=1)


class Answer(models.TextChoices):
    """What a person can answer."""

    YES = "ja", "kommer"
    NO = "nej", "kommer inte"
    SUBSTITUTE = "ersattare", "skickar ersättare"


class Channel(models.TextChoices):
    """How an answer came."""

    LINK = "link", "personlig länk"
    CALENDAR = "calendar", "kalendersvar"
    EMAIL = "email", "e-post, noterat av personalen"
    PHONE = "phone", "telefon, noterat av personalen"
    STAFF = "staff", "noterat av personalen"


# Answers that guests give themselves; in the other channels staff note them
GUEST_CHANNELS = frozenset({Channel.LINK, Channel.CALENDAR})


class ReplyQuerySet(models.QuerySet["Reply"]):
    def confirmed(self) -> Self:
        """Return replies that count: given or confirmed by a person, not by a script."""
        return self.filter(confirmed=True)

    def unconfirmed(self) -> Self:
        """Return presses by a script that nobody has confirmed or answered after; staff see how many there are."""
        since = Reply.objects.filter(invitee=OuterRef("invitee"), confirmed=True, pk__gt=OuterRef("pk"))
        return self.filter(~Exists(since), confirmed=False)

    def contradictory(self) -> Self:
        """Return answers by link given less than a minute after a different one: staff should ask by telephone.

        Handing over to a substitute is left out, because a program does not type a name.
        """
        before = Reply.objects.filter(
            invitee=OuterRef("invitee"), channel=Channel.LINK, via=None, confirmed=True, pk__lt=OuterRef("pk")
        ).order_by("-pk")
        soon = ExpressionWrapper(F("at") - CONTRADICTION_WINDOW, models.DateTimeField())
        return (
            self.filter(channel=Channel.LINK, via=None)
            .exclude(answer=Answer.SUBSTITUTE)
            .annotate(
                said_before=Subquery(before.values("answer")[:1]), said_at=Subquery(before.values("at")[:1])
            )
            .filter(~Q(said_before=F("answer")), said_at__gt=soon)
        )

    def unsettled(self) -> Self:
        """Return contradictory answers after which the person has said nothing more."""
        since = Reply.objects.filter(invitee=OuterRef("invitee"), confirmed=True, pk__gt=OuterRef("pk"))
        return self.contradictory().filter(~Exists(since), invitee__withdrawn_at=None)


class Reply(models.Model):
    """One answer as it came in. Rows are never changed; the current answer is the last confirmed one."""

    invitee = models.ForeignKey("Invitee", models.PROTECT, related_name="replies")
    answer = models.CharField("svar", max_length=10, choices=Answer)
    channel = models.CharField("kanal", max_length=10, choices=Channel)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    confirmed = models.BooleanField(default=True)
    note = LineColumn("anteckning", max_length=300, blank=True, validators=[one_line])
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


def last_confirmed(replies: list[Reply]) -> Reply | None:
    """Return the last confirmed reply, None when there is none."""
    return next((row for row in reversed(replies) if row.confirmed), None)
