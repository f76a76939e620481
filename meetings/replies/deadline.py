"""Where the deadline of answers is enforced: every action that stores an answer calls `replies_must_be_open`.

The deadline is the field `Meeting.reply_by`; pages and letters ask `Meeting.is_open_for_answers`.
"""

from __future__ import annotations

from django.utils import timezone

from dialog_portal.base.states import NotAllowed
from meetings.models import Channel, Invitee, MeetingState
from meetings.models.reply import GUEST_CHANNELS


def replies_must_be_open(invitee: Invitee, channel: Channel) -> None:
    """Raise NotAllowed when answers are no longer taken from this person by this channel.

    Nobody can answer who is off the list, or when the meeting is held or cancelled. Guests must answer before the
    deadline; staff may note an answer after it.
    """
    meeting = invitee.meeting
    if invitee.withdrawn_at:
        raise NotAllowed(f"{invitee.name} är inte längre inbjuden till mötet.")
    if meeting.state in {MeetingState.HELD, MeetingState.CANCELLED}:
        raise NotAllowed(f"Mötet är {meeting.get_state_display()}, så svar tas inte längre emot.")
    if channel in GUEST_CHANNELS and not meeting.is_open_for_answers(timezone.now()):
        raise NotAllowed("Sista dag att svara har passerat. Skriv till oss, så hjälper vi dig.")
