"""Move somebody's seat to another party that they represent."""

from __future__ import annotations

from django.db.models import Q

from dialog_portal.access.models import User
from dialog_portal.base.states import NotAllowed
from meetings.models import Invitation, Invitee
from meetings.replies.actions.notify_others import notify_new_seats
from meetings.replies.answer_lock import seated_people


def move_seat(invitee: Invitee, seat: Invitation, *, by: User) -> None:
    """Give a person and their substitutes a place with another party, and write to the person who gets the free seat.

    The meeting must be locked. The person's answers keep their place in the order of seats, so raise NotAllowed when
    somebody of the other party would lose theirs.
    """
    if invitee.invitation_id == seat.pk:
        return
    left, seated_there = seated_people(invitee.invitation), seated_people(seat)
    Invitee.objects.filter(Q(pk=invitee.pk) | Q(substitute_for=invitee)).update(invitation=seat)
    if lost := Invitee.objects.filter(pk__in=seated_there - seated_people(seat)).first():
        raise NotAllowed(
            f"{invitee} har svarat ja före {lost}, som då blir utan plats. Ge {seat} fler platser först."
        )
    notify_new_seats(invitee.invitation, left, cause=f"moved{invitee.pk}to{seat.pk}", by=by)
