"""Letters that leave by themselves: once, at nine in Stockholm, to the right people, unless somebody stops them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from dialog_portal.access.models import Role
from dialog_portal.base.states import NotAllowed, step
from dialog_portal.outbox.content import read_content
from dialog_portal.outbox.draft import Draft
from dialog_portal.outbox.models import Letter, State
from meetings.invitations.actions import invite
from meetings.mailings.actions import due_reminders, post, reminder_schedule
from meetings.mailings.actions import send as mailings_send
from meetings.mailings.letters.compose import preview_fingerprint
from meetings.mailings.letters.recipients import MAILINGS, Mailing
from meetings.models import (
    Answer,
    Channel,
    Invitee,
    Meeting,
    MeetingState,
    PlannedMailing,
    PlannedState,
    Purpose,
)
from meetings.models.planned_mailing import PLANNED_NEXT
from meetings.planning.actions import meetings
from meetings.replies.actions import answer as replies
from meetings.replies.actions import substitutes
from tests import factories
from tests.at_once import PATIENCE, in_parallel
from tests.meetings.acting import at, change_meeting, signed_in
from tests.pages import without_breaks

NOW = at("2026-11-02 10:00")
REMINDER_AT, COMING_AT = at("2026-11-24 09:00"), at("2026-12-02 09:00")


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def loaded(meeting: Meeting) -> Meeting:
    return Meeting.objects.with_letters().get(pk=meeting.pk)


def send(meeting: Meeting, purpose: Purpose = Purpose.INVITATION) -> int:
    mailing = MAILINGS[purpose]
    seen = preview_fingerprint([draft for _, draft in mailings_send.drafts_for(mailing, loaded(meeting))])
    return mailings_send.send_previewed_letters(mailing, meeting, previewed=seen, by=factories.user())


def invited(people: int = 3, **values: object) -> Meeting:
    """A meeting on Friday 4 December, answers by Friday 27 November, whose invitation has been sent."""
    starts = at("2026-12-04 13:00")
    given = {
        "starts_at": starts,
        "ends_at": starts + timedelta(hours=3),
        "reply_by": at("2026-11-27 23:59"),
        **values,
    }
    meeting = factories.meeting(**given)
    parties = [factories.party() for _ in range(people)]
    for party in parties:
        factories.mandate(party)
    invite.invite_parties(meeting, parties, seats=3, by=factories.user())
    send(meeting)
    return loaded(meeting)


def answer(meeting: Meeting, *said: Answer | None) -> None:
    for invitee, one in zip(meeting.invitees.order_by("pk"), said, strict=False):
        if one:
            replies.store_answer(invitee, one, channel=Channel.LINK)


def plans(meeting: Meeting) -> dict[str, tuple[datetime, str]]:
    return {row.purpose: (row.due_at, row.state) for row in meeting.planned.all()}


def row(meeting: Meeting, purpose: Purpose) -> PlannedMailing:
    return meeting.planned.get(purpose=purpose)


def last_reason(meeting: Meeting, purpose: Purpose) -> str:
    step = row(meeting, purpose).steps.last()
    assert step is not None
    return step.reason


def letters(purpose: Purpose) -> int:
    return Letter.objects.filter(purpose=purpose).count()


# --- Planning --------------------------------------------------------------------------------------------------------


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


# --- Leaving ---------------------------------------------------------------------------------------------------------


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


# --- A person decides ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_stopped_letter_stays_until_it_is_resumed(clock):
    meeting = invited()
    client, officer = signed_in()
    address = reverse("staff:planned_switch", args=[row(meeting, Purpose.REMINDER).pk])
    client.post(address, {"to": "stop"})
    page = without_breaks(client.get(reverse("staff:invitations", args=[meeting.pk])).content)
    assert f"stoppad av {officer.name}" in page
    client.post(address, {"to": "resume"})
    assert plans(meeting)["reminder"] == (REMINDER_AT, "waiting")
    client.post(address, {"to": "stop"})
    clock.move_to(REMINDER_AT)
    assert (due_reminders.send_due_reminders(), plans(meeting)["reminder"][1]) == (0, "stopped")
    with pytest.raises(NotAllowed, match="Tiden har passerat"):
        reminder_schedule.resume_reminder(row(meeting, Purpose.REMINDER), by=officer)


@pytest.mark.django_db
def test_a_stopped_letter_moves_with_the_meeting_but_stays_stopped(clock):
    meeting = invited()
    reminder_schedule.stop_reminder(row(meeting, Purpose.REMINDER), by=factories.user())
    change_meeting(meeting, reply_by=at("2026-11-29 23:59"))
    assert plans(meeting)["reminder"] == (at("2026-11-26 09:00"), "stopped")


@pytest.mark.django_db
def test_what_has_left_cannot_be_stopped(clock):
    meeting = invited()
    clock.move_to(REMINDER_AT)
    due_reminders.send_due_reminders()
    client, _ = signed_in()
    page = client.post(
        reverse("staff:planned_switch", args=[row(meeting, Purpose.REMINDER).pk]), {"to": "stop"}, follow=True
    )
    assert "kan inte bli stoppad" in without_breaks(page.content)
    assert plans(meeting)["reminder"][1] == "done"


@pytest.mark.django_db
def test_the_page_says_what_will_leave_and_when(clock):
    meeting = invited()
    client, _ = signed_in()
    page = without_breaks(client.get(reverse("staff:invitations", args=[meeting.pk])).content)
    assert (
        "skickas automatiskt <strong>tisdag 24 november 2026 kl. 09.00</strong> till dem som inte har svarat"
        in page
    )
    assert "<strong>onsdag 2 december 2026 kl. 09.00</strong> till dem som har svarat att de kommer" in page
    reader, _ = signed_in(Role.READER)
    seen = without_breaks(reader.get(reverse("staff:invitations", args=[meeting.pk])).content)
    assert ("kl. 09.00" in seen, "Stoppa" in seen) == (True, False)


@pytest.mark.django_db
def test_both_letters_can_be_seen_and_sent_by_hand_before(clock):
    meeting = invited()
    answer(meeting, Answer.YES)
    client, _ = signed_in()
    for purpose, number in ((Purpose.REMINDER, "2 brev"), (Purpose.COMING, "1 brev")):
        page = without_breaks(
            client.get(reverse("staff:letters_preview", args=[meeting.pk, purpose])).content
        )
        assert f"{number} till" in page
    send(meeting, Purpose.COMING)
    clock.move_to(COMING_AT)
    due_reminders.send_due_reminders()
    assert letters(Purpose.COMING) == 1


# --- Once ------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_second_plan_of_the_same_kind_is_impossible(clock):
    meeting = invited()
    with pytest.raises(IntegrityError), transaction.atomic():
        PlannedMailing.objects.create(meeting=meeting, purpose=Purpose.REMINDER, due_at=NOW)


@pytest.mark.django_db
def test_an_unknown_state_is_impossible(clock):
    meeting = invited()
    with pytest.raises(IntegrityError), transaction.atomic():
        meeting.planned.update(state="kanske")


ALLOWED = {
    ("waiting", "done"),
    ("waiting", "skipped"),
    ("waiting", "stopped"),
    ("done", "waiting"),
    ("skipped", "waiting"),
    ("stopped", "waiting"),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "after"), list(product(PlannedState, PlannedState)))
def test_a_plan_moves_only_where_the_rules_say(before: PlannedState, after: PlannedState):
    user, meeting = factories.user(), factories.meeting()
    plan = meeting.planned.create(purpose=Purpose.REMINDER, due_at=NOW, state=before)
    if (before, after) in ALLOWED:
        assert step(plan, PLANNED_NEXT, after, by=user).state == after
        assert list(plan.steps.values_list("before", "after", "by")) == [(before, after, user.pk)]
        return
    with pytest.raises(NotAllowed):
        step(plan, PLANNED_NEXT, after, by=user)
    plan.refresh_from_db()
    assert (plan.state, plan.steps.count()) == (before, 0)


def copies() -> list[int]:
    """How many letters before the meeting each person has."""
    addresses = Letter.objects.filter(purpose=Purpose.COMING).values_list("address", flat=True)
    return sorted(Counter(addresses).values())


def overdue() -> None:
    """A meeting tomorrow, three who come, and a letter to them that is due now."""
    start = factories.afternoon(30)
    meeting = invited(starts_at=start, ends_at=start + timedelta(hours=3), reply_by=start - timedelta(days=7))
    answer(meeting, Answer.YES, Answer.YES, Answer.YES)
    near = timezone.now() + timedelta(hours=20)
    times = {"starts_at": near, "ends_at": near + timedelta(hours=3), "reply_by": near - timedelta(hours=19)}
    Meeting.objects.filter(pk=meeting.pk).update(**times)
    meeting.planned.filter(purpose=Purpose.COMING).update(due_at=timezone.now() - timedelta(hours=1))


@pytest.mark.fault
@pytest.mark.django_db(transaction=True)
def test_parallel_runs_make_one_letter_each():
    overdue()
    raised = in_parallel(due_reminders.send_due_reminders, 6)
    assert (raised, copies()) == ([], [1, 1, 1])


@pytest.mark.fault
@pytest.mark.django_db(transaction=True)
def test_without_lock_and_key_parallel_runs_double(monkeypatch):
    """Control: two runs that both found the plan due, without the second look and without the unique key."""
    overdue()
    met = threading.Barrier(2)

    def found(now: datetime) -> list[PlannedMailing]:
        rows = list(PlannedMailing.objects.due(now))
        met.wait(PATIENCE)
        return rows

    def careless() -> None:
        for one in found(timezone.now()):
            meeting = loaded(one.meeting)
            post.post_letters(
                MAILINGS[one.purpose], meeting, due_reminders.recipients_with_drafts(one, meeting), by=None
            )

    monkeypatch.setattr(Mailing, "key", lambda *_: f"coming:{uuid4()}")
    raised = in_parallel(careless, 2)
    assert (raised, copies()) == ([], [2, 2, 2])


@pytest.mark.fault
@pytest.mark.django_db(transaction=True)
def test_a_cancellation_at_the_same_moment_never_leaves_a_reminder_that_waits():
    overdue()
    meeting, officer = Meeting.objects.get(), factories.user()
    work = iter(
        [
            due_reminders.send_due_reminders,
            lambda: meetings.cancel_meeting(meeting, reason="Storm.", by=officer),
        ]
    )
    lock = threading.Lock()

    def one() -> None:
        with lock:
            mine = next(work)
        mine()

    raised = in_parallel(one, 2)
    waiting = Letter.objects.filter(purpose=Purpose.COMING).waiting().count()
    assert (raised, waiting, meeting.planned.waiting().count()) == ([], 0, 0)
