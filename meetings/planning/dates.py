"""A meeting's moments as days and times of the clock, and the same weekday and hour in another year."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

from meetings.models import Meeting


def weeks_between(before: int, after: int) -> int:
    """Return the whole weeks to the same weekday nearest the same date in another year: 52 for the next one."""
    return round((date(after, 3, 1) - date(before, 3, 1)).days / 7)


def weeks_later(moment: datetime, weeks: int) -> datetime:
    """Return the same weekday and hour on the wall some weeks later, also across a change of the clock."""
    wall = timezone.localtime(moment).replace(tzinfo=None) + timedelta(weeks=weeks)
    return timezone.make_aware(wall).astimezone(UTC)


def days_and_clock(meeting: Meeting) -> dict[str, date | time]:
    """Return the meeting's moments as people type them, by the names of the form's fields."""
    start, end = timezone.localtime(meeting.starts_at), timezone.localtime(meeting.ends_at)
    return {
        "day": start.date(),
        "start": start.time().replace(second=0, microsecond=0),
        "end": end.time().replace(second=0, microsecond=0),
        "reply_on": timezone.localdate(meeting.reply_by),
    }
