"""Who wrote what the notes of a meeting say: rows from which the four-eyes rule finds the authors.

An action that changes something the notes show adds a row here, in its own transaction. Which of the rows count for
which notes is decided in `minutes/approval/authors.py`.
"""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Model, Q

from dialog_portal.base.audit import Event


class Subject(models.TextChoices):
    """What was changed: the names of the models that notes are made from."""

    MEETING = "meeting"
    ROUND = "round"
    PARTY = "party"
    PERSON = "person"
    AGENDA = "agenda"
    MINUTES = "minutes"


class Part(models.TextChoices):
    """Which part of the notes a change reaches; the rule treats these three differently."""

    NOTED = "noted"  # who came and which sections there are: only ever written for the notes
    FACTS = "facts"  # when, where, with whom: a plan until the meeting begins
    POINTS = "points"  # the agenda: a plan until the meeting begins, and copied when the notes are begun


class Contribution(models.Model):
    """Somebody wrote something that notes show. Rows are only ever added, as in the audit log."""

    subject = models.CharField(max_length=10, choices=Subject)
    subject_id = models.PositiveBigIntegerField()
    part = models.CharField(max_length=10, choices=Part)
    by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    former_start = models.DateTimeField(null=True, help_text="when the meeting began before it was moved")

    class Meta:
        app_label = "access"  # beside the audit log, which says the same in words
        ordering = ("pk",)
        indexes = (models.Index(fields=("subject", "subject_id"), name="contribution_by_subject"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(subject__in=Subject.values), name="contribution_subject_is_known"
            ),
            models.CheckConstraint(condition=Q(part__in=Part.values), name="contribution_part_is_known"),
            models.CheckConstraint(
                condition=Q(former_start__isnull=True) | Q(subject=Subject.MEETING),
                name="contribution_only_meetings_are_moved",
            ),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.subject} {self.subject_id} {self.part}"


def record_authorship(
    event: Event, thing: Model, part: Part, *, former_start: datetime | None = None
) -> Contribution:
    """Say that what was just recorded is part of what notes show; the event says who did it and when.

    `former_start` is given when a meeting was moved: its start before that. Raises ValueError for a thing that no notes
    are made from, and when nobody did it.
    """
    if event.by is None:
        raise ValueError("The portal itself is never an author.")
    return Contribution.objects.create(
        subject=Subject(str(thing._meta.model_name)),
        subject_id=thing.pk,
        part=part,
        by=event.by,
        at=event.at,
        former_start=former_start,
    )
