"""A mail server that is silent, or takes none of our letters, is left alone; and never too many connections."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from dialog_portal.outbox.models import Host, Letter, Outcome, State
from dialog_portal.outbox.queue import circuit_breaker
from dialog_portal.outbox.queue.finish import finish
from dialog_portal.outbox.queue.hold import resume
from dialog_portal.outbox.smtp.answers import Result
from tests import factories
from tests.outbox.letters import end, later, letter, take

pytestmark = pytest.mark.usefixtures("no_limit")


def test_connections_are_not_exceeded(settings):
    settings.MAIL_CONNECTIONS = 2
    for _ in range(5):
        letter()
    assert [len(take(worker, most=1)) for worker in "abca"] == [1, 1, 0, 1]


def test_control_without_the_limit_a_third_connection_opens(settings):
    settings.MAIL_CONNECTIONS = 3
    for _ in range(5):
        letter()
    assert [len(take(worker, most=1)) for worker in "abc"] == [1, 1, 1]


def test_silent_server_is_left_alone_and_letters_keep_their_tries(monkeypatch):
    monkeypatch.setattr(circuit_breaker.jitter, "uniform", lambda _a, _b: 1.0)
    letter()
    letter()
    with time_machine.travel(timezone.now() + timedelta(seconds=1), tick=False) as clock:
        for minutes in (1, 2, 5, 10, 15, 15):
            claim = take()[0]
            finish(claim, Result(Outcome.HOST, "", "TimeoutError"), wipe=True)
            Letter.objects.filter(state=State.SENDING).update(state=State.QUEUED, lease_until=None)
            assert take() == []
            clock.shift(minutes * 60 - 1)
            assert take() == []
            clock.shift(2)
        assert len(take()) == 1  # one letter at a time while it is in doubt
    assert set(Letter.objects.values_list("attempts_made", flat=True)) == {0}


def test_answer_closes_the_circuit():
    letter()
    letter()
    end(take("a", 1)[0], Outcome.HOST)
    with later(minutes=2):
        end(take("a")[0], Outcome.ACCEPTED)
        host = Host.objects.get()
        assert (host.failures, host.closed_until, host.trouble) == (0, None, "")


def test_several_workers_seeing_one_fault_count_as_one():
    letter()
    letter()
    first, second = take("a", 1) + take("b", 1)
    end(first, Outcome.HOST)
    end(second, Outcome.HOST)
    assert Host.objects.get().failures == 1


def test_policy_block_pauses_after_three_and_nothing_fails(settings):
    settings.MAIL_CONNECTIONS = 2
    for _ in range(10):
        letter()
    tries = 0
    for _ in range(10):
        for claim in take("a", 1) + take("b", 1):
            tries += 1
            finish(claim, Result(Outcome.POLICY, "535", "bad password"), wipe=True)
    assert tries == 3
    assert Host.objects.get().paused_at is not None
    assert Letter.objects.tally().waiting == 10
    resume(by=factories.user())
    assert Host.objects.get().paused_at is None
    assert len(take("a", 1)) == 1


def test_one_letter_that_is_refused_while_others_are_taken_fails_alone():
    bad = letter(key="bad")
    for number in range(3):
        letter(key=f"good{number}")
        with later(minutes=2 * number + 2):
            for _ in range(2):
                (claim,) = take("a", 1)
                end(claim, Outcome.POLICY if claim.letter == bad.pk else Outcome.ACCEPTED)
    bad.refresh_from_db()
    assert (bad.state, Host.objects.get().paused_at) == (State.FAILED, None)
