"""Mend the differences between a meeting's list and the register, one at a time or all that a page showed."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.authorship import Part, record_authorship
from meetings.audit_events import MeetingsEvent
from meetings.invitations.actions.invite import (
    add_missing_invitees,
    invite_parties,
    lock_meeting,
    must_not_be_over,
)
from meetings.invitations.actions.move_seat import move_seat
from meetings.invitations.actions.remove_party import remove_party
from meetings.invitations.actions.withdraw import reinstate, withdraw
from meetings.invitations.register_changes import (
    ChangeKind,
    RegisterChange,
    read_list_and_register,
    register_changes,
)
from meetings.models import Invitee, Meeting
from meetings.replies.answer_lock import lock_invitee
from parties.models import Party

ORDER = list(ChangeKind)


@transaction.atomic
def follow_register(meeting: Meeting, keys: Collection[str], *, by: User) -> list[RegisterChange]:
    """Mend the differences with these keys. Return those that were mended: others no longer differ as the page said.

    Raise NotAllowed, and mend nothing, when the meeting is held or cancelled, or when somebody would lose a seat.
    """
    meeting = lock_meeting(meeting)
    must_not_be_over(meeting)
    chosen = [change for change in register_changes(meeting) if change.key in keys]
    for change in sorted(chosen, key=lambda row: ORDER.index(row.kind)):
        mend(meeting, change, by=by)
    return chosen


def mend(meeting: Meeting, change: RegisterChange, *, by: User) -> None:
    """Mend one difference."""
    match change.kind:
        case ChangeKind.UPDATE:
            update_invitee(meeting.invitees.get(pk=change.row), by=by)
        case ChangeKind.INVITE_PARTY:
            invite_parties(meeting, [Party.objects.get(pk=change.row)], seats=meeting.seats, by=by)
        case ChangeKind.REMOVE_PARTY:
            remove_party(meeting.invitations.get(pk=change.row), by=by, from_register=True)
        case ChangeKind.REMOVE:
            withdraw(meeting.invitees.get(pk=change.row), by=by, from_register=True)
        case ChangeKind.RETURN:
            # First what the list says: the letter that follows from putting somebody back repeats it
            update_invitee(meeting.invitees.get(pk=change.row), by=by)
            reinstate(meeting.invitees.get(pk=change.row), by=by)
        case ChangeKind.ADD:
            add_missing_invitees(meeting, by=by, people={change.row})


@transaction.atomic
def update_invitee(invitee: Invitee, *, by: User) -> None:
    """Let the list say what the register says of somebody: whom they represent, their title and their name.

    Raise NotAllowed when their seat would be taken from somebody else at the party that they now represent.
    """
    invitee = lock_invitee(invitee)
    now = read_list_and_register(invitee.meeting)
    held = now.held[invitee.person_id or 0]
    wanted = [now.invitations[party.pk] for party in held.parties]
    seat = next((row for row in wanted if row.pk == invitee.invitation_id), wanted[0])
    move_seat(invitee, seat, by=by)
    Invitee.objects.filter(pk=invitee.pk).update(title=held.title, name=held.person.name)
    invitee.also.set([row for row in wanted if row != seat])
    event = record(by, MeetingsEvent.PERSON_UPDATED_FROM_REGISTER, invitee.meeting, invitee=invitee.pk)
    record_authorship(event, invitee.meeting, Part.FACTS)
