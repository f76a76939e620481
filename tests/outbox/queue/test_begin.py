"""The step before the text: a change of the letter comes before it, or sees it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from dialog_portal.outbox.models import Attempt, Letter, Outcome, State
from dialog_portal.outbox.queue.begin import begin
from dialog_portal.outbox.queue.claim import Claim
from dialog_portal.outbox.queue.finish import finish_and_begin
from dialog_portal.outbox.queue.stop import stop
from dialog_portal.outbox.smtp.answers import Result
from tests.outbox.letters import end, later, letter, only, take, wait_for_a_waiter, with_own_connection

pytestmark = pytest.mark.usefixtures("no_limit")
YES = Result(Outcome.ACCEPTED, "250", "ok")


def started(claim: Claim) -> bool:
    return Attempt.objects.filter(pk=claim.attempt, started__isnull=False).exists()


def two() -> list[Claim]:
    letter()
    letter()
    return take()


def test_a_claimed_letter_has_an_attempt_that_has_not_begun():
    first, second = two()
    assert [(row.started, row.ended) for row in Attempt.objects.all()] == [(None, None), (None, None)]
    assert begin(first)
    assert (started(first), started(second)) == (True, False)


def test_short_lease_or_stop_keeps_the_text_from_leaving(settings):
    letter()
    (claim,) = take()
    with later(seconds=settings.MAIL_LEASE * 0.75):
        assert not begin(claim)
    stop(Letter.objects.all(), by=None, reason="möte inställt")
    assert not begin(claim)
    assert not started(claim)
    assert not end(claim, Outcome.WITHDRAWN)
    assert only().state == State.STOPPED


def test_one_step_finishes_a_letter_and_begins_the_next():
    first, second = two()
    assert finish_and_begin(first, YES, second, wipe=True)
    assert Letter.objects.get(pk=first.letter).state == State.ACCEPTED
    assert started(second)


def test_a_result_that_needs_more_than_one_statement_begins_the_next_all_the_same():
    first, second = two()
    assert finish_and_begin(first, Result(Outcome.SOFT, "451", "later"), second, wipe=True)
    assert (Letter.objects.get(pk=first.letter).state, started(second)) == (State.RETRYING, True)


def test_a_letter_stopped_a_moment_after_the_one_before_it_left_stays():
    first, second = two()
    stop(Letter.objects.filter(pk=second.letter), by=None, reason="möte inställt")
    assert not finish_and_begin(first, YES, second, wipe=True)
    assert Letter.objects.get(pk=first.letter).state == State.ACCEPTED
    assert not started(second)


def test_beginning_twice_because_no_answer_came_is_beginning_once():
    first, second = two()
    assert finish_and_begin(first, YES, second, wipe=True)
    when = Attempt.objects.get(pk=second.attempt).started
    assert finish_and_begin(first, YES, second, wipe=True)
    assert begin(second)
    if connection.vendor == "postgresql":
        assert Attempt.objects.get(pk=second.attempt).started == when
    assert [attempt.late for attempt in Attempt.objects.all()] == [False, False]


# --- Two at the same time --------------------------------------------------------------------------------------------


def only_look(claim: Claim) -> bool:
    """The guard off: the letter is read just before its text leaves, and nothing tells others that it does."""
    return Letter.objects.filter(pk=claim.letter, fence=claim.fence, state=State.SENDING).exists()


def call_off() -> None:
    stop(Letter.objects.all(), by=None, reason="möte inställt")


def known_to_have_left() -> int:
    return Letter.objects.may_have_left().count()


@pytest.mark.django_db(transaction=True)
def test_who_begins_while_the_letter_is_being_stopped_waits_and_sends_nothing():
    letter()
    (claim,) = take()
    with ThreadPoolExecutor(1) as worker:
        with transaction.atomic():
            call_off()
            begins = worker.submit(with_own_connection, lambda: begin(claim))
            wait_for_a_waiter()
            left = known_to_have_left()
        assert (begins.result(10), left, started(claim)) == (False, 0, False)


@pytest.mark.django_db(transaction=True)
def test_control_who_only_looks_sends_a_letter_that_the_stop_calls_unsent():
    letter()
    (claim,) = take()
    with ThreadPoolExecutor(1) as worker, transaction.atomic():
        call_off()
        may_leave = worker.submit(with_own_connection, lambda: only_look(claim)).result(10)
        left = known_to_have_left()
    assert (may_leave, left) == (True, 0)


def test_who_stops_a_letter_that_has_begun_knows_that_it_may_be_read():
    letter()
    (claim,) = take()
    assert begin(claim)
    call_off()
    assert (only().state, known_to_have_left()) == (State.STOPPED, 1)


def test_control_who_stops_a_letter_after_a_mere_look_does_not_know():
    letter()
    (claim,) = take()
    assert only_look(claim)
    call_off()
    assert (only().state, known_to_have_left()) == (State.STOPPED, 0)


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_who_waits_for_the_next_letter_has_let_go_of_the_last(vendor):
    if vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    first, second = two()
    with ThreadPoolExecutor(1) as worker:
        with transaction.atomic():
            stop(Letter.objects.filter(pk=second.letter), by=None, reason="möte inställt")
            goes_on = worker.submit(
                with_own_connection, lambda: finish_and_begin(first, YES, second, wipe=True)
            )
            wait_for_a_waiter()
            # We may lock the other row too, as a stop of both does: otherwise each would wait for the other
            last = Letter.objects.select_for_update(nowait=True).get(pk=first.letter)
        assert (goes_on.result(10), last.state, started(second)) == (False, State.ACCEPTED, False)
