"""The agenda of a meeting: points in order, each with its time, presenter and whether the public may see it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models

from dialog_portal.base.stale_saves import Versioned
from dialog_portal.base.states import Step
from dialog_portal.base.typed_columns import DayColumn, LineColumn, ParagraphsColumn
from dialog_portal.base.typed_text import one_line, without_number
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
    # Old programs insert rows without these columns while an upgrade runs
    settled_items: models.JSONField[Any, Any] = models.JSONField(
        null=True, editable=False, help_text="the points as they were settled, while the agenda is open again"
    )
    settled_digest = models.CharField(
        max_length=16, default="", db_default="", editable=False, help_text="of what was settled last"
    )
    settlements = models.PositiveIntegerField(
        default=0, db_default=0, editable=False, help_text="how often something new was settled"
    )

    class Meta:
        verbose_name = "dagordning"

    def __str__(self) -> str:
        return f"Dagordningen för {self.meeting}"

    def timed_items(self) -> list[tuple[datetime, AgendaItem]]:
        """Return each item with the time it begins, for staff; an item without a length takes no time."""
        return self._timed(self.items.all())

    def _timed(self, items: Iterable[AgendaItem]) -> list[tuple[datetime, AgendaItem]]:
        now, rows = self.meeting.starts_at, []
        for item in items:
            rows.append((now, item))
            now += timedelta(minutes=item.minutes or 0)
        return rows

    @property
    def has_been_settled(self) -> bool:
        """Whether guests can be shown a settled agenda, also while it is open again."""
        return self.state == AgendaState.SETTLED or self.settled_items is not None

    def items_for_guests(self) -> list[AgendaItem]:
        """Return the points as they were settled last, or as they are now while nothing has been settled."""
        if self.state == AgendaState.SETTLED or self.settled_items is None:
            return list(self.items.all())
        return [AgendaItem(**values) for values in self.settled_items]

    def timed_items_for_guests(self) -> list[tuple[datetime, AgendaItem]]:
        """Return what guests, letters and the public see: the public points with their times, as settled last.

        Internal items take their time also where they are not shown.
        """
        return [row for row in self._timed(self.items_for_guests()) if not row[1].internal]

    def digest_for_guests(self) -> str:
        """Return 16 hexadecimal digits that differ when guests see another agenda; empty when they see none.

        The meeting's own time is left out: there is a letter of its own about that.
        """
        start = self.meeting.starts_at
        shown = [
            ((begins - start) // timedelta(minutes=1), item.title, item.presenter)
            for begins, item in self.timed_items_for_guests()
        ]
        return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:16] if shown else ""

    @property
    def planned_minutes(self) -> int:
        """The sum of the items' minutes."""
        return sum(item.minutes or 0 for item in self.items.all())


class AgendaStep(Step):
    """One change of an agenda's state."""

    agenda = models.ForeignKey(Agenda, models.CASCADE, related_name="steps")


class HowConsulted(models.TextChoices):
    """How a body was consulted about an agenda, outside the portal."""

    MEETING = "meeting", "vid ett möte"
    PHONE = "phone", "per telefon"
    EMAIL = "email", "via e-post"
    OTHER = "other", "på annat sätt"


class AgendaConsultation(models.Model):
    """A body, such as FSKF, was consulted about the agenda (avstämning): which, when, how, and who noted it."""

    agenda = models.ForeignKey(Agenda, models.CASCADE, related_name="consultations")
    body = LineColumn("avstämd med", max_length=120, validators=[one_line])
    held_on = DayColumn("dag")
    how = models.CharField("hur", max_length=10, choices=HowConsulted)
    remark = LineColumn("anteckning", max_length=300, blank=True, validators=[one_line])
    by = models.ForeignKey("access.User", models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "avstämning"
        verbose_name_plural = "avstämningar"
        ordering = ("held_on", "pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(how__in=HowConsulted.values), name="consultation_how_is_known"
            ),
            models.UniqueConstraint(fields=("agenda", "body", "held_on", "how"), name="consultation_once"),
        )

    def __str__(self) -> str:
        return f"{self.body} {self.held_on}"


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

    @property
    def heading(self) -> str:
        """The title for pages that number the points. Titles typed before the forms left numbers out have their own."""
        return without_number(self.title)
