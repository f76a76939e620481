"""What every answer starts from: the person as they are now, alone with their party's seats."""

from __future__ import annotations

from meetings.models import Invitation, Invitee, Meeting


def lock_invitee(invitee: Invitee) -> Invitee:
    """The person as they are now, alone with their party's seats until the transaction ends.

    The meeting's row comes first: whoever moves it waits, and then finds the letter that the answer led to.
    """
    Meeting.objects.select_for_update(no_key=True, of=("self",)).get(pk=invitee.meeting_id)
    Invitation.objects.select_for_update().get(pk=invitee.invitation_id)
    return Invitee.objects.select_related(
        "meeting__round", "meeting__officer", "invitation__party", "link"
    ).get(pk=invitee.pk)


def seated_people(invitation: Invitation) -> set[int]:
    """Who has a seat just now."""
    now = Invitation.objects.with_seat_order().get(pk=invitation.pk)
    return set(now.seat_order()[: now.seats])


def seats_left(invitation: Invitation) -> int:
    """Seats that neither an answer nor an invited colleague who has not answered yet lays claim to."""
    asked = invitation.invitees.active().silent().filter(person=None, substitute_for=None)
    return (
        invitation.seats
        - Invitation.objects.with_seat_order().get(pk=invitation.pk).seats_taken
        - asked.count()
    )
