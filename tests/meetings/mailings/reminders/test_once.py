"""Each reminder leaves once, also when several look for it at the same moment."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from dialog_portal.base.states import NotAllowed, take_step
from dialog_portal.outbox.models import Letter
from meetings.mailings.actions import due_reminders, post
from meetings.mailings.letters.recipients import MAILINGS, Mailing
from meetings.models import Answer, Meeting, PlannedMailing, PlannedState, Purpose
from meetings.models.planned_mailing import PLANNED_NEXT
from meetings.planning.actions import meetings
from tests import factories
from tests.at_once import PATIENCE, in_parallel
from tests.meetings.mailings.reminders.reminding import NOW, answer, invited, loaded


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
        assert take_step(plan, PLANNED_NEXT, after, by=user).state == after
        assert list(plan.steps.values_list("before", "after", "by")) == [(before, after, user.pk)]
        return
    with pytest.raises(NotAllowed):
        take_step(plan, PLANNED_NEXT, after, by=user)
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
            mailing = MAILINGS[one.purpose]
            post.post_letters(mailing, meeting, due_reminders.drafts_for(mailing, meeting), by=None)

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
