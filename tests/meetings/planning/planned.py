"""What the tests of meetings type and read."""

from __future__ import annotations

from dialog_portal.outbox.models import Letter
from meetings.models import MeetingState
from tests import factories
from tests.meetings.acting import letter

PLANNED, ANNOUNCED, INVITED, HELD, CANCELLED = MeetingState


def invited_meeting(**values):
    meeting = factories.meeting(state=INVITED, **values)
    seats = factories.invitation(meeting)
    letters = [letter(factories.invitee(seats)), letter(factories.invitee(seats))]
    Letter.objects.update(sender=factories.user())
    return meeting, letters
