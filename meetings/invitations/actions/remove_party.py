"""Take a party off a meeting, with its people."""

from __future__ import annotations

from django.db import transaction

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.authorship import Part, record_authorship
from meetings.audit_events import MeetingsEvent
from meetings.invitations.actions.invite import lock_meeting, must_not_be_over
from meetings.invitations.actions.move_seat import move_seat
from meetings.invitations.actions.withdraw import withdraw
from meetings.models import Invitation, Invitee, MeetingLetter


@transaction.atomic
def remove_party(invitation: Invitation, *, by: User, from_register: bool = False) -> None:
    """Take a party off the meeting. Its people who know of the meeting are told that the invitation no longer holds.

    Whoever also represents another invited party goes on for that one. A party whose people have had letters stays in
    the list as one with nobody left, so that it shows what happened. `from_register` is told to `withdraw`.
    """
    must_not_be_over(lock_meeting(invitation.meeting))
    for invitee in Invitee.objects.filter(also=invitation):
        invitee.also.remove(invitation)
    for invitee in invitation.invitees.active().filter(substitute_for=None):
        leave_party(invitee, by=by, from_register=from_register)
    if not from_register:
        invitation.invitees.update(
            withdrawn_by_register=False
        )  # nothing in the register brings the party back
    event = record(by, MeetingsEvent.PARTY_REMOVED, invitation.meeting, party=invitation.party_id)
    record_authorship(event, invitation.meeting, Part.FACTS)
    if not MeetingLetter.objects.filter(invitee__invitation=invitation).exists():
        delete_without_trace(invitation)


def leave_party(invitee: Invitee, *, by: User, from_register: bool) -> None:
    """Move a person's seat to another party that they represent, or take them off the list."""
    other = invitee.also.order_by("pk").first()
    if other is None:
        withdraw(invitee, by=by, from_register=from_register)
        return
    move_seat(invitee, other, by=by)
    invitee.also.remove(other)


def delete_without_trace(invitation: Invitation) -> None:
    """Delete a party's seats and the people on them, none of whom has had a letter."""
    links = [invitee.link for invitee in invitation.invitees.select_related("link")]
    invitation.invitees.all().delete()
    invitation.delete()
    for link in links:
        link.delete()
