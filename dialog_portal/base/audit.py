"""The audit log: one Event row for each thing that staff did. The database refuses to change one: append_only.py."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Model


class EventKind(models.TextChoices):
    """Base of the kinds of events. Each app lists its own kinds in its `audit_events.py`.

    The value is the Swedish text that is stored in the log and shown to staff. Never change a value: stored rows are
    not rewritten, so one kind would get two texts.
    """


class Event(models.Model):
    """A row of the audit log: who did what to which thing. Rows are only added. They hold no names of guests."""

    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey("access.User", models.PROTECT, null=True, related_name="+")
    what = models.CharField(max_length=80)
    thing = models.CharField(max_length=80, blank=True)
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        app_label = "access"  # the table has belonged to this app since the first version
        ordering = ("-pk",)
        indexes = (models.Index(fields=("thing",), name="event_by_thing"),)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.what} {self.thing}"


def record(by: Any, kind: EventKind, thing: Model | str = "", **detail: Any) -> Event:
    """Add an event to the audit log and return it. `by` is None when the portal itself did it.

    `detail` holds ids, dates and names of fields. Never give it the name of a guest or what a guest wrote.
    """
    event = new_event(by, kind, thing, detail)
    event.save()
    return event


def record_all(by: Any, kind: EventKind, things: Iterable[tuple[Model, dict[str, Any]]]) -> list[Event]:
    """Add an event of one kind for each thing with its detail, as `record` does, a few hundred at a time."""
    events = (new_event(by, kind, thing, detail) for thing, detail in things)
    return Event.objects.bulk_create(events, batch_size=500)


def new_event(by: Any, kind: EventKind, thing: Model | str, detail: dict[str, Any]) -> Event:
    """Return an event that is not stored yet."""
    named = thing if isinstance(thing, str) else f"{thing._meta.model_name} {thing.pk}"
    plain = json.loads(json.dumps(detail, default=str))
    return Event(by=by, what=kind.value, thing=named, detail=plain)
