"""A meeting moves: no letter says the old day, and nobody is left without."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from dialog_portal.base.swedish import weekday
from dialog_portal.links.actions import token_for
from dialog_portal.outbox.models import Letter, State
from meetings.invitations.actions import rerender, withdraw
from meetings.invitations.letters.rerender import current_letter
from meetings.mailings.letters.recipients import with_known_time
from meetings.models import CONTRADICTION_WINDOW, Answer, Channel, Invitee, MeetingState, Purpose
from meetings.replies.actions import answer, colleagues
from meetings.replies.actions.substitute_requests import ask_for_substitute, decide_request
from tests.meetings.invitations.rerender.waiting_letters import text, waiting
from tests.world import World

pytestmark = pytest.mark.django_db
# The notes, and that somebody is no longer invited, stay true whatever the meeting's time
NEVER_WRITTEN_AGAIN = {Purpose.DISTRIBUTION, Purpose.WITHDRAWN}


def answered(invitee: Invitee, said: Answer, channel: Channel = Channel.PHONE) -> None:
    """Later than the minute in which two answers contradict each other."""
    with time_machine.travel(timezone.now() + 2 * CONTRADICTION_WINDOW):
        answer.store_answer(invitee, said, channel=channel)


# --- Every kind of letter --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", sorted(set(Purpose) - NEVER_WRITTEN_AGAIN))
def test_every_kind_of_letter_can_be_written_again_or_is_no_longer_needed(world: World, purpose: Purpose):
    """A new purpose fails here until somebody has decided what becomes of its letters when the meeting changes."""
    draft = current_letter(purpose, world.hand_over())
    assert draft is None or draft.purpose == purpose


# --- A meeting that moves --------------------------------------------------------------------------------------------


def test_a_substitute_whose_invitation_had_not_left_is_invited_to_the_new_day(world: World):
    deputy = world.hand_over()
    day = weekday(world.move())
    invited = waiting(purpose="substitute").get()
    assert (invited.address, day in text(invited)) == (deputy.email, True)
    assert f"/svar/{token_for(deputy.link)}/" in text(invited)
    assert day in text(waiting(purpose="handed_over").get())
    assert world.reached(Purpose.UPDATE) == {world.chief}


@pytest.mark.parametrize(
    ("said", "heading"),
    [(Answer.NO, "Din ersättare kan inte komma"), (Answer.YES, "Din ersättare kommer")],
)
def test_what_the_substitute_said_is_told_with_the_new_day(world: World, said: Answer, heading: str):
    deputy = world.hand_over()
    world.deliver()
    answered(deputy, said)
    day = weekday(world.move())
    note = waiting(purpose="handed_over").get()
    assert (note.subject.startswith(heading), day in text(note)) == (True, True)
    assert day in text(waiting(purpose="receipt", address=deputy.email).get())


def test_that_the_substitute_was_taken_off_is_told_with_the_new_day(world: World):
    withdraw.withdraw(world.hand_over(), by=world.by)
    day = weekday(world.move())
    note = waiting(purpose="handed_over").get()
    assert (note.subject.startswith("Din ersättare är borttagen"), day in text(note)) == (True, True)


def test_an_older_refusal_does_not_hide_that_the_substitute_was_taken_off(world: World):
    wish = ask_for_substitute(world.chief, name="Bo Al", email="bo@annan.example", channel=Channel.LINK)
    decide_request(wish, approve=False, seen=(wish.name, wish.email), by=world.by)
    world.deliver()
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        withdraw.withdraw(world.hand_over(), by=world.by)
        world.move()
    assert waiting(purpose="handed_over").get().subject.startswith("Din ersättare är borttagen")


@pytest.mark.parametrize("came", [True, False])
def test_that_a_substitute_was_refused_is_told_whatever_else_was_said(world: World, came: bool):
    chief = world.chief
    if came:
        answer.store_answer(chief, Answer.YES, channel=Channel.LINK)
        world.deliver()
    wish = ask_for_substitute(chief, name="Bo Al", email="bo@annan.example", channel=Channel.LINK)
    decide_request(wish, approve=False, seen=(wish.name, wish.email), by=world.by)
    day = weekday(world.move())
    note = waiting(purpose="handed_over").get()
    assert (note.subject.startswith("Vi behöver ett annat svar"), day in text(note)) == (True, True)


def test_whoever_got_a_seat_from_the_queue_hears_it_with_the_new_day(two: World):
    two.invitation.seats = 1
    two.invitation.save()
    first, second = two.people
    for person in (first, second):
        answer.store_answer(person, Answer.YES, channel=Channel.LINK)
    two.deliver()
    answered(first, Answer.NO)
    day = weekday(two.move())
    note = waiting(purpose="receipt", address=second.email).get()
    assert (note.subject.startswith("Du är anmäld"), day in text(note)) == (True, True)


def test_a_colleague_whom_a_guest_brought_is_invited_to_the_new_day(world: World):
    chief = world.chief
    answer.store_answer(chief, Answer.YES, channel=Channel.LINK)
    colleagues.bring_colleague(chief, name="Kim Ek", email="kim@kommun.example", channel=Channel.LINK)
    day = weekday(world.move())
    assert day in text(waiting(purpose="invitation", address="kim@kommun.example").get())


def test_an_invitation_that_staff_sent_waits_for_staff_to_look_again():
    world = World(2).invite(left=False)
    world.move()
    assert not Letter.objects.waiting().exists()
    assert world.reached(Purpose.INVITATION) == set(world.people)


def test_a_failed_letter_is_written_again_once_and_asks_for_nobody(world: World):
    world.hand_over()
    waiting(purpose="substitute").update(state=State.FAILED)
    world.move()
    assert Letter.objects.filter(purpose="substitute").count() == 2
    assert not Letter.objects.needs_a_person().exists()


def test_a_second_move_replaces_what_the_first_one_wrote(world: World):
    world.hand_over()
    world.move()
    day = weekday(world.move())
    assert [day in text(letter) for letter in waiting(purpose="substitute")] == [True]
    assert [day in text(letter) for letter in waiting(purpose="handed_over")] == [True]


def test_who_is_gone_gets_nothing_new(world: World):
    deputy = world.hand_over()
    Invitee.objects.filter(pk=deputy.pk).update(withdrawn_at=timezone.now())
    world.move()
    assert not waiting(address=deputy.email).exists()


def test_control_when_nothing_is_written_anew_the_substitute_hears_nothing(world: World, monkeypatch):
    monkeypatch.setattr(rerender, "rerender", lambda rows: set())
    deputy = world.hand_over()
    world.move()
    assert not waiting(address=deputy.email).exists()
    assert deputy not in world.reached(Purpose.UPDATE)


# --- Who has been told -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [MeetingState.PLANNED, MeetingState.INVITED])
def test_whoever_knows_of_the_meeting_only_by_a_receipt_hears_of_a_change_and_of_the_end(state: str):
    world = World(state=state)
    chief = world.chief
    answer.store_answer(chief, Answer.YES, channel=Channel.PHONE, by=world.by)
    world.deliver()
    assert world.reached(Purpose.UPDATE) == set()
    world.move()
    assert world.meeting.sequence == 1
    assert world.reached(Purpose.UPDATE) == {chief}
    world.cancel()
    assert world.reached(Purpose.CANCELLATION) == {chief}


def test_a_receipt_that_waits_when_a_planned_meeting_moves_says_the_new_day():
    world = World(state=MeetingState.PLANNED)
    answer.store_answer(world.chief, Answer.YES, channel=Channel.PHONE, by=world.by)
    day = weekday(world.move())
    assert [day in text(letter) for letter in Letter.objects.waiting()] == [True]


def test_a_receipt_from_before_letters_knew_their_version_is_no_old_news():
    world = World()
    answer.store_answer(world.chief, Answer.YES, channel=Channel.PHONE, by=world.by)
    world.meeting.letters.update(version=None)
    world.deliver()
    assert world.reached(Purpose.UPDATE) == set()


def test_a_letter_that_was_tried_and_stopped_makes_no_news_of_a_meeting_that_stands():
    world = World().invite()
    Letter.objects.update(state=State.STOPPED)
    assert with_known_time(world.meeting.invitees.active()).exists()
    assert world.reached(Purpose.UPDATE) == set()
