"""Automatic reminders: one row for each letter that a meeting will send by itself, with the time when it is due."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from dialog_portal.base.states import Step
from meetings.models.meeting import Meeting
from meetings.models.meeting_letter import Purpose


class PlannedState(models.TextChoices):
    """What has become of an automatic reminder; PLANNED_NEXT says which steps are allowed."""

    WAITING = "waiting", "planerad"
    DONE = "done", "skickad"
    SKIPPED = "skipped", "inställd"
    STOPPED = "stopped", "stoppad"


# What is done or skipped is planned again only when the meeting has moved
PLANNED_NEXT: dict[PlannedState, frozenset[PlannedState]] = {
    PlannedState.WAITING: frozenset({PlannedState.DONE, PlannedState.SKIPPED, PlannedState.STOPPED}),
    PlannedState.DONE: frozenset({PlannedState.WAITING}),
    PlannedState.SKIPPED: frozenset({PlannedState.WAITING}),
    PlannedState.STOPPED: frozenset({PlannedState.WAITING}),
}


class PlannedQuerySet(models.QuerySet["PlannedMailing"]):
    def waiting(self) -> Self:
        """Return those that have not been sent, skipped or stopped."""
        return self.filter(state=PlannedState.WAITING)

    def due(self, now: datetime) -> Self:
        """Return those whose time has come, oldest first."""
        return self.waiting().filter(due_at__lte=now).order_by("due_at", "pk")


class PlannedMailing(models.Model):
    """One kind of letter that is sent automatically, once, when it is due; staff may stop it before that."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="planned")
    purpose = models.CharField(max_length=20, choices=Purpose)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=PlannedState, default=PlannedState.WAITING)

    objects = PlannedQuerySet.as_manager()

    class Meta:
        verbose_name = "planerat utskick"
        verbose_name_plural = "planerade utskick"
        ordering = ("due_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("meeting", "purpose"), name="planned_once_per_meeting"),
            models.CheckConstraint(condition=Q(state__in=PlannedState.values), name="planned_state_is_known"),
        )
        indexes = (
            models.Index(fields=("due_at",), condition=Q(state=PlannedState.WAITING), name="planned_waiting"),
        )

    def __str__(self) -> str:
        return self.get_purpose_display().capitalize()


class PlannedStep(Step):
    """One change of an automatic reminder's state."""

    planned = models.ForeignKey(PlannedMailing, models.CASCADE, related_name="steps")
