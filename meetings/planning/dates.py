"""The same weekday and hour in another year."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django.utils import timezone


def weeks_between(before: int, after: int) -> int:
    """Whole weeks to the same weekday nearest the same date in another year: 52 for the next one."""
    return round((date(after, 3, 1) - date(before, 3, 1)).days / 7)


def moved(moment: datetime, weeks: int) -> datetime:
    """The same weekday and hour on the wall some weeks later, also across a change of the clock."""
    wall = timezone.localtime(moment).replace(tzinfo=None) + timedelta(weeks=weeks)
    return timezone.make_aware(wall).astimezone(UTC)
