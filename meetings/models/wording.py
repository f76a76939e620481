"""Wording: the words of a letter that staff have changed, for all meetings of a round or for one meeting."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from dialog_portal.base.stale_saves import Versioned
from dialog_portal.base.typed_columns import LineColumn, ParagraphsColumn
from dialog_portal.base.typed_text import one_line
from meetings.models.meeting import Meeting
from meetings.models.meeting_letter import Purpose
from meetings.models.round import Round

SHORT, LONG = 150, 6000  # characters of a subject or heading, and of the text


class WordingQuerySet(models.QuerySet["Wording"]):
    def in_use(self) -> Self:
        """Return words that letters use; the others are kept in case somebody wants them back."""
        return self.filter(active=True)


class Wording(Versioned):
    """Plain text with {platshållare}. When it is not active it is kept, and letters do not use it."""

    round = models.ForeignKey(Round, models.CASCADE, null=True, blank=True, related_name="wordings")
    meeting = models.ForeignKey(Meeting, models.CASCADE, null=True, blank=True, related_name="wordings")
    purpose = models.CharField("brev", max_length=20, choices=Purpose)
    subject = LineColumn("ämnesrad", max_length=SHORT, validators=[one_line])
    heading = LineColumn("rubrik", max_length=SHORT, validators=[one_line])
    body = ParagraphsColumn("text", max_length=LONG)
    active = models.BooleanField("används", default=True)

    objects = WordingQuerySet.as_manager()

    class Meta:
        verbose_name = "brevtext"
        verbose_name_plural = "brevtexter"
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(round__isnull=False, meeting__isnull=True)
                | Q(round__isnull=True, meeting__isnull=False),
                name="wording_of_round_or_meeting",
            ),
            models.UniqueConstraint(fields=("round", "purpose"), name="wording_once_per_round"),
            models.UniqueConstraint(fields=("meeting", "purpose"), name="wording_once_per_meeting"),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="wording_purpose_is_known"),
        )

    def __str__(self) -> str:
        return self.get_purpose_display()
