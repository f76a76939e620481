"""Letters whose time is over, and what is forgotten of them."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from dialog_portal.base.states import NotAllowed
from dialog_portal.outbox import health, tasks
from dialog_portal.outbox.models import Attempt, Letter, LetterStep, Outcome, State
from dialog_portal.outbox.queue.bounce import mark_as_bounced
from dialog_portal.outbox.queue.finish import finish
from dialog_portal.outbox.queue.send_again import correct_address, try_now, undo
from dialog_portal.outbox.queue.stop import mark_as_informed, stop
from dialog_portal.outbox.queue.sweep import fail_overdue, wipe_useless
from dialog_portal.outbox.smtp.answers import Result
from meetings.models import MeetingLetter, Purpose
from tests import factories
from tests.outbox.letters import end, later, letter, only, take

pytestmark = pytest.mark.usefixtures("no_limit")
YES = Result(Outcome.ACCEPTED, "250", "ok")


def test_overdue_letter_fails_and_says_so():
    letter()
    with later(hours=73):
        assert take() == []
        assert fail_overdue(timezone.now()) == 1
    assert only().state == State.FAILED
    assert "Tiden gick ut" in only().last_text
    steps = only().steps.values_list("before", "after", "by", "reason")
    assert list(steps) == [("queued", "failed", None, "Tiden gick ut innan brevet kunde lämnas.")]


def test_letter_in_hands_is_not_given_up(settings):
    letter(deadline=timezone.now() + timedelta(minutes=5))
    take()
    with later(minutes=6):
        assert fail_overdue(timezone.now()) == 0


def test_stopped_bytes_are_wiped_when_nobody_can_take_it_back():
    row = letter()
    stop(Letter.objects.all(), by=None, reason="x")
    assert wipe_useless(timezone.now()) == 0
    with later(days=11):
        assert wipe_useless(timezone.now()) == 1
        with pytest.raises(NotAllowed):
            undo(row, by=None)


@pytest.mark.parametrize("act", [try_now, partial(correct_address, address="ny@kommun.example")])
def test_failed_bytes_are_wiped_when_nobody_can_send_it_again(act):
    row = letter()
    end(take()[0], Outcome.ADDRESS)
    with later(days=9):
        tasks.check_letters()
        assert only().raw is not None
    with later(days=11):
        tasks.check_letters()
        assert (only().state, only().raw, only().last_code) == (State.FAILED, None, "")
        with pytest.raises(NotAllowed):
            act(row, by=None)
        with pytest.raises(IntegrityError), transaction.atomic():  # nothing else may send it empty either
            Letter.objects.update(state=State.RETRYING)


def test_bytes_that_were_only_kept_here_go_when_the_letter_came_back():
    row = letter()
    finish(take()[0], YES, wipe=False)
    mark_as_bounced(row, by=None, reason="x")
    with later(days=11):
        assert wipe_useless(timezone.now()) == 1


def test_facts_are_kept_for_two_years_and_then_forgotten_with_all_that_hangs_on_them():
    meeting = factories.meeting()
    for _ in range(2):
        row = letter()
        MeetingLetter.objects.create(meeting=meeting, purpose=Purpose.INVITATION, letter=row)
    end(take(most=1)[0], Outcome.ACCEPTED, "250")
    mark_as_informed(Letter.objects.waiting().get(), "ringde", by=None)
    with later(days=10 + 729):
        tasks.forget()
        assert Letter.objects.count() == 2
    with later(days=10 + 731):
        waits = letter(deadline=timezone.now() + timedelta(days=2))
        Letter.objects.filter(pk=waits.pk).update(useful_until=timezone.now() - timedelta(days=740))
        tasks.forget()
        assert [only(), Attempt.objects.count(), LetterStep.objects.count()] == [waits, 0, 0]
        assert meeting.letters.count() == 0
        assert health.check_sums() == 0
