"""Who may send what: one at a time, fenced, limited, and the truth whatever happens meanwhile."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from dialog_portal.base.states import NotAllowed
from dialog_portal.outbox import health, tasks
from dialog_portal.outbox.models import Attempt, Host, Letter, LetterStep, Outcome, Priority, State
from dialog_portal.outbox.queue import claim as claims
from dialog_portal.outbox.queue import deliver, limits
from dialog_portal.outbox.queue.actions import (
    bounced,
    correct,
    hold,
    release,
    resume,
    stop,
    told,
    try_now,
    undo,
)
from dialog_portal.outbox.queue.worker_names import is_gone, me
from dialog_portal.outbox.smtp.answers import Result
from meetings.models import MeetingLetter, Purpose
from tests import factories
from tests.outbox.letters import bytes_of, letter, take, text_of

YES = Result(Outcome.ACCEPTED, "250", "ok")


@pytest.fixture(autouse=True)
def _no_limit(settings, db):
    settings.MAIL_PER_MINUTE = 0


def later(**span):
    return time_machine.travel(timezone.now() + timedelta(**span), tick=False)


def end(claim, outcome, code="", **values):
    return claims.finish(claim, Result(outcome, code, ""), wipe=True, **values)


def only() -> Letter:
    return Letter.objects.get()


def only_waiting() -> Letter:
    return Letter.objects.waiting().get()


def test_letter_in_one_workers_hands_is_not_taken_by_another():
    letter()
    assert len(take("a")) == 1
    assert take("b") == []


def test_urgent_letters_leave_first():
    letter(key="bulk", priority=Priority.BULK)
    letter(key="normal")
    letter(key="urgent", priority=Priority.URGENT)
    assert [Letter.objects.get(pk=claim.letter).key for claim in take()] == ["urgent", "normal", "bulk"]


def test_accepted_letter_is_wiped_and_its_facts_stay():
    row = letter()
    assert end(take()[0], Outcome.ACCEPTED, "250")
    now = only()
    assert (now.state, now.raw, now.sha256, now.last_code) == (State.ACCEPTED, None, row.sha256, "250")
    assert Attempt.objects.get().outcome == Outcome.ACCEPTED


def test_attempt_is_there_before_the_try_ends_and_says_which_have_begun():
    letter()
    letter()
    first, second = take()
    assert [(row.started is None, row.ended) for row in Attempt.objects.all()] == [
        (False, None),
        (True, None),
    ]
    end(first, Outcome.ACCEPTED, following=second)
    assert Attempt.objects.get(pk=second.attempt).started is not None


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_to_the_database_learns_how_a_try_ends():
    letter()
    letter()
    first, second = take()
    assert end(first, Outcome.ACCEPTED, following=second)
    connection.close()
    assert end(second, Outcome.ACCEPTED)
    assert set(Letter.objects.values_list("state", flat=True)) == {State.ACCEPTED}


def test_letter_given_back_in_the_moment_it_was_to_begin_leaves_no_open_try():
    letter()
    letter()
    first, second = take()
    end(first, Outcome.ACCEPTED, following=second)
    claims.give_back([second])
    assert Letter.objects.get(pk=second.letter).state == State.QUEUED
    assert not Attempt.objects.filter(letter=second.letter).exists()


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


def test_bad_address_fails_at_once():
    letter()
    end(take()[0], Outcome.ADDRESS, "550")
    assert only().state == State.FAILED
    assert list(Letter.objects.needs_a_person()) == [only()]


def test_unknown_outcome_is_tried_again_and_marked():
    letter()
    end(take()[0], Outcome.UNKNOWN)
    assert (only().state, only().maybe_twice) == (State.RETRYING, True)


def test_frozen_worker_is_fenced():
    letter()
    (old,) = take("a")
    with later(minutes=11):
        (new,) = take("b")
        assert only().maybe_twice
        assert not end(old, Outcome.SOFT)
        assert only().state == State.SENDING
        assert end(new, Outcome.ACCEPTED)
    assert [(a.late, a.outcome) for a in Attempt.objects.all()] == [
        (True, Outcome.SOFT),
        (False, Outcome.ACCEPTED),
    ]


def test_control_without_the_fence_a_late_worker_would_change_the_state():
    letter()
    (old,) = take("a")
    with later(minutes=11):
        (new,) = take("b")
        unfenced = claims.Claim(**{**old.__dict__, "fence": new.fence})
        end(unfenced, Outcome.ADDRESS)
        assert only().state == State.FAILED


def test_letter_that_never_began_is_not_called_a_possible_duplicate():
    letter()
    letter()
    take("a")
    with later(minutes=11):
        take("b")
    assert sorted(Letter.objects.values_list("maybe_twice", flat=True)) == [False, True]


def test_short_lease_or_stop_keeps_the_text_from_leaving(settings):
    letter()
    (claim,) = take()
    assert claims.may_go(claim)
    with later(seconds=settings.MAIL_LEASE * 0.75):
        assert not claims.may_go(claim)
    stop(Letter.objects.all(), by=None, reason="möte inställt")
    assert not claims.may_go(claim)
    assert not end(claim, Outcome.WITHDRAWN)
    assert only().state == State.STOPPED


def test_a_letter_stopped_a_moment_after_the_one_before_it_left_stays():
    letter()
    letter()
    first, second = take()
    end(first, Outcome.ACCEPTED, following=second)
    assert claims.may_go(second)
    stop(Letter.objects.filter(pk=second.letter), by=None, reason="möte inställt")
    assert not claims.may_go(second)


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


def test_given_back_letters_are_untouched():
    letter()
    claims.give_back(take())
    row = only()
    assert (row.state, row.worker, row.lease_until, Attempt.objects.filter(started=None).count()) == (
        State.QUEUED,
        "",
        None,
        0,
    )


def test_held_campaign_stays_and_an_empty_hold_holds_all():
    letter(campaign="meeting:1")
    letter(campaign="meeting:2")
    hold("meeting:1", by=None, reason="fel bilaga")
    assert len(take(most=1)) == 1
    hold("", by=None, reason="återställd säkerhetskopia")
    Letter.objects.update(state=State.QUEUED)
    assert take() == []
    release("", by=None)
    release("meeting:1", by=None)
    assert len(take()) == 2


def test_overdue_letter_fails_and_says_so():
    letter()
    with later(hours=73):
        assert take() == []
        assert claims.give_up_overdue(timezone.now()) == 1
    assert only().state == State.FAILED
    assert "Tiden gick ut" in only().last_text


def test_letter_in_hands_is_not_given_up(settings):
    letter(deadline=timezone.now() + timedelta(minutes=5))
    take()
    with later(minutes=6):
        assert claims.give_up_overdue(timezone.now()) == 0


def test_dead_workers_lease_ends_at_once():
    import subprocess
    import sys

    code = "from dialog_portal.outbox.queue.worker_names import me; print(me())"
    dead = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert (is_gone(dead), is_gone(me()), is_gone("other/1/2:1:1:1"), is_gone("")) == (
        True,
        False,
        False,
        False,
    )
    letter()
    take(dead)
    assert claims.free_abandoned(timezone.now()) == 1
    assert len(take("b")) == 1


# --- An end that was committed, and nobody was told ------------------------------------------------------------------


def told_twice(claim, result, **values) -> bool:
    """Commit how a try ended, lose the answer with the connection, and write it down again as a worker does."""
    answers = []

    def lossy() -> bool:
        answers.append(claims.finish(claim, result, wipe=True, **values))
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


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("result", ENDS, ids=lambda result: result.outcome)
def test_an_end_whose_commit_was_never_confirmed_is_written_once(result):
    letter()
    letter()
    first, second = take()
    assert told_twice(first, result, following=second)
    row = Letter.objects.get(pk=first.letter)
    attempt = Attempt.objects.get(pk=first.attempt)
    assert (attempt.outcome, attempt.late) == (result.outcome, False)
    assert row.maybe_twice == (result.outcome == Outcome.UNKNOWN)
    assert row.attempts_made == (0 if result.outcome == Outcome.HOST else 1)
    host = Host.objects.get()
    assert (host.refusals, host.failures) == (
        result.outcome == Outcome.POLICY,
        result.outcome == Outcome.HOST,
    )
    assert health.count() == 0


@pytest.mark.django_db(transaction=True)
def test_control_an_end_written_twice_is_called_late_and_the_letters_do_not_add_up(monkeypatch):
    monkeypatch.setattr(claims, "_written_before", lambda *_: None)
    letter()
    (claim,) = take()
    assert not told_twice(claim, YES)
    assert (only().maybe_twice, Attempt.objects.get().late, health.count()) == (True, True, 1)


def test_a_late_end_that_is_written_twice_stays_late():
    letter()
    (old,) = take("a")
    with later(minutes=11):
        take("b")
        assert [end(old, Outcome.SOFT), end(old, Outcome.SOFT)] == [False, False]


# --- The server ------------------------------------------------------------------------------------------------------


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
        assert limits.outlook().when == timezone.now() + timedelta(minutes=2)


def test_silent_server_is_left_alone_and_letters_keep_their_tries(monkeypatch):
    monkeypatch.setattr(limits.jitter, "uniform", lambda _a, _b: 1.0)
    letter()
    letter()
    with time_machine.travel(timezone.now() + timedelta(seconds=1), tick=False) as clock:
        for minutes in (1, 2, 5, 10, 15, 15):
            claim = take()[0]
            claims.finish(claim, Result(Outcome.HOST, "", "TimeoutError"), wipe=True)
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
            claims.finish(claim, Result(Outcome.POLICY, "535", "bad password"), wipe=True)
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


# --- People ----------------------------------------------------------------------------------------------------------


def test_try_now_puts_a_failed_letter_first_with_the_same_bytes():
    row = letter()
    end(take()[0], Outcome.ADDRESS)
    before = only().sha256
    with later(hours=80):
        try_now(row, by=None)
        (claim,) = take()
        assert (claim.address, only().sha256) == (row.address, before)


def test_letter_that_helps_nobody_any_more_is_not_tried():
    row = letter()
    end(take()[0], Outcome.ADDRESS)
    with later(days=11), pytest.raises(NotAllowed, match="inte aktuellt"):
        try_now(row, by=None)


def test_corrected_letter_is_the_same_row_with_a_new_identity():
    from dialog_portal.outbox.mime import parse

    row = letter()
    (claim,) = take()
    end(claim, Outcome.ADDRESS, "550")
    correct(row, "ny@kommun.example", by=None)
    now = only()
    assert (now.address, now.state, now.attempts_made) == ("ny@kommun.example", State.RETRYING, 0)
    assert now.message_id != row.message_id
    assert parse(bytes_of(now))["To"].addresses[0].addr_spec == "ny@kommun.example"
    assert parse(bytes_of(now))["Message-ID"] == now.message_id
    assert text_of(now) == text_of(row)
    assert not end(claim, Outcome.ACCEPTED)  # the old address's late answer says nothing about the new one
    assert only().state == State.RETRYING


@pytest.mark.parametrize(
    "act", [lambda row: try_now(row, by=None), lambda row: correct(row, "x@y.example", by=None)]
)
def test_letter_in_hands_or_accepted_cannot_be_sent_again(act):
    row = letter()
    (claim,) = take()
    with pytest.raises(NotAllowed, match="just på att skickas"):
        act(row)
    end(claim, Outcome.ACCEPTED)
    with pytest.raises(NotAllowed):
        act(row)


def test_told_stops_a_waiting_letter_and_can_be_undone():
    row = letter()
    told(row, "ringde", by=factories.user())
    assert (only().state, only().told_otherwise) == (State.STOPPED, "ringde")
    undo(row, by=None)
    assert (only().state, only().told_otherwise) == (State.QUEUED, "")


def test_told_takes_a_failed_letter_off_the_list():
    row = letter()
    end(take()[0], Outcome.ADDRESS)
    told(row, "ringde", by=None)
    assert (only().state, Letter.objects.needs_a_person().count()) == (State.FAILED, 0)
    undo(row, by=None)
    assert Letter.objects.needs_a_person().count() == 1


def test_stopped_bytes_are_wiped_when_nobody_can_take_it_back():
    row = letter()
    stop(Letter.objects.all(), by=None, reason="x")
    assert claims.wipe_useless(timezone.now()) == 0
    with later(days=11):
        assert claims.wipe_useless(timezone.now()) == 1
        with pytest.raises(NotAllowed):
            undo(row, by=None)


@pytest.mark.parametrize("act", [try_now, partial(correct, address="ny@kommun.example")])
def test_failed_bytes_are_wiped_when_nobody_can_send_it_again(act):
    row = letter()
    end(take()[0], Outcome.ADDRESS, "550")
    with later(days=9):
        tasks.count()
        assert only().raw is not None
    with later(days=11):
        tasks.count()
        assert (only().state, only().raw, only().last_code) == (State.FAILED, None, "550")
        with pytest.raises(NotAllowed):
            act(row, by=None)
        with pytest.raises(IntegrityError), transaction.atomic():  # nothing else may send it empty either
            Letter.objects.update(state=State.RETRYING)


def test_bytes_that_were_only_kept_here_go_when_the_letter_came_back():
    row = letter()
    claims.finish(take()[0], YES, wipe=False)
    bounced(row, by=None, reason="x")
    with later(days=11):
        assert claims.wipe_useless(timezone.now()) == 1


def test_facts_are_kept_for_two_years_and_then_forgotten_with_all_that_hangs_on_them():
    meeting = factories.meeting()
    for _ in range(2):
        row = letter()
        MeetingLetter.objects.create(meeting=meeting, purpose=Purpose.INVITATION, letter=row)
    end(take(most=1)[0], Outcome.ACCEPTED, "250")
    told(only_waiting(), "ringde", by=None)
    with later(days=10 + 729):
        tasks.forget()
        assert Letter.objects.count() == 2
    with later(days=10 + 731):
        waits = letter(deadline=timezone.now() + timedelta(days=2))
        Letter.objects.filter(pk=waits.pk).update(useful_until=timezone.now() - timedelta(days=740))
        tasks.forget()
        assert [only(), Attempt.objects.count(), LetterStep.objects.count()] == [waits, 0, 0]
        assert meeting.letters.count() == 0
        assert health.count() == 0


@pytest.mark.parametrize("days", [4, 8])
def test_a_letter_stopped_by_hand_can_be_taken_back_as_long_as_it_is_useful(days):
    row = letter()
    stop(Letter.objects.all(), by=None, reason="x")
    with later(days=days):
        assert only().can_be_undone
        undo(row, by=None)
        expected = min(row.useful_until, timezone.now() + timedelta(hours=72))
        assert (only().state, only().deadline) == (State.QUEUED, expected)
        assert len(take()) == 1


@pytest.mark.parametrize("campaign", ["", "meeting:1"])
def test_held_letters_are_not_given_up_and_get_new_time_when_released(campaign):
    by = factories.user()
    letter()
    hold(campaign, by=by, reason="återställd kopia")
    with later(days=4):
        assert claims.give_up_overdue(timezone.now()) == 0
        release(campaign, by=by)
        assert claims.give_up_overdue(timezone.now()) == 0
        assert only().deadline == timezone.now() + timedelta(hours=72)
        assert len(take()) == 1


def test_held_letters_of_another_campaign_are_given_up_as_before():
    letter()
    hold("meeting:2", by=factories.user(), reason="x")
    with later(days=4):
        assert claims.give_up_overdue(timezone.now()) == 1


def test_held_letter_that_is_of_no_use_any_more_is_given_up():
    letter()
    hold("", by=factories.user(), reason="x")
    with later(days=11):
        assert claims.give_up_overdue(timezone.now()) == 1


def test_letters_behind_a_paused_server_are_not_given_up_and_get_new_time_when_it_is_resumed():
    letter()
    Host.objects.create(name="mx.example:25", paused_at=timezone.now(), trouble="535 nej")
    with later(days=4):
        assert claims.give_up_overdue(timezone.now()) == 0
        resume(by=factories.user())
        assert only().deadline == timezone.now() + timedelta(hours=72)
        assert len(take()) == 1


def test_release_never_shortens_the_time_of_a_letter_that_is_due_later():
    by = factories.user()
    row = letter(due_at=timezone.now() + timedelta(days=5))
    hold("", by=by, reason="x")
    release("", by=by)
    assert only().deadline == row.deadline


@pytest.mark.parametrize("state", [State.QUEUED, State.STOPPED, State.FAILED])
@pytest.mark.parametrize(
    "act",
    [
        lambda row: undo(row, by=None),
        lambda row: try_now(row, by=None),
        lambda row: correct(row, "ny@kommun.example", by=None),
    ],
)
def test_a_letter_whose_words_no_longer_hold_can_never_be_sent_again(state, act):
    row = letter()
    if state == State.STOPPED:
        stop(Letter.objects.all(), by=None, reason="för hand")
    elif state == State.FAILED:
        end(take()[0], Outcome.ADDRESS)
    stop(Letter.objects.all(), by=None, reason="mötet är flyttat", final=True)
    with pytest.raises(NotAllowed):
        act(row)
    assert only().state == (State.FAILED if state == State.FAILED else State.STOPPED)
    assert not only().can_be_undone
    if state != State.FAILED:
        with pytest.raises(NotAllowed, match=r"Brevet är inte aktuellt längre\."):
            undo(row, by=None)
