"""Reminders leave on time, to those whom they concern."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from dialog_portal.outbox.content import read_content
from dialog_portal.outbox.draft import Draft
from dialog_portal.outbox.models import Letter, State
from meetings.invitations.actions import invite
from meetings.mailings.actions import due_reminders
from meetings.mailings.actions import send as mailings_send
from meetings.mailings.letters.recipients import Mailing
from meetings.models import Answer, Channel, Invitee, Meeting, MeetingState, Purpose
from meetings.planning.actions import meetings
from meetings.replies.actions import answer as replies
from meetings.replies.actions import substitutes
from tests import factories
from tests.meetings.acting import change_meeting
from tests.meetings.mailings.reminders.reminding import (
    COMING_AT,
    REMINDER_AT,
    answer,
    invited,
    letters,
    plans,
    row,
    send,
)


def last_reason(meeting: Meeting, purpose: Purpose) -> str:
    step = row(meeting, purpose).steps.last()
    assert step is not None
    return step.reason


@pytest.mark.django_db
def test_nothing_leaves_a_minute_early_and_all_leaves_on_time(clock):
    meeting = invited()
    answer(meeting, Answer.YES, Answer.NO)
    silent = meeting.invitees.order_by("pk")[2]
    clock.move_to(REMINDER_AT - timedelta(minutes=1))
    assert due_reminders.send_due_reminders() == 0
    clock.move_to(REMINDER_AT)
    assert due_reminders.send_due_reminders() == 1
    assert Letter.objects.get(purpose=Purpose.REMINDER).address == silent.email
    assert last_reason(meeting, Purpose.REMINDER) == "Skickades till 1 person."


@pytest.mark.django_db
def test_the_reminder_before_the_meeting_goes_to_those_who_have_a_seat(clock):
    meeting = invited(people=1)
    invitation = meeting.invitations.get()
    invite.change_seats(invitation, 1, by=factories.user())
    (first,) = meeting.invitees.all()
    queued = factories.invitee(invitation, name="På kö")
    hands_over = factories.invitee(factories.invitation(meeting, seats=1), email="chef@kommun.example")
    answer(meeting, Answer.YES, Answer.YES)
    deputy = substitutes.hand_over(
        hands_over, name="Ersättare", email="ny@kommun.example", channel=Channel.STAFF, by=factories.user()
    )
    replies.store_answer(deputy, Answer.YES, channel=Channel.LINK)
    clock.move_to(COMING_AT)
    due_reminders.send_due_reminders()
    got = set(Letter.objects.filter(purpose=Purpose.COMING).values_list("address", flat=True))
    assert (got, queued.email in got) == ({first.email, deputy.email}, False)


@pytest.mark.django_db
def test_the_letter_says_when_where_and_what_and_leads_to_the_own_page(clock):
    meeting = invited(people=1, online="https://mote.example/rum")
    factories.item(meeting, title="Öppen punkt")
    factories.item(meeting, title="Hemlig punkt", internal=True)
    answer(meeting, Answer.YES)
    clock.move_to(COMING_AT)
    due_reminders.send_due_reminders()
    stored = read_content(Letter.objects.get(purpose=Purpose.COMING))
    assert stored is not None
    assert stored.subject == f"Påminnelse: {meeting.title}, fredag 4 december 2026"
    wanted = (
        "fredag 4 december 2026 kl. 13.00–16.00",
        "Fatburen",
        "Öppen punkt",
        "https://mote.example/rum",
        "/svar/",
    )
    for body in (stored.text, stored.html):
        assert [word for word in wanted if word not in body] == []
        assert ("Hemlig punkt" in body, "Se mötet och ditt svar" in body) == (False, True)


@pytest.mark.django_db
def test_running_again_and_again_makes_nothing_more(clock):
    meeting = invited()
    answer(meeting, Answer.YES)
    for _ in range(3):
        clock.move_to(REMINDER_AT)
        due_reminders.send_due_reminders()
        clock.move_to(COMING_AT)
        due_reminders.send_due_reminders()
    assert (letters(Purpose.REMINDER), letters(Purpose.COMING)) == (2, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("late", [timedelta(hours=5), timedelta(days=2)])
def test_a_clock_that_stood_still_sends_late_but_in_time(clock, late: timedelta):
    invited()
    clock.move_to(REMINDER_AT + late)
    assert due_reminders.send_due_reminders() == 3


@pytest.mark.django_db
def test_after_the_deadline_and_after_the_start_nothing_leaves(clock):
    meeting = invited()
    answer(meeting, Answer.YES)
    clock.move_to(meeting.starts_at)
    assert due_reminders.send_due_reminders() == 0
    assert {state for _, state in plans(meeting).values()} == {"skipped"}
    assert "för sent" in last_reason(meeting, Purpose.COMING)


@pytest.mark.django_db
def test_a_cancelled_meeting_reminds_nobody(clock):
    meeting = invited()
    meetings.cancel_meeting(meeting, reason="Storm.", by=factories.user())
    clock.move_to(REMINDER_AT)
    assert (due_reminders.send_due_reminders(), last_reason(meeting, Purpose.REMINDER)) == (
        0,
        "Mötet är inställt.",
    )


@pytest.mark.django_db
def test_a_meeting_whose_state_changed_behind_the_plans_back_reminds_nobody(clock):
    meeting = invited()
    Meeting.objects.filter(pk=meeting.pk).update(state=MeetingState.CANCELLED)
    clock.move_to(REMINDER_AT)
    assert (due_reminders.send_due_reminders(), plans(meeting)["reminder"][1]) == (0, "skipped")


@pytest.mark.django_db
def test_a_held_meeting_skips_what_is_left(clock):
    meeting = invited()
    clock.move_to(meeting.ends_at)
    meetings.mark_as_held(meeting, by=factories.user())
    assert {state for _, state in plans(meeting).values()} == {"skipped"}
    assert due_reminders.send_due_reminders() == 0


@pytest.mark.django_db
def test_when_all_have_answered_nobody_is_reminded(clock):
    meeting = invited()
    answer(meeting, Answer.YES, Answer.NO, Answer.NO)
    clock.move_to(REMINDER_AT)
    assert due_reminders.send_due_reminders() == 0
    assert last_reason(meeting, Purpose.REMINDER) == "Det fanns ingen att skriva till."


@pytest.mark.django_db
def test_a_round_may_switch_reminders_off(clock):
    meeting = invited()
    meeting.round.reminds = False
    meeting.round.save()
    clock.move_to(REMINDER_AT)
    assert (due_reminders.send_due_reminders(), plans(meeting)["reminder"][1]) == (0, "skipped")


@pytest.mark.django_db
@pytest.mark.parametrize(("hours", "made"), [(25, 0), (71, 0), (73, 3)])
def test_nobody_is_reminded_within_three_days_of_another_reminder(clock, hours: int, made: int):
    meeting = invited()
    clock.move_to(REMINDER_AT - timedelta(hours=hours))
    send(meeting, Purpose.REMINDER)
    clock.move_to(REMINDER_AT)
    assert due_reminders.send_due_reminders() == made


@pytest.mark.django_db
@pytest.mark.parametrize(("hours", "made"), [(71, 0), (73, 3)])
def test_nobody_is_reminded_within_three_days_of_a_letter_about_a_new_place(clock, hours: int, made: int):
    meeting = invited()
    clock.move_to(REMINDER_AT - timedelta(hours=hours))
    Letter.objects.update(state=State.ACCEPTED, accepted_at=timezone.now())  # the invitations have left
    change_meeting(meeting, venue="Folkets hus")
    send(meeting, Purpose.UPDATE)
    clock.move_to(REMINDER_AT)
    assert due_reminders.send_due_reminders() == made


@pytest.mark.django_db
def test_one_meeting_that_fails_does_not_keep_the_others_from_theirs(clock, monkeypatch):
    broken, whole = invited(1), invited(1)
    drafts_for = mailings_send.drafts_for

    def sometimes(mailing: Mailing, meeting: Meeting) -> list[tuple[Invitee, Draft]]:
        if meeting.pk == broken.pk:
            raise ValueError("broken")
        return drafts_for(mailing, meeting)

    monkeypatch.setattr(due_reminders, "drafts_for", sometimes)
    clock.move_to(REMINDER_AT)
    with pytest.raises(ExceptionGroup):
        due_reminders.send_due_reminders()
    assert (plans(broken)["reminder"][1], plans(whole)["reminder"][1]) == ("waiting", "done")
    monkeypatch.undo()
    assert due_reminders.send_due_reminders() == 1
