"""When a meeting moves or is cancelled, no letter with the old truth can be brought back by hand."""

import pytest
from django.utils import timezone

from dialog_portal.base.states import NotAllowed
from dialog_portal.outbox.models import Letter, State
from dialog_portal.outbox.queue.send_again import correct_address, try_now, undo
from dialog_portal.outbox.queue.stop import stop
from meetings.invitations.actions.rerender import stop_outdated
from meetings.models import Purpose
from tests import factories
from tests.outbox.letters import letter


@pytest.mark.parametrize("state", [State.QUEUED, State.STOPPED, State.FAILED])
def test_letters_of_an_outdated_version_are_never_sent_again(db, state):
    meeting = factories.meeting()
    row = letter(campaign=meeting.campaign)
    other = letter(campaign="meeting:0")
    if state == State.STOPPED:
        stop(Letter.objects.filter(pk=row.pk), by=None, reason="för hand")
    elif state == State.FAILED:
        Letter.objects.filter(pk=row.pk).update(state=State.FAILED)
    stop_outdated(meeting, by=None, reason="Mötet är flyttat.")
    acts = (undo, try_now, lambda letter, by: correct_address(letter, "ny@kommun.example", by=by))
    for act in acts:
        with pytest.raises(NotAllowed):
            act(row, by=None)
    row.refresh_from_db()
    other.refresh_from_db()
    assert row.state == (State.FAILED if state == State.FAILED else State.STOPPED)
    assert (other.state, other.useful_until > timezone.now()) == (State.QUEUED, True)


def test_failed_notes_from_the_meeting_still_hold(db):
    meeting = factories.meeting()
    row = letter(campaign=meeting.campaign, purpose=Purpose.DISTRIBUTION)
    Letter.objects.filter(pk=row.pk).update(state=State.FAILED)
    stop_outdated(meeting, by=None, reason="Mötet är flyttat.")
    assert try_now(row, by=None).state == State.RETRYING
