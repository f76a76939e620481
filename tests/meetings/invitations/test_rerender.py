"""Letters that have not left when something changes: none says what no longer holds, and nobody is left without."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from dialog_portal.base.states import NotAllowed
from dialog_portal.base.swedish import weekday
from dialog_portal.links.actions import token_for
from dialog_portal.outbox.content import read_content
from dialog_portal.outbox.models import Letter, LetterQuerySet, State
from dialog_portal.outbox.queue.hold import hold, release
from dialog_portal.outbox.queue.retry import undo
from meetings.invitations.actions import rerender, resend_link, withdraw
from meetings.invitations.actions.change_link import change_link
from meetings.invitations.letters.lost_links import LINK_LETTERS
from meetings.mailings.actions import due_reminders, post, reminder_schedule, send
from meetings.mailings.actions.post import post_letters
from meetings.mailings.actions.send import drafts_for
from meetings.mailings.letters.compose import preview_fingerprint
from meetings.mailings.letters.recipients import MAILINGS, with_known_time
from meetings.models import CONTRADICTION_WINDOW, Answer, Channel, Invitee, MeetingState, Purpose
from meetings.replies import daily_limits
from meetings.replies.actions import answer, colleagues, substitutes
from meetings.replies.actions.substitute_requests import ask_for_substitute, decide_request
from meetings.replies.letters import receipt
from meetings.replies.reply_status import reply_status
from tests import factories
from tests.at_once import Encounter
from tests.meetings.acting import change_meeting, signed_in
from tests.pages import without_breaks
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World().invite()


@pytest.fixture
def two() -> World:
    return World(2).invite()


def text(letter: Letter) -> str:
    found = read_content(letter)
    assert found is not None
    return found.text


def waiting(**chosen: Any) -> LetterQuerySet:
    return Letter.objects.waiting().filter(**chosen)


def answered(invitee: Invitee, said: Answer, channel: Channel = Channel.PHONE) -> None:
    """Later than the minute in which two answers contradict each other."""
    with time_machine.travel(timezone.now() + 2 * CONTRADICTION_WINDOW):
        answer.store_answer(invitee, said, channel=channel)


# --- A meeting that moves ---------------------------------------------------------------------------------------------


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


# --- Who has been told ------------------------------------------------------------------------------------------------


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


# --- Link letters -----------------------------------------------------------------------------------------------------


def test_a_letter_with_links_says_the_new_day_or_nothing(world: World):
    resend_link.resend_links(world.chief.email)
    day = weekday(world.move())
    assert day in text(waiting(purpose__in=LINK_LETTERS).get())
    world.cancel()
    assert not waiting(purpose__in=LINK_LETTERS).exists()


def test_links_asked_for_again_within_the_hour_say_the_new_day(world: World):
    email = world.chief.email
    resend_link.resend_links(email)
    world.deliver()
    day = weekday(world.move())
    resend_link.resend_links(email)
    assert day in text(waiting(purpose__in=LINK_LETTERS).get())


def test_a_letter_with_links_does_not_reach_who_was_taken_off_the_list(world: World):
    resend_link.resend_links(world.chief.email)
    withdraw.withdraw(world.chief, by=world.by)
    assert not waiting(purpose__in=LINK_LETTERS).exists()


def test_a_letter_with_links_keeps_the_other_meetings(world: World):
    other = World().invite()
    email = world.chief.email
    Invitee.objects.filter(pk=other.people[0].pk).update(email=email)
    resend_link.resend_links(email)
    world.cancel()
    links = waiting(purpose__in=LINK_LETTERS).get()
    assert (
        token_for(other.people[0].link) in text(links),
        token_for(world.chief.link) in text(links),
    ) == (
        True,
        False,
    )


# --- A link that is changed -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tell", [True, False])
def test_whose_link_changed_before_the_invitation_left_stays_in_the_chain(tell: bool):
    world = World().invite(left=False)
    chief = world.chief
    assert change_link(chief, tell=tell, by=world.by)
    chief.link.refresh_from_db()
    assert f"/svar/{token_for(chief.link)}/" in text(Letter.objects.waiting().get())
    world.deliver()
    assert world.reached(Purpose.REMINDER) == {chief}
    world.move()
    assert world.reached(Purpose.UPDATE) == {chief}
    world.cancel()
    assert world.reached(Purpose.CANCELLATION) == {chief}


def test_an_update_that_waited_brings_the_new_link_and_the_calendar(world: World):
    day, chief = weekday(world.move()), world.chief
    mailing = MAILINGS[Purpose.UPDATE]
    post_letters(mailing, world.meeting, drafts_for(mailing, world.meeting), by=world.by)
    change_link(chief, tell=True, by=world.by)
    chief.link.refresh_from_db()
    update = Letter.objects.waiting().get()
    found = read_content(update)
    assert found is not None
    assert (update.purpose, day in found.text, token_for(chief.link) in found.text) == ("update", True, True)
    assert [file.content_type.partition(";")[0] for file in found.attachments] == ["text/calendar"]


# --- Reminders --------------------------------------------------------------------------------------------------------


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


# --- The last day to answer -------------------------------------------------------------------------------------------


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


# --- Two at once ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_is_being_stored_while_the_meeting_moves_is_receipted_for_the_new_day(monkeypatch):
    world, both = World().invite(), Encounter()
    monkeypatch.setattr(receipt, "receipt_for_reply", both.after(receipt.receipt_for_reply))
    moved = both.run(lambda: answer.store_answer(world.chief, Answer.YES, channel=Channel.LINK), world.move)
    assert [weekday(moved) in text(letter) for letter in Letter.objects.waiting()] == [True]


@pytest.mark.django_db(transaction=True)
def test_who_is_taken_off_the_list_while_the_letters_are_written_gets_none(monkeypatch):
    world, both = World(2), Encounter()
    mailing = MAILINGS[Purpose.INVITATION]
    seen = preview_fingerprint([draft for _, draft in drafts_for(mailing, world.meeting)])
    monkeypatch.setattr(send, "post_letters", both.before(post.post_letters))
    both.run(
        lambda: send.send_previewed_letters(mailing, world.meeting, previewed=seen, by=world.by),
        lambda: withdraw.withdraw(world.chief, by=world.by),
    )
    assert [letter.address for letter in Letter.objects.waiting()] == [world.people[1].email]


# --- Presses that do not count ----------------------------------------------------------------------------------------


def test_a_program_that_presses_all_day_takes_no_answer_from_the_person(world: World):
    chief = world.chief
    for number in range(40):
        said = (Answer.YES, Answer.NO)[number % 2]
        answer.store_answer(chief, said, channel=Channel.LINK, confirmed=False)
    assert chief.replies.unconfirmed().count() <= daily_limits.ANSWERS_A_DAY
    assert answer.store_answer(chief, Answer.YES, channel=Channel.LINK).confirmed
    with pytest.raises(NotAllowed, match="ändringar det senaste dygnet"):
        for number in range(40):
            answered_at = timezone.now() + (number + 1) * 2 * CONTRADICTION_WINDOW
            with time_machine.travel(answered_at):
                answer.store_answer(chief, (Answer.NO, Answer.YES)[number % 2], channel=Channel.LINK)


# --- Taken off the list, and put back ---------------------------------------------------------------------------------


def press_put_back(world: World, person: Invitee) -> str:
    client, _ = signed_in()
    url = reverse("staff:invitee_withdraw", args=[person.pk])
    client.post(url)
    page = without_breaks(client.get(reverse("staff:invitations", args=[world.pk])).content)
    assert f'name="undo" value="1">Lägg tillbaka<span class="visually-hidden"> {person.name}' in page
    return without_breaks(client.post(url, {"undo": "1"}, follow=True).content)


def test_who_was_taken_off_by_mistake_is_put_back_with_their_answer_and_a_new_link(two: World):
    chief = two.people[0]
    answer.store_answer(chief, Answer.YES, channel=Channel.LINK)
    two.deliver()
    old = token_for(chief.link)
    assert f"En ny personlig länk skickas till {chief.email}." in press_put_back(two, chief)
    back = Invitee.objects.get(pk=chief.pk)
    assert (back.withdrawn_at, reply_status(back).case) == (None, "seated")
    links = text(waiting(purpose__in=LINK_LETTERS).get())
    assert (f"/svar/{token_for(back.link)}/" in links, old in links) == (True, False)


def test_who_had_not_been_written_to_is_put_back_without_a_letter():
    world = World()
    assert "Inget brev har skickats." in press_put_back(world, world.chief)
    assert world.reached(Purpose.INVITATION) == set(world.people)
    assert not Letter.objects.exists()


def test_an_invitation_that_had_not_left_is_written_again():
    world = World().invite(left=False)
    press_put_back(world, world.chief)
    back = Invitee.objects.get(pk=world.chief.pk)
    assert f"/svar/{token_for(back.link)}/" in text(waiting(purpose="invitation").get())


def test_a_letter_with_a_dead_link_cannot_be_let_go_again():
    world = World().invite(left=False)
    withdraw.withdraw(world.chief, by=world.by)
    with pytest.raises(NotAllowed, match="inte aktuellt"):
        undo(Letter.objects.get(), by=world.by)


def test_nobody_loses_a_seat_to_who_is_put_back(two: World):
    two.invitation.seats = 1
    two.invitation.save()
    first, second = two.people
    for person in (first, second):
        answer.store_answer(person, Answer.YES, channel=Channel.LINK)
    page = press_put_back(two, first)
    assert f"{first.name} hade svarat ja, och platsen har gått till {second.name}." in page
    assert Invitee.objects.get(pk=first.pk).withdrawn_at is not None


def test_an_address_that_was_taken_meanwhile_is_said(world: World):
    chief = world.chief
    withdraw.withdraw(chief, by=world.by)
    factories.invitee(world.invitation, email=chief.email)
    with pytest.raises(NotAllowed, match="står redan på listan"):
        withdraw.reinstate(chief, by=world.by)


def test_a_second_press_changes_nothing(world: World):
    chief = world.chief
    withdraw.withdraw(chief, by=world.by)
    when = Invitee.objects.get(pk=chief.pk).withdrawn_at
    withdraw.withdraw(chief, by=world.by)
    assert Invitee.objects.get(pk=chief.pk).withdrawn_at == when
    assert withdraw.reinstate(chief, by=world.by) is True
    assert withdraw.reinstate(chief, by=world.by) is False
    assert waiting(purpose__in=LINK_LETTERS).count() == 1


# --- Stopped in time, or too late -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tried", "may_know"),
    [
        ({"started": None}, False),
        ({"outcome": "withdrawn"}, False),
        ({"outcome": "soft"}, False),
        ({"outcome": "unknown"}, True),
        ({"outcome": ""}, True),
    ],
)
def test_whether_a_stopped_invitation_may_have_been_read_decides_which_letter_is_offered(
    tried, may_know: bool
):
    world = World().invite(left=False)
    letter, now = Letter.objects.get(), timezone.now()
    letter.attempts.create(**{"fence": 1, "worker": "prov", "started": now, **tried})
    Letter.objects.update(state=State.SENDING, lease_until=now + timedelta(minutes=1), worker="prov", fence=1)
    world.move()
    chief = {world.chief}
    invited, updated = world.reached(Purpose.INVITATION), world.reached(Purpose.UPDATE)
    assert (invited, updated) == ((set(), chief) if may_know else (chief, set()))
