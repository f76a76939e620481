"""Both changes of the clock in 2027: the whole schedule of reminders, minute by minute, twice each time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
import time_machine
from django.db.models import Q
from django.utils import timezone

from meetings.mailings.actions import due_reminders, reminder_schedule
from meetings.mailings.letters import recipients
from meetings.mailings.letters.recipients import Mailing
from meetings.models import Answer, Channel, Meeting, MeetingLetter, MeetingState, Purpose
from meetings.models.planned_mailing import PlannedQuerySet
from meetings.replies.actions import answer
from tests import factories
from tests.meetings.acting import at, letter

pytestmark = [pytest.mark.fault, pytest.mark.django_db]
SPRING, AUTUMN = CHANGES = (date(2027, 3, 28), date(2027, 10, 31))
ORDINARY = date(2027, 4, 18)  # a Sunday as others
NINE = "09:00"
IN_THE_NIGHT = "02:30"  # an hour that comes not at all on one night, and twice on the other


# A meeting so many days from the change, which is a Sunday, has its letter so many days from it
COMING_DUE = {-1: -3, 0: -3, 1: -3, 2: -2, 3: 1, 4: 2, 5: 3}
Due = dict[tuple[int, str], date]
Made = dict[tuple[int, str], list[datetime]]


def schedule(change: date, days: int) -> Due:
    """Meetings with a letter due on each day around the change, and those days, counted on the calendar."""
    due: Due = {}
    for offset in range(-days, days + 1):
        day = change + timedelta(days=offset)
        row = meeting(starts=f"{day + timedelta(days=20)} 13:00", reply_by=f"{day + timedelta(days=3)} 23:59")
        due[row.pk, Purpose.REMINDER] = day
    for start, offset in COMING_DUE.items():
        if abs(offset) <= days:
            day = change + timedelta(days=start)
            row = meeting(starts=f"{day} 13:00", reply_by=f"{day - timedelta(days=12)} 12:00")
            due[row.pk, Purpose.COMING] = change + timedelta(days=offset)
    return due


def meeting(*, starts: str, reply_by: str) -> Meeting:
    """An invited meeting with one who comes and one who is silent, planned before the clock changes."""
    start = at(starts)
    row = factories.meeting(
        starts_at=start, ends_at=start + timedelta(hours=3), reply_by=at(reply_by), state=MeetingState.INVITED
    )
    invitation = factories.invitation(row)
    for _ in range(2):
        letter(factories.invitee(invitation))
    answer.store_answer(
        row.invitees.order_by("pk")[0], Answer.YES, channel=Channel.STAFF, by=factories.user()
    )
    reminder_schedule.plan_reminders(row, by=factories.user())
    return row


def moments(change: date, days: int, step: int) -> Iterator[datetime]:
    """Every so many minutes, from some days before the change to some days after it, as they pass in the world."""
    moment = at(f"{change - timedelta(days=days)} 07:00").astimezone(UTC)
    while moment < at(f"{change + timedelta(days=days)} 11:00"):
        yield moment
        moment += timedelta(minutes=step)


def each_minute(change: date, days: int, step: int) -> Iterator[datetime]:
    """The clock as it is: it comes by every so many minutes, here twice each time."""
    return (moment for moment in moments(change, days, step) for _ in range(2))


def live_through(change: date, days: int, when: Iterable[datetime]) -> tuple[Due, Made]:
    """What should leave by itself on which day, and when it did, with the clock coming by at these moments."""
    with time_machine.travel(at(f"{change - timedelta(days=30)} 12:00"), tick=False) as clock:
        due = schedule(change, days)
        for moment in when:
            clock.move_to(moment)
            due_reminders.send_due_reminders()
    made: Made = {}
    for row in MeetingLetter.objects.filter(purpose__in=reminder_schedule.REMINDER_DAYS).select_related(
        "letter"
    ):
        made.setdefault((row.meeting_id, row.purpose), []).append(row.letter.created)
    return due, made


def missed(should: Due, made: Made) -> list[tuple[int, str]]:
    return [which for which in should if which not in made]


def doubled(made: Made) -> int:
    return sum(len(moments) - 1 for moments in made.values())


def wrong_hour(made: Made) -> int:
    return sum(f"{timezone.localtime(when):%H:%M}" != NINE for moments in made.values() for when in moments)


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_reminders_leave_once_at_nine_through_a_change_of_the_clock(
    change: date, size: Callable[[int, int], int], figure: Callable[[str, object], None]
):
    days = size(1, 3)
    should, made = live_through(change, days, each_minute(change, days, size(5, 1)))
    figure(f"clock {change}: planned", len(should))
    figure(f"clock {change}: missed", len(missed(should, made)))
    figure(f"clock {change}: doubled", doubled(made))
    figure(f"clock {change}: not at nine", wrong_hour(made))
    on_their_day = {which: timezone.localdate(moments[0]) for which, moments in made.items()}
    assert (missed(should, made), doubled(made), wrong_hour(made), on_their_day) == ([], 0, 0, should)


def each_night(change: date, days: int) -> Iterator[datetime]:
    """A nightly job as cron has it: when the clock on the wall shows half past two."""
    clock = moments(change, days + 1, 30)
    return (moment for moment in clock if f"{timezone.localtime(moment):%H:%M}" == IN_THE_NIGHT)


def without_guards(monkeypatch: pytest.MonkeyPatch) -> None:
    """What became due since last night is sent, and nothing remembers what has left: no state, no key, no rest."""
    number = count(1)

    def since_last_night(rows: PlannedQuerySet, now: datetime) -> PlannedQuerySet:
        return rows.filter(due_at__lte=now, due_at__gt=now - timedelta(hours=24))

    def a_key_each_time(mailing: Mailing, meeting: Meeting, *_: object) -> str:
        return f"{mailing.purpose}:m{meeting.pk}:{next(number)}"

    monkeypatch.setattr(PlannedQuerySet, "due", since_last_night)
    monkeypatch.setattr(due_reminders, "take_step", lambda row, *_, **__: row)
    monkeypatch.setattr(recipients, "asked_recently", lambda _: Q(pk__in=()))  # nobody
    monkeypatch.setattr(Mailing, "key", a_key_each_time)


@pytest.mark.parametrize(
    ("change", "lost", "twice"),
    [(SPRING, True, False), (AUTUMN, False, True), (ORDINARY, False, False)],
    ids=str,
)
def test_control_a_nightly_job_misses_reminders_in_spring_and_doubles_them_in_autumn(
    change: date,
    lost: bool,
    twice: bool,
    monkeypatch: pytest.MonkeyPatch,
    figure: Callable[[str, object], None],
):
    without_guards(monkeypatch)
    should, made = live_through(change, 1, each_night(change, 1))
    figure(f"clock {change}, control with a nightly job: missed", len(missed(should, made)))
    figure(f"clock {change}, control with a nightly job: doubled", doubled(made))
    assert (bool(missed(should, made)), doubled(made) > 0) == (lost, twice)


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_the_same_nightly_clock_harms_nothing_with_the_guards(change: date):
    """Rows that are due until they are done: late by a night at most, and never missed or doubled."""
    should, made = live_through(change, 1, each_night(change, 1))
    assert (missed(should, made), doubled(made)) == ([], 0)


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_counting_hours_in_utc_is_an_hour_off(change: date, monkeypatch: pytest.MonkeyPatch):
    """Control: the same schedule with due times counted back in hours from the meeting's own days."""

    def naive(meeting: Meeting, purpose: Purpose) -> datetime:
        own = meeting.reply_by if purpose == Purpose.REMINDER else meeting.starts_at
        nine = timezone.localtime(own).replace(hour=9, minute=0).astimezone(UTC)
        return (
            nine
            - timedelta(hours=24)
            * (timezone.localdate(own) - reminder_schedule.REMINDER_DAYS[purpose](meeting)).days
        )

    monkeypatch.setattr(reminder_schedule, "reminder_due_at", naive)
    monkeypatch.setattr(due_reminders, "reminder_due_at", naive)
    should, made = live_through(change, 1, each_minute(change, 1, 5))
    assert (set(made), wrong_hour(made) > 0) == (set(should), True)


@pytest.mark.parametrize(
    ("starts", "due"),
    [
        ("2027-03-28 01:30", "2027-03-25 09:00"),
        ("2027-03-28 03:30", "2027-03-25 09:00"),
        ("2027-03-29 09:00", "2027-03-25 09:00"),
        ("2027-10-31 02:30", "2027-10-28 09:00"),
        ("2027-11-01 09:00", "2027-10-28 09:00"),
        ("2028-02-29 13:00", "2028-02-25 09:00"),
        ("2028-03-01 13:00", "2028-02-28 09:00"),
    ],
)
def test_odd_nights_and_leap_days_keep_nine_on_the_wall(starts: str, due: str):
    assert reminder_schedule.reminder_due_at(Meeting(starts_at=at(starts)), Purpose.COMING) == at(due)
