"""When people were last asked to answer, so that nobody is asked again too soon."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from meetings.models import Meeting, MeetingLetter, Purpose

REMIND_BEFORE = timedelta(days=7)  # a reminder is suggested in the last week before the deadline
REST = timedelta(days=3)  # and not to people who were asked in the last days
ASKING_PURPOSES = (Purpose.INVITATION, Purpose.SUBSTITUTE, Purpose.REMINDER)


def asked_recently(now: datetime) -> Exists:
    """Whether an invitee got a letter that asks for an answer in the last days."""
    since = now - REST
    letters = MeetingLetter.objects.filter(purpose__in=ASKING_PURPOSES, letter__created__gt=since)
    return Exists(letters.filter(invitee=OuterRef("pk")))


@dataclass(frozen=True)
class LastReminder:
    """The last reminder of a meeting: when it was written, and to how many."""

    at: datetime
    people: int


def last_reminder(letters: Iterable[MeetingLetter]) -> LastReminder | None:
    """The letters of the last day on which anybody was reminded to answer."""
    made = sorted(row.letter.created for row in letters if row.purpose == Purpose.REMINDER)
    if not made:
        return None
    day = timezone.localdate(made[-1])
    return LastReminder(made[-1], sum(timezone.localdate(at) == day for at in made))


def is_time_to_remind(meeting: Meeting, letters: Iterable[MeetingLetter], now: datetime) -> bool:
    """Whether the deadline is near and nobody at all has been asked in the last days."""
    if meeting.reply_by - now > REMIND_BEFORE:
        return False
    return all(row.letter.created <= now - REST for row in letters if row.purpose in ASKING_PURPOSES)
