"""Letters that people keep from leaving, because somebody has been told in another way."""

import pytest

from dialog_portal.outbox.models import Letter, Outcome, State
from dialog_portal.outbox.queue.send_again import undo
from dialog_portal.outbox.queue.stop import mark_as_informed
from tests import factories
from tests.outbox.letters import end, letter, only, take

pytestmark = pytest.mark.usefixtures("no_limit")


def test_told_stops_a_waiting_letter_and_can_be_undone():
    row = letter()
    mark_as_informed(row, "ringde", by=factories.user())
    assert (only().state, only().told_otherwise) == (State.STOPPED, "ringde")
    undo(row, by=None)
    assert (only().state, only().told_otherwise) == (State.QUEUED, "")


def test_told_takes_a_failed_letter_off_the_list():
    row = letter()
    end(take()[0], Outcome.ADDRESS)
    mark_as_informed(row, "ringde", by=None)
    assert (only().state, Letter.objects.needs_a_person().count()) == (State.FAILED, 0)
    undo(row, by=None)
    assert Letter.objects.needs_a_person().count() == 1
