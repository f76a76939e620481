"""Who may send what: one worker at a time, fenced, and given back untouched."""

import pytest
from django.utils import timezone

from dialog_portal.outbox.models import Attempt, Letter, Outcome, Priority, State
from dialog_portal.outbox.queue.begin import begin
from dialog_portal.outbox.queue.claim import Claim, give_back
from dialog_portal.outbox.queue.sweep import end_abandoned_leases
from dialog_portal.outbox.queue.worker_names import is_gone, own_name
from tests.outbox.letters import end, later, letter, only, take

pytestmark = pytest.mark.usefixtures("no_limit")


def test_letter_in_one_workers_hands_is_not_taken_by_another():
    letter()
    assert len(take("a")) == 1
    assert take("b") == []


def test_urgent_letters_leave_first():
    letter(key="bulk", priority=Priority.BULK)
    letter(key="normal")
    letter(key="urgent", priority=Priority.URGENT)
    assert [Letter.objects.get(pk=claim.letter).key for claim in take()] == ["urgent", "normal", "bulk"]


def test_letter_given_back_in_the_moment_it_was_to_begin_leaves_no_open_try():
    letter()
    letter()
    _, second = take()
    assert begin(second)
    give_back([second])
    assert Letter.objects.get(pk=second.letter).state == State.QUEUED
    assert not Attempt.objects.filter(letter=second.letter).exists()


def test_frozen_worker_is_fenced():
    letter()
    (old,) = take("a")
    assert begin(old)
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
        unfenced = Claim(**{**old.__dict__, "fence": new.fence})
        end(unfenced, Outcome.ADDRESS)
        assert only().state == State.FAILED


def test_letter_that_never_began_is_not_called_a_possible_duplicate():
    letter()
    letter()
    assert begin(take("a")[0])
    with later(minutes=11):
        take("b")
    assert sorted(Letter.objects.values_list("maybe_twice", flat=True)) == [False, True]


def test_given_back_letters_are_untouched():
    letter()
    give_back(take())
    row = only()
    assert (row.state, row.worker, row.lease_until, Attempt.objects.filter(started=None).count()) == (
        State.QUEUED,
        "",
        None,
        0,
    )


def test_dead_workers_lease_ends_at_once():
    import subprocess
    import sys

    code = "from dialog_portal.outbox.queue.worker_names import own_name; print(own_name())"
    dead = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert (is_gone(dead), is_gone(own_name()), is_gone("other/1/2:1:1:1"), is_gone("")) == (
        True,
        False,
        False,
        False,
    )
    letter()
    take(dead)
    assert end_abandoned_leases(timezone.now()) == 1
    assert len(take("b")) == 1
