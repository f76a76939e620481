"""The audit log: one row for each thing that somebody at the office did."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.db.models import Model


class EventKind(models.TextChoices):
    """A kind of thing that somebody did. Each app lists its own in its `audit_events.py`.

    The value is the Swedish text that lies in the log and that people read there. Rows are never rewritten, so a value
    stays as it is: a text that changed would split one kind into two.
    """


class Event(models.Model):
    """The audit log: who did what to which thing. Rows are only ever added; names of guests stay out of it."""

    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey("access.User", models.PROTECT, null=True, related_name="+")
    what = models.CharField(max_length=80)
    thing = models.CharField(max_length=80, blank=True)
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        app_label = "access"  # whose table it has been from the first version
        ordering = ("-pk",)
        indexes = (models.Index(fields=("thing",), name="event_by_thing"),)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.what} {self.thing}"


def record(by: Any, kind: EventKind, thing: Model | str = "", **detail: Any) -> Event:
    """Add who did what to which thing; nobody means the portal itself.

    The detail holds ids, dates and names of fields. What a guest is called or wrote does not belong here.
    """
    named = thing if isinstance(thing, str) else f"{thing._meta.model_name} {thing.pk}"
    plain = json.loads(json.dumps(detail, default=str))
    return Event.objects.create(by=by, what=kind.value, thing=named, detail=plain)
