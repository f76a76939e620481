"""The lock under which people answer and seats are given, and who has a seat under it.

Who gets a seat, and in which order, is decided in models/seats.py.
"""

from __future__ import annotations

from meetings.models import Invitation, Invitee, Meeting


def lock_invitee(invitee: Invitee) -> Invitee:
    """Lock a person's meeting and their party's invitation for this transaction. Return the person as they are now.

    The meeting's row is locked first: whoever moves the meeting waits, and then finds the letter that an answer led to.
    """
    Meeting.objects.select_for_update(no_key=True, of=("self",)).get(pk=invitee.meeting_id)
    Invitation.objects.select_for_update().get(pk=invitee.invitation_id)
    return Invitee.objects.select_related(
        "meeting__round", "meeting__officer", "invitation__party", "link"
    ).get(pk=invitee.pk)


def seated_people(invitation: Invitation) -> set[int]:
    """Return the ids of those who have a seat now; a substitute counts under the id of the person they replace."""
    now = Invitation.objects.with_seat_order().get(pk=invitation.pk)
    return set(now.seated())


def seats_left(invitation: Invitation) -> int:
    """Return how many seats are neither taken nor kept for invited colleagues who have not answered yet."""
    asked = invitation.invitees.active().silent().filter(person=None, substitute_for=None)
    return (
        invitation.seats
        - Invitation.objects.with_seat_order().get(pk=invitation.pk).seats_taken
        - asked.count()
    )
