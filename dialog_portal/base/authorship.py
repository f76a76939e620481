"""Authorship for the four-eyes rule: a Contribution row for each change of something that meeting notes show.

An action that changes such a thing adds the row in its own transaction. `minutes/approval/authors.py` decides which
rows make somebody an author of which notes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import models
from django.db.models import Model, Q

from dialog_portal.base.audit import Event


class Subject(models.TextChoices):
    """The models that notes are made from, by model name."""

    MEETING = "meeting"
    ROUND = "round"
    PARTY = "party"
    PERSON = "person"
    AGENDA = "agenda"
    MINUTES = "minutes"


class Part(models.TextChoices):
    """Which part of the notes a change affects. The four-eyes rule treats the parts differently."""

    NOTED = "noted"  # who came and which sections there are: written for the notes only
    FACTS = "facts"  # when, where, with whom: a plan until the meeting begins
    IDENTITY = "identity"  # name and address of a person: they count as soon as the person is protected
    POINTS = "points"  # the agenda: a plan until the meeting begins, and copied when the notes are begun


class Contribution(models.Model):
    """Somebody changed something that notes show. Rows are only added, as in the audit log."""

    subject = models.CharField(max_length=10, choices=Subject)
    subject_id = models.PositiveBigIntegerField()
    part = models.CharField(max_length=10, choices=Part)
    by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    former_start = models.DateTimeField(null=True, help_text="when the meeting began before it was moved")

    class Meta:
        app_label = "access"  # the same app as the audit log, whose events these rows belong to
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
    """Add a row for a change that notes show. Who made it and when is taken from the event just recorded.

    `former_start` is the start of a meeting before it was moved. Raise ValueError if `thing` is of a model that is not
    in Subject, or if the event has no `by`.
    """
    row = new_contribution(event, thing, part, former_start=former_start)
    row.save()
    return row


def record_authorship_all(changes: Iterable[tuple[Event, Model]], part: Part) -> None:
    """Add a row for each changed thing with its event, as `record_authorship` does, a few hundred at a time."""
    rows = (new_contribution(event, thing, part) for event, thing in changes)
    Contribution.objects.bulk_create(rows, batch_size=500)


def new_contribution(
    event: Event, thing: Model, part: Part, *, former_start: datetime | None = None
) -> Contribution:
    """Return a row that is not stored yet."""
    if event.by is None:
        raise ValueError("The portal itself is never an author.")
    return Contribution(
        subject=Subject(str(thing._meta.model_name)),
        subject_id=thing.pk,
        part=part,
        by=event.by,
        at=event.at,
        former_start=former_start,
    )
