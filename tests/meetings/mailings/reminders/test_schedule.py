"""Reminders are planned for a day, and follow the meeting when it moves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from meetings.invitations.actions import invite
from meetings.mailings.actions import due_reminders, reminder_schedule
from meetings.models import Answer, Meeting, Purpose
from tests import factories
from tests.meetings.acting import at, change_meeting
from tests.meetings.mailings.reminders.reminding import (
    COMING_AT,
    NOW,
    REMINDER_AT,
    answer,
    invited,
    letters,
    plans,
    row,
    send,
)


@pytest.mark.django_db
def test_the_invitation_plans_both_letters(clock):
    assert plans(invited()) == {"reminder": (REMINDER_AT, "waiting"), "coming": (COMING_AT, "waiting")}


@pytest.mark.django_db
def test_save_the_date_plans_nothing(clock):
    meeting = factories.meeting(
        starts_at=at("2026-12-04 13:00"), ends_at=at("2026-12-04 16:00"), reply_by=at("2026-11-27 23:59")
    )
    party = factories.party()
    factories.mandate(party)
    invite.invite_parties(meeting, [party], seats=3, by=factories.user())
    send(meeting, Purpose.SAVE_THE_DATE)
    assert plans(meeting) == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("meeting_day", "day"),
    [
        ("2026-12-04", "2026-12-02"),
        ("2026-12-07", "2026-12-03"),
        ("2026-12-08", "2026-12-04"),
        ("2026-12-13", "2026-12-10"),
    ],
)
def test_two_working_days_before_the_meeting_are_counted_past_the_weekend(meeting_day: str, day: str):
    meeting = Meeting(starts_at=at(f"{meeting_day} 13:00"))
    assert reminder_schedule.reminder_due_at(meeting, Purpose.COMING) == at(f"{day} 09:00")


@pytest.mark.django_db
def test_what_is_past_when_the_invitation_is_sent_never_leaves(clock):
    clock.move_to(at("2026-11-25 10:00"))
    meeting = invited()
    assert plans(meeting)["reminder"] == (REMINDER_AT, "skipped")
    assert (due_reminders.send_due_reminders(), letters(Purpose.REMINDER)) == (0, 0)


@pytest.mark.django_db
def test_a_second_invitation_leaves_the_plan_alone(clock):
    meeting = invited()
    reminder_schedule.stop_reminder(row(meeting, Purpose.REMINDER), by=factories.user())
    late = factories.party()
    factories.mandate(late)
    invite.invite_parties(meeting, [late], seats=3, by=factories.user())
    send(meeting)
    assert plans(meeting)["reminder"] == (REMINDER_AT, "stopped")


@pytest.mark.django_db
def test_a_moved_meeting_and_a_moved_deadline_move_their_letters(clock):
    meeting = invited()
    change_meeting(meeting, reply_by=at("2026-11-29 23:59"))
    assert plans(meeting)["reminder"] == (at("2026-11-26 09:00"), "waiting")
    change_meeting(meeting, starts_at=at("2026-12-11 13:00"), ends_at=at("2026-12-11 16:00"))
    assert plans(meeting) == {
        "reminder": (at("2026-11-26 09:00"), "waiting"),
        "coming": (at("2026-12-09 09:00"), "waiting"),
    }


@pytest.mark.django_db
def test_a_deadline_moved_so_near_that_the_day_has_passed_sends_nothing_unseen(clock):
    meeting = invited()
    change_meeting(meeting, reply_by=NOW + timedelta(days=1))
    assert plans(meeting)["reminder"][1] == "skipped"


@pytest.mark.django_db
def test_what_has_left_leaves_again_for_the_new_day(clock):
    meeting = invited()
    answer(meeting, Answer.YES)
    clock.move_to(COMING_AT)
    due_reminders.send_due_reminders()
    assert letters(Purpose.COMING) == 1
    change_meeting(meeting, starts_at=at("2026-12-18 13:00"), ends_at=at("2026-12-18 16:00"))
    clock.move_to(at("2026-12-16 09:00"))
    assert (due_reminders.send_due_reminders(), letters(Purpose.COMING)) == (1, 2)


@pytest.mark.django_db
def test_the_meetings_own_time_counts_even_if_the_row_was_not_told(clock):
    meeting = invited()
    Meeting.objects.filter(pk=meeting.pk).update(reply_by=at("2026-11-29 23:59"))
    clock.move_to(REMINDER_AT)
    assert due_reminders.send_due_reminders() == 0
    assert plans(meeting)["reminder"] == (at("2026-11-26 09:00"), "waiting")
