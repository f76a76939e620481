"""How long the portal waits before it asks the same person for an answer again: 3 days, for every reminder.

The automatic reminder, the suggestion to staff on the list of invited and the task on the start page use the same rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from meetings.models import INVITING, Meeting, MeetingLetter, Purpose

REMIND_BEFORE = timedelta(days=7)  # staff are asked to remind in the last week before the deadline
REMINDER_INTERVAL = timedelta(days=3)  # between two letters that ask the same person for an answer
# Every letter that asks for an answer and has the button for it
ASKING_PURPOSES = (*INVITING, Purpose.REMINDER)


def asked_recently(now: datetime) -> Exists:
    """Return a condition on invitees: a letter that asks for an answer was written to them in the last 3 days."""
    letters = MeetingLetter.objects.filter(
        invitee=OuterRef("pk"), purpose__in=ASKING_PURPOSES, letter__created__gt=now - REMINDER_INTERVAL
    )
    return Exists(letters)


def is_time_to_remind(meeting: Meeting, now: datetime) -> bool:
    """Return whether the deadline is at most 7 days away and nobody on the list has been asked in the last 3 days."""
    if meeting.reply_by - now > REMIND_BEFORE:
        return False
    return not meeting.invitees.filter(asked_recently(now)).exists()


@dataclass(frozen=True)
class LastReminder:
    """The last reminder of a meeting: when it was written, and to how many people."""

    at: datetime
    people: int


def last_reminder(letters: Iterable[MeetingLetter]) -> LastReminder | None:
    """Return the last day's reminders among a meeting's letters, None when nobody has been reminded."""
    made = sorted(row.letter.created for row in letters if row.purpose == Purpose.REMINDER)
    if not made:
        return None
    day = timezone.localdate(made[-1])
    return LastReminder(made[-1], sum(timezone.localdate(at) == day for at in made))
