"""The agenda of a meeting: points in order, each with its time, presenter and whether the public may see it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.validators import MaxValueValidator
from django.db import models

from dialog_portal.base.stale_saves import Versioned
from dialog_portal.base.states import Step
from dialog_portal.base.typed_columns import LineColumn, ParagraphsColumn
from dialog_portal.base.typed_text import one_line
from meetings.models.meeting import Meeting


class AgendaState(models.TextChoices):
    """How far an agenda has come; AGENDA_NEXT says which steps are allowed."""

    DRAFT = "draft", "utkast"
    CONSULTED = "consulted", "på avstämning"
    SETTLED = "settled", "fastlagd"


AGENDA_NEXT: dict[AgendaState, frozenset[AgendaState]] = {
    AgendaState.DRAFT: frozenset({AgendaState.CONSULTED, AgendaState.SETTLED}),
    AgendaState.CONSULTED: frozenset({AgendaState.DRAFT, AgendaState.SETTLED}),
    AgendaState.SETTLED: frozenset({AgendaState.DRAFT}),
}


class Agenda(models.Model):
    """The agenda (dagordning) of one meeting; it is settled before the notes begin."""

    meeting = models.OneToOneField(Meeting, models.CASCADE, related_name="agenda")
    state = models.CharField("läge", max_length=10, choices=AgendaState, default=AgendaState.DRAFT)

    class Meta:
        verbose_name = "dagordning"

    def __str__(self) -> str:
        return f"Dagordningen för {self.meeting}"

    def timed_items(self, *, public_only: bool = False) -> list[tuple[datetime, AgendaItem]]:
        """Return each item with the time it begins; an item without a length takes no time.

        Internal items take their time also where they are not shown.
        """
        now, rows = self.meeting.starts_at, []
        for item in self.items.all():
            rows.append((now, item))
            now += timedelta(minutes=item.minutes or 0)
        return [row for row in rows if not (public_only and row[1].internal)]

    @property
    def planned_minutes(self) -> int:
        """The sum of the items' minutes."""
        return sum(item.minutes or 0 for item in self.items.all())


class AgendaStep(Step):
    """One change of an agenda's state."""

    agenda = models.ForeignKey(Agenda, models.CASCADE, related_name="steps")


class AgendaItem(Versioned):
    """A point (punkt). Internal items are seen by staff only."""

    agenda = models.ForeignKey(Agenda, models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField(default=0)
    title = LineColumn("rubrik", max_length=200, validators=[one_line])
    description = ParagraphsColumn("beskrivning", blank=True, max_length=4000)
    minutes = models.PositiveSmallIntegerField(
        "minuter", null=True, blank=True, validators=[MaxValueValidator(600)]
    )
    presenter = LineColumn("föredragande", max_length=160, blank=True, validators=[one_line])
    internal = models.BooleanField("intern (visas bara för personalen)", default=False)

    class Meta:
        verbose_name = "punkt"
        verbose_name_plural = "punkter"
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.title
