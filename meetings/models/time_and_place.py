"""When and where a meeting is, in one version of its letters: so that a letter can say what was said before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from django.db import models

if TYPE_CHECKING:
    from datetime import datetime

PLACE_FIELDS = ("venue", "room", "street", "town", "online")
TIME_AND_PLACE_FIELDS = ("starts_at", "ends_at", *PLACE_FIELDS)


class HasTimeAndPlace(Protocol):
    """A meeting, or what letters of an earlier version said of it."""

    starts_at: datetime
    ends_at: datetime
    venue: str
    room: str
    street: str
    town: str
    online: str


def place_in_words(row: HasTimeAndPlace) -> str:
    """Return the place in one line: venue, room, street, town; or that it is held online.

    A town that ends what was typed as the street is not said twice.
    """
    parts = [part for part in (row.venue, row.room, row.street) if part]
    if row.town and not (parts and parts[-1].casefold().endswith(f" {row.town.casefold()}")):
        parts.append(row.town)
    return ", ".join(parts) or ("Digitalt möte" if row.online else "Plats meddelas senare")


class TimeAndPlace(models.Model):
    """What letters of one version of a meeting say of time and place. Kept from the moment that a meeting moves."""

    meeting = models.ForeignKey("Meeting", models.CASCADE, related_name="times_and_places")
    version = models.PositiveIntegerField(help_text="the meeting's letter_version")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    venue = models.CharField(max_length=120, blank=True)
    room = models.CharField(max_length=80, blank=True)
    street = models.CharField(max_length=160, blank=True)
    town = models.CharField(max_length=80, blank=True)
    online = models.URLField(blank=True, max_length=500)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("meeting", "version"), name="time_and_place_once_per_version"),
        )

    def __str__(self) -> str:
        return f"{self.meeting_id} v{self.version}"

    @property
    def where(self) -> str:
        """The place in one line."""
        return place_in_words(self)


def time_and_place_values(row: HasTimeAndPlace) -> dict[str, Any]:
    """Return the columns that say when and where."""
    return {name: getattr(row, name) for name in TIME_AND_PLACE_FIELDS}
