"""Invite parties, people and guests to a meeting, and change the number of seats."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.authorship import Part, record_authorship
from dialog_portal.base.states import NotAllowed
from meetings.audit_events import MeetingsEvent
from meetings.invitations.mandates_of_day import Representative, representatives
from meetings.mailings.actions.reply_link import mint_reply_link
from meetings.models import Invitation, Invitee, Meeting, MeetingLetter
from meetings.models.meeting import MEETING_NEXT
from meetings.replies.actions.notify_others import notify_new_seats
from meetings.replies.answer_lock import seated_people
from parties.models import Party


@transaction.atomic
def invite_parties(meeting: Meeting, parties: Iterable[Party], *, seats: int, by: User) -> list[Invitation]:
    """Give each party its seats at the meeting, and add its people. Return the invitations that hold from now on.

    A party that was taken off the meeting is invited again. Those who stood on the list then are not put back here,
    because that may write to them: the list suggests it, as when the register gives somebody back a mandate.
    """
    meeting = lock_meeting(meeting)
    must_not_be_over(meeting)
    invited_already = set(meeting.invitations.in_use().values_list("party", flat=True))
    made = [
        Invitation.objects.update_or_create(meeting=meeting, party=party, defaults={"seats": seats})[0]
        for party in parties
        if party.pk not in invited_already
    ]
    gone = Invitee.objects.filter(invitation__in=made, withdrawn_at__isnull=False, substitute_for=None)
    gone.update(withdrawn_by_register=True)
    invited = [row.party_id for row in made]
    event = record(by, MeetingsEvent.PARTIES_INVITED, meeting, parties=invited, seats=seats)
    record_authorship(event, meeting, Part.FACTS)
    add_missing_invitees(meeting, by=by)
    return made


def lock_meeting(meeting: Meeting) -> Meeting:
    """Return the meeting as it is now, locked until the transaction ends. Answers are not kept waiting."""
    return Meeting.objects.select_for_update(of=("self",), no_key=True).get(pk=meeting.pk)


def must_not_be_over(meeting: Meeting) -> None:
    """Raise NotAllowed when the meeting is held or cancelled."""
    if not MEETING_NEXT[meeting.state]:  # type: ignore[index]
        raise NotAllowed(f"Mötet är {meeting.get_state_display()}. Inbjudningarna kan inte ändras längre.")


def people_to_invite(meeting: Meeting) -> list[Representative]:
    """Return the people who should have a letter about the meeting but have never been on its list.

    They hold a mandate on the day of the meeting, whatever holds today: see mandates_of_day.py. Whoever was taken off
    the list is put back by a person, not by this rule.
    """
    followed = meeting.invitations.filter(party__isnull=False).followed_by_register()
    known = set(meeting.invitees.filter(person__isnull=False).values_list("person", flat=True))
    taken = listed_addresses(meeting)
    found = representatives(meeting, followed.values_list("party", flat=True))
    return [row for pk, row in found.items() if pk not in known and row.person.email.lower() not in taken]


def listed_addresses(meeting: Meeting) -> set[str]:
    """Return the addresses on the list, also those of guests and substitutes: each gets one letter."""
    return {email.lower() for email in meeting.invitees.active().values_list("email", flat=True)}


@transaction.atomic
def add_missing_invitees(
    meeting: Meeting, *, by: User, people: Collection[int] | None = None
) -> list[Invitee]:
    """Add everybody who holds an invited mandate on the day of the meeting, or only some of these people, by id.

    Return the new invitees, one for each person.
    """
    meeting = lock_meeting(meeting)
    must_not_be_over(meeting)
    invitations = {row.party_id: row for row in meeting.invitations.all() if row.party_id}
    made = [
        add_invitee(row, invitations)
        for row in people_to_invite(meeting)
        if people is None or row.person.pk in people
    ]
    if made:
        added = [row.pk for row in made]
        event = record(by, MeetingsEvent.PEOPLE_ADDED_FROM_REGISTER, meeting, invitees=added)
        record_authorship(event, meeting, Part.FACTS)
    return made


def add_invitee(row: Representative, invitations: Mapping[int, Invitation]) -> Invitee:
    """Add one person to the list, with a link of their own and all parties that they represent."""
    seat, *others = (invitations[party.pk] for party in row.parties)
    invitee = Invitee.objects.create(
        meeting=seat.meeting,
        invitation=seat,
        person=row.person,
        name=row.person.name,
        email=row.person.email,
        title=row.title,
        link=mint_reply_link(seat.meeting),
    )
    invitee.also.set(others)
    return invitee


@transaction.atomic
def invite_guest(meeting: Meeting, *, organisation: str, name: str, email: str, by: User) -> Invitee:
    """Invite somebody outside every party, with one seat. Raise NotAllowed when the address is on the list already."""
    meeting = lock_meeting(meeting)
    must_not_be_over(meeting)
    if meeting.invitees.active().filter(email__iexact=email).exists():
        raise NotAllowed("Den adressen är redan inbjuden till mötet.")
    invitation = Invitation.objects.create(meeting=meeting, label=organisation, seats=1)
    link = mint_reply_link(meeting)
    guest = Invitee.objects.create(meeting=meeting, invitation=invitation, name=name, email=email, link=link)
    event = record(by, MeetingsEvent.GUEST_INVITED, meeting, invitee=guest.pk)
    record_authorship(event, meeting, Part.FACTS)
    return guest


@transaction.atomic
def change_seats(invitation: Invitation, seats: int, *, by: User) -> Invitation:
    """Give a party more or fewer seats; people on the waiting list who get one are written to.

    Raise NotAllowed when more people have said yes than there would be seats.
    """
    must_not_be_over(lock_meeting(invitation.meeting))
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    seated, before = seated_people(invitation), invitation.seats
    taken = Invitation.objects.with_seat_order().get(pk=invitation.pk).seats_taken
    if seats < taken:
        raise NotAllowed(f"{taken} har redan svarat att de kommer. Antalet platser kan inte bli lägre.")
    invitation.seats = seats
    invitation.save(update_fields=["seats"])
    record(by, MeetingsEvent.SEATS_CHANGED, invitation, before=before, after=seats)
    notify_new_seats(invitation, seated, cause=f"seats{timezone.now():%Y%m%d%H%M%S}", by=by)
    return invitation


def invitees_with_letters(meeting: Meeting) -> list[Invitee]:
    """Return everybody on the list with their answer and their letters, in a fixed number of queries."""
    letters = MeetingLetter.objects.select_related("letter").defer("letter__raw").order_by("pk")
    rows = (
        meeting.invitees.with_answer()
        .in_order()
        .select_related("invitation__party", "substitute_for")
        .prefetch_related(Prefetch("letters", letters, to_attr="sent"), "also__party", "substitutes")
    )
    return list(rows)
