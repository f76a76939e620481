"""Meeting times in Stockholm time: the values of the form's fields, and the same weekday and hour in another year."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

from meetings.models import Meeting


def weeks_between(before: int, after: int) -> int:
    """Return by how many whole weeks a date moves to the same weekday near the same date in another year.

    It is 52 for the next year. The years are counted from 1 March, so that a leap day falls at the end.
    """
    return round((date(after, 3, 1) - date(before, 3, 1)).days / 7)


def weeks_later(moment: datetime, weeks: int) -> datetime:
    """Return the same weekday and Stockholm time some weeks later, also when summer time begins or ends in between."""
    wall = timezone.localtime(moment).replace(tzinfo=None) + timedelta(weeks=weeks)
    return timezone.make_aware(wall).astimezone(UTC)


def moments_as_typed(meeting: Meeting) -> dict[str, date | time]:
    """Return start, end and last day to answer as days and times in Stockholm, by the names of MeetingForm's fields."""
    start, end = timezone.localtime(meeting.starts_at), timezone.localtime(meeting.ends_at)
    return {
        "day": start.date(),
        "start": start.time().replace(second=0, microsecond=0),
        "end": end.time().replace(second=0, microsecond=0),
        "reply_on": timezone.localdate(meeting.reply_by),
    }
