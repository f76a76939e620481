"""What every answer starts from: the person as they are now, alone with their party's seats."""

from __future__ import annotations

from django.utils import timezone

from dialog_portal.base.states import NotAllowed
from meetings.models import Channel, Invitation, Invitee, Meeting, MeetingState

GUEST_CHANNELS = {Channel.LINK, Channel.CALENDAR}


def lock_invitee(invitee: Invitee) -> Invitee:
    """The person as they are now, alone with their party's seats until the transaction ends.

    The meeting's row comes first: whoever moves it waits, and then finds the letter that the answer led to.
    """
    Meeting.objects.select_for_update(no_key=True, of=("self",)).get(pk=invitee.meeting_id)
    Invitation.objects.select_for_update().get(pk=invitee.invitation_id)
    return Invitee.objects.select_related(
        "meeting__round", "meeting__officer", "invitation__party", "link"
    ).get(pk=invitee.pk)


def replies_must_be_open(invitee: Invitee, channel: Channel) -> None:
    meeting = invitee.meeting
    if invitee.withdrawn_at:
        raise NotAllowed(f"{invitee.name} är inte längre inbjuden till mötet.")
    if meeting.state in {MeetingState.HELD, MeetingState.CANCELLED}:
        raise NotAllowed(f"Mötet är {meeting.get_state_display()}, så svar tas inte längre emot.")
    if channel in GUEST_CHANNELS and not meeting.answers_open(timezone.now()):
        raise NotAllowed("Sista dag att svara har passerat. Skriv till oss, så hjälper vi dig.")


def seated_people(invitation: Invitation) -> set[int]:
    """Who has a seat just now."""
    now = Invitation.objects.with_seats().get(pk=invitation.pk)
    return set(now.line()[: now.seats])


def seats_left(invitation: Invitation) -> int:
    """Seats that neither an answer nor an invited colleague who has not answered yet lays claim to."""
    asked = invitation.invitees.active().silent().filter(person=None, substitute_for=None)
    return (
        invitation.seats - Invitation.objects.with_seats().get(pk=invitation.pk).seats_taken - asked.count()
    )
