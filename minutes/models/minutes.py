"""The notes (minnesanteckningar) of a meeting, their states, and which state may follow which."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from dialog_portal.base.states import Step
from dialog_portal.base.typed_columns import LineColumn
from meetings.models import Meeting


class MinutesState(models.TextChoices):
    """How far the notes have come; the Swedish word is what staff read."""

    DRAFT = "draft", "utkast"
    CIRCULATED = "circulated", "på delning"
    APPROVED = "approved", "fastställda"
    DISTRIBUTED = "distributed", "utskickade"
    PUBLISHED = "published", "publicerade"


# From each state, the states that may follow; published notes are opened again only to correct them
MINUTES_NEXT: dict[MinutesState, frozenset[MinutesState]] = {
    MinutesState.DRAFT: frozenset({MinutesState.CIRCULATED}),
    MinutesState.CIRCULATED: frozenset({MinutesState.DRAFT, MinutesState.APPROVED}),
    MinutesState.APPROVED: frozenset({MinutesState.DRAFT, MinutesState.DISTRIBUTED}),
    MinutesState.DISTRIBUTED: frozenset({MinutesState.PUBLISHED}),
    MinutesState.PUBLISHED: frozenset({MinutesState.DRAFT}),
}


class MinutesQuerySet(models.QuerySet["Minutes"]):
    def of_meeting(self, pk: int) -> Self:
        """Return the notes of the meeting with this primary key (at most one row), with its round and host."""
        return self.filter(meeting=pk).select_related("meeting__round", "meeting__host")


class Minutes(models.Model):
    """The notes (minnesanteckningar) of one meeting. What is already published is kept in Edition."""

    meeting = models.OneToOneField(Meeting, models.PROTECT, related_name="minutes")
    state = models.CharField("läge", max_length=12, choices=MinutesState, default=MinutesState.DRAFT)
    correction = LineColumn("vad som rättas", max_length=300, blank=True)
    begun_at = models.DateTimeField(
        db_default=Now(), editable=False
    )  # when the points were copied as headings

    objects = MinutesQuerySet.as_manager()

    class Meta:
        verbose_name = "minnesanteckningar"
        verbose_name_plural = "minnesanteckningar"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=MinutesState.values), name="minutes_state_is_known"),
        )

    def __str__(self) -> str:
        return f"Anteckningarna från {self.meeting}"


class MinutesStep(Step):
    """One change of the state of the notes: from which to which, when and by whom."""

    minutes = models.ForeignKey(Minutes, models.CASCADE, related_name="steps")

    @property
    def label(self) -> str:
        """Return what happened, as a Swedish sentence without subject."""
        if self.after == MinutesState.DRAFT:
            return (
                "Öppnades för rättelse" if self.before == MinutesState.PUBLISHED else "Öppnades för ändring"
            )
        return {
            MinutesState.CIRCULATED: "Delades",
            MinutesState.APPROVED: "Fastställdes",
            MinutesState.DISTRIBUTED: "Skickades ut",
            MinutesState.PUBLISHED: "Publicerades",
        }[MinutesState(self.after)]
