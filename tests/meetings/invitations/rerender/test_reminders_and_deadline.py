"""Reminders that were held, and the last day to answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from dialog_portal.base.swedish import weekday
from dialog_portal.outbox.models import Letter, State
from dialog_portal.outbox.queue.hold import hold, release
from meetings.mailings.actions import due_reminders, reminder_schedule
from meetings.models import Answer, Channel, Invitee
from meetings.replies.actions import answer, substitutes
from tests.meetings.acting import change_meeting
from tests.meetings.invitations.rerender.waiting_letters import text, waiting
from tests.world import World

pytestmark = pytest.mark.django_db


# --- Reminders -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "says",
    [
        lambda person: answer.store_answer(person, Answer.YES, channel=Channel.LINK),
        lambda person: answer.store_answer(person, Answer.NO, channel=Channel.PHONE),
        lambda person: substitutes.hand_over(
            person, name="Eva Ek", email="eva@kommun.example", channel=Channel.LINK
        ),
    ],
)
def test_no_reminder_reaches_who_answered_while_it_was_held(two: World, says: Callable[[Invitee], Any]):
    reminder_schedule.plan_reminders(two.meeting, by=two.by)
    with time_machine.travel(two.meeting.planned.get(purpose="reminder").due_at + timedelta(minutes=1)):
        hold("", by=two.by, reason="återläsning")
        assert due_reminders.send_due_reminders() == 2
        says(two.people[0])
        release("", by=two.by)
        assert [letter.address for letter in waiting(purpose="reminder")] == [two.people[1].email]


@pytest.mark.parametrize(("said", "left"), [(Answer.NO, 0), (Answer.YES, 1)])
def test_no_reminder_of_the_meeting_reaches_who_does_not_come(world: World, said: Answer, left: int):
    chief = world.chief
    answer.store_answer(chief, Answer.YES, channel=Channel.LINK)
    reminder_schedule.plan_reminders(world.meeting, by=world.by)
    with time_machine.travel(world.meeting.planned.get(purpose="coming").due_at + timedelta(minutes=1)):
        assert due_reminders.send_due_reminders() == 1
        answer.store_answer(chief, said, channel=Channel.PHONE, by=world.by)
        assert waiting(purpose="coming").count() == left


# --- The last day to answer ------------------------------------------------------------------------------------------


def test_what_waits_says_the_new_last_day_to_answer():
    world = World(2).invite(left=False)
    meeting = world.meeting
    changed = change_meeting(meeting, by=world.by, reply_by=meeting.reply_by - timedelta(days=3))
    assert {
        (letter.address, weekday(changed.reply_by) in text(letter)) for letter in Letter.objects.waiting()
    } == {(person.email, True) for person in world.people}
    assert changed.letter_version == meeting.letter_version


def test_an_untouched_last_day_stops_nothing():
    world = World().invite(left=False)
    meeting = world.meeting
    change_meeting(meeting, by=world.by, reply_by=meeting.reply_by)
    assert Letter.objects.get().state == State.QUEUED
