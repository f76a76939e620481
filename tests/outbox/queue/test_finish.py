"""How a try ends: written down once, and true whatever happened to the letter meanwhile."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from dialog_portal.outbox import health
from dialog_portal.outbox.models import Attempt, Host, Letter, Outcome, State
from dialog_portal.outbox.queue import deliver
from dialog_portal.outbox.queue import finish as finishing
from dialog_portal.outbox.queue.finish import finish, finish_and_begin
from dialog_portal.outbox.queue.send_again import undo
from dialog_portal.outbox.queue.stop import stop
from dialog_portal.outbox.smtp.answers import Result
from tests.outbox.letters import end, later, letter, only, take

pytestmark = pytest.mark.usefixtures("no_limit")
YES = Result(Outcome.ACCEPTED, "250", "ok")


def told_twice(claim, result, **values) -> bool:
    """Commit how a try ended, lose the answer with the connection, and write it down again as a worker does."""
    answers = []

    def lossy() -> bool:
        answers.append(finish(claim, result, wipe=True, **values))
        if len(answers) == 1:
            raise OperationalError("server closed the connection unexpectedly")
        return answers[-1]

    return deliver.persist(lossy)


ENDS = [
    Result(Outcome.ACCEPTED, "250", "ok"),
    Result(Outcome.SOFT, "451", "4.7.1 later"),
    Result(Outcome.ADDRESS, "550", "5.1.1 nobody"),
    Result(Outcome.HOST, "", "TimeoutError"),
    Result(Outcome.UNKNOWN, "", "TimeoutError"),
    Result(Outcome.POLICY, "535", "no"),
]


def test_accepted_letter_is_wiped_and_its_facts_stay():
    row = letter()
    assert end(take()[0], Outcome.ACCEPTED, "250")
    now = only()
    assert (now.state, now.raw, now.sha256, now.last_code) == (State.ACCEPTED, None, row.sha256, "250")
    assert Attempt.objects.get().outcome == Outcome.ACCEPTED


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_to_the_database_learns_how_a_try_ends():
    letter()
    letter()
    first, second = take()
    assert finish_and_begin(first, YES, second, wipe=True)
    connection.close()
    assert end(second, Outcome.ACCEPTED)
    assert set(Letter.objects.values_list("state", flat=True)) == {State.ACCEPTED}


@pytest.mark.parametrize(
    ("tries", "minutes"), [(0, 5), (1, 15), (2, 30), (3, 60), (4, 120), (5, 120), (9, 120)]
)
def test_soft_refusal_waits_longer_each_time(tries, minutes):
    letter()
    Letter.objects.update(attempts_made=tries)
    with later(seconds=1):
        end(take()[0], Outcome.SOFT, "450")
        row = only()
        assert (row.state, row.attempts_made) == (State.RETRYING, tries + 1)
        assert row.due_at - timezone.now() == timedelta(minutes=minutes)


def test_an_address_that_cannot_be_written_fails_at_once():
    letter()
    end(take()[0], Outcome.ADDRESS)
    assert only().state == State.FAILED
    assert list(Letter.objects.needs_a_person()) == [only()]


def test_unknown_outcome_is_tried_again_and_marked():
    letter()
    end(take()[0], Outcome.UNKNOWN)
    assert (only().state, only().maybe_twice) == (State.RETRYING, True)


def test_letter_stopped_while_its_text_left_ends_as_accepted():
    letter()
    (claim,) = take()
    stop(Letter.objects.all(), by=None, reason="möte inställt")
    assert end(claim, Outcome.ACCEPTED, "250")
    assert only().state == State.ACCEPTED
    assert [step.after for step in only().steps.all()] == [State.STOPPED, State.ACCEPTED]


def test_stop_and_undo_during_the_try_does_not_send_twice():
    row = letter()
    (claim,) = take()
    stop(Letter.objects.all(), by=None, reason="oj")
    undo(row, by=None)
    end(claim, Outcome.ACCEPTED, "250")
    assert take() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("result", ENDS, ids=lambda result: result.outcome)
def test_an_end_whose_commit_was_never_confirmed_is_written_once(result):
    letter()
    (claim,) = take()
    assert told_twice(claim, result)
    row = Letter.objects.get(pk=claim.letter)
    attempt = Attempt.objects.get(pk=claim.attempt)
    doubted = Outcome.REFUSED if result.outcome == Outcome.ADDRESS else result.outcome
    assert (attempt.outcome, attempt.late) == (doubted, False)
    assert row.maybe_twice == (result.outcome == Outcome.UNKNOWN)
    assert row.attempts_made == (0 if result.outcome == Outcome.HOST else 1)
    host = Host.objects.get()
    assert (host.refusals, host.failures) == (
        result.outcome in (Outcome.POLICY, Outcome.ADDRESS),
        result.outcome == Outcome.HOST,
    )
    assert health.check_sums() == 0


@pytest.mark.django_db(transaction=True)
def test_control_an_end_written_twice_is_called_late_and_the_letters_do_not_add_up(monkeypatch):
    monkeypatch.setattr(finishing, "_written_before", lambda *_: None)
    letter()
    (claim,) = take()
    assert not told_twice(claim, YES)
    assert (only().maybe_twice, Attempt.objects.get().late, health.check_sums()) == (True, True, 1)


def test_a_late_end_that_is_written_twice_stays_late():
    letter()
    (old,) = take("a")
    with later(minutes=11):
        take("b")
        assert [end(old, Outcome.SOFT), end(old, Outcome.SOFT)] == [False, False]
