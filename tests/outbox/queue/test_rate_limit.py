"""No 60 seconds see more letters than the relay allows, however slow or quick its answers are."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.db.models import QuerySet
from django.utils import timezone

from dialog_portal.outbox.models import Attempt, Letter, Outcome, State
from dialog_portal.outbox.queue import deliver, rate_limit
from dialog_portal.outbox.queue.finish import finish
from dialog_portal.outbox.queue.forecast import forecast
from dialog_portal.outbox.queue.hold import hold
from dialog_portal.outbox.smtp.answers import Result
from tests.outbox.letters import end, later, letter, take, through

pytestmark = pytest.mark.django_db
LIMIT = 5
YES = Result(Outcome.ACCEPTED, "250", "")


@pytest.fixture(autouse=True)
def _limit(settings):
    settings.MAIL_PER_MINUTE = LIMIT


def hand_over(clock: time_machine.Traveller, seconds: float) -> list[datetime]:
    """Take what may be taken and send it, each letter so many seconds; answers when the server had them."""
    batch, had = take(most=80), []
    for claim in batch:
        clock.shift(seconds)
        had.append(timezone.now())
        finish(claim, YES, wipe=True)
    return had


def busiest_minute(had: list[datetime]) -> int:
    return max(sum(begin <= each < begin + rate_limit.MINUTE for each in had) for begin in had)


def slow_then_quick() -> list[datetime]:
    for _ in range(4 * LIMIT):
        letter()
    now = timezone.now()
    with time_machine.travel(now + timedelta(seconds=1), tick=False) as clock:
        had = hand_over(clock, 2)
        clock.move_to(now + timedelta(seconds=61.1))
        for _ in range(8):
            had += hand_over(clock, 0.02)
            clock.shift(10)
    return had


def test_a_slow_batch_and_a_quick_one_stay_within_one_minutes_limit():
    had = slow_then_quick()
    assert (len(had) > LIMIT, busiest_minute(had)) == (True, LIMIT)


def test_control_counting_what_was_claimed_lets_too_many_leave_in_one_minute(monkeypatch):
    def claimed(now: datetime) -> QuerySet[Attempt]:
        return Attempt.objects.filter(claimed__gt=now - rate_limit.MINUTE)

    monkeypatch.setattr(rate_limit, "_counting", claimed)
    assert busiest_minute(slow_then_quick()) > LIMIT


def test_letters_claimed_by_others_count_before_they_have_left():
    for _ in range(2 * LIMIT):
        letter()
    with time_machine.travel(timezone.now() + timedelta(seconds=1), tick=False) as clock:
        assert len(take("a")) == LIMIT
        clock.shift(90)
        assert take("b") == []


def test_tries_of_a_worker_that_is_gone_do_not_count_for_ever(settings):
    for _ in range(2 * LIMIT):
        letter()
    with time_machine.travel(timezone.now() + timedelta(seconds=1), tick=False) as clock:
        take("a")
        Letter.objects.filter(state=State.SENDING).update(state=State.STOPPED, lease_until=None)
        clock.shift(settings.MAIL_LEASE + 61)
        assert len(take("b")) == LIMIT


def test_a_patient_run_goes_on_when_the_minute_has_room_again(mailbox, settings, monkeypatch):
    monkeypatch.setattr(rate_limit, "MINUTE", timedelta(seconds=0.3))
    monkeypatch.setattr(deliver, "GATHER_SECONDS", 0.05)
    for _ in range(2 * LIMIT):
        letter()
    assert through(mailbox, settings, per_minute=LIMIT) == LIMIT
    assert deliver.deliver(3, patient=True) == LIMIT


def test_a_patient_run_waits_for_nothing_when_no_letter_is_due(mailbox, settings, monkeypatch):
    monkeypatch.setattr(deliver.time, "sleep", pytest.fail)
    for _ in range(2 * LIMIT):
        letter()
    through(mailbox, settings, per_minute=LIMIT)
    assert deliver.deliver(5, patient=True) == 0  # the room comes after its time
    hold("", by=None, reason="x")
    assert deliver.deliver(120, patient=True) == 0


def test_no_minute_sees_more_than_the_limit(settings):
    settings.MAIL_PER_MINUTE = 3
    for _ in range(5):
        letter()
    with time_machine.travel(timezone.now() + timedelta(seconds=1), tick=False) as clock:
        for claim in take():
            assert end(claim, Outcome.ACCEPTED)
        assert Letter.objects.waiting().count() == 2
        clock.shift(59)
        assert take() == []
        clock.shift(2)
        assert len(take()) == 2


def test_outlook_is_honest(settings):
    settings.MAIL_PER_MINUTE = 25
    for _ in range(60):
        letter()
    with later(seconds=1):
        assert forecast().when == timezone.now() + timedelta(minutes=2)
