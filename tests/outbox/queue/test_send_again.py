"""What people do so that a letter leaves after all: try now, correct the address, undo."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dialog_portal.base.states import NotAllowed
from dialog_portal.outbox.models import Letter, Outcome, State
from dialog_portal.outbox.queue.send_again import correct_address, try_now, undo
from dialog_portal.outbox.queue.stop import stop
from tests.outbox.letters import bytes_of, end, later, letter, only, take, text_of

pytestmark = pytest.mark.usefixtures("no_limit")


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
    from dialog_portal.outbox.mime import parse_message

    row = letter()
    (claim,) = take()
    end(claim, Outcome.ADDRESS, "550")
    correct_address(row, "ny@kommun.example", by=None)
    now = only()
    assert (now.address, now.state, now.attempts_made) == ("ny@kommun.example", State.RETRYING, 0)
    assert now.message_id != row.message_id
    assert parse_message(bytes_of(now))["To"].addresses[0].addr_spec == "ny@kommun.example"
    assert parse_message(bytes_of(now))["Message-ID"] == now.message_id
    assert text_of(now) == text_of(row)
    assert not end(claim, Outcome.ACCEPTED)  # the old address's late answer says nothing about the new one
    assert only().state == State.RETRYING


@pytest.mark.parametrize(
    "act", [lambda row: try_now(row, by=None), lambda row: correct_address(row, "x@y.example", by=None)]
)
def test_letter_in_hands_or_accepted_cannot_be_sent_again(act):
    row = letter()
    (claim,) = take()
    with pytest.raises(NotAllowed, match="just på att skickas"):
        act(row)
    end(claim, Outcome.ACCEPTED)
    with pytest.raises(NotAllowed):
        act(row)


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


@pytest.mark.parametrize("state", [State.QUEUED, State.STOPPED, State.FAILED])
@pytest.mark.parametrize(
    "act",
    [
        lambda row: undo(row, by=None),
        lambda row: try_now(row, by=None),
        lambda row: correct_address(row, "ny@kommun.example", by=None),
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
