"""How long the portal waits before it asks the same person for an answer again: 3 days, for every reminder.

The automatic reminder, the suggestion to staff on the list of invited and the task on the start page use the same rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from dialog_portal.outbox.models import State
from meetings.models import INVITING, Meeting, MeetingLetter, Purpose

REMIND_BEFORE = timedelta(days=7)  # staff are asked to remind in the last week before the deadline
REMINDER_INTERVAL = timedelta(days=3)  # between two letters that ask the same person for an answer
# Every letter that asks for an answer and has the button for it
ASKING_PURPOSES = (*INVITING, Purpose.REMINDER)


def asked_recently(now: datetime) -> Exists:
    """Return a condition on invitees: a letter of the last 3 days asks them for an answer.

    One that was stopped, failed or came back has asked nobody.
    """
    letters = MeetingLetter.objects.filter(
        invitee=OuterRef("pk"), purpose__in=ASKING_PURPOSES, letter__created__gt=now - REMINDER_INTERVAL
    )
    return Exists(letters.not_stopped_in_time().exclude(letter__state__in=(State.FAILED, State.BOUNCED)))


def is_time_to_remind(meeting: Meeting, now: datetime) -> bool:
    """Return whether the deadline is at most 7 days away; who may be reminded is decided for each person."""
    return meeting.reply_by - now <= REMIND_BEFORE


@dataclass(frozen=True)
class LastReminder:
    """The last reminder of a meeting: when it was written, and to how many people."""

    at: datetime
    people: int


def last_reminder(letters: Iterable[MeetingLetter]) -> LastReminder | None:
    """Return the last day's reminders among a meeting's letters, None when nobody has been reminded.

    A stopped letter has reminded nobody.
    """
    sent = [row for row in letters if row.purpose == Purpose.REMINDER and row.letter.state != State.STOPPED]
    made = sorted(row.letter.created for row in sent)
    if not made:
        return None
    day = timezone.localdate(made[-1])
    return LastReminder(made[-1], sum(timezone.localdate(at) == day for at in made))
