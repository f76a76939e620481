"""Invite parties, people and guests to a meeting, and change the number of seats."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.authorship import Part, record_authorship
from dialog_portal.base.states import NotAllowed
from meetings.audit_events import MeetingsEvent
from meetings.mailings.actions.reply_link import mint_reply_link
from meetings.models import Invitation, Invitee, Meeting, MeetingLetter
from meetings.models.meeting import MEETING_NEXT
from meetings.replies.actions.notify_others import notify_new_seats
from meetings.replies.answer_lock import seated_people
from parties.models import Mandate, Party, Person


@transaction.atomic
def invite_parties(meeting: Meeting, parties: Iterable[Party], *, seats: int, by: User) -> list[Invitation]:
    """Give each party its seats at the meeting, and add its people. Return the new invitations."""
    meeting = lock_meeting(meeting)
    must_not_be_over(meeting)
    made = [
        invitation
        for party in parties
        for invitation, created in [
            Invitation.objects.get_or_create(meeting=meeting, party=party, defaults={"seats": seats})
        ]
        if created
    ]
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


def mandates_to_invite(meeting: Meeting) -> list[Mandate]:
    """Return the mandates whose holders should have a letter but are not yet on the meeting's list.

    While the meeting is still to come the mandate must hold today, so that nobody is invited before their time begins;
    afterwards it must hold on the day of the meeting. What it means to hold on a day is in parties/models/mandate.py.
    """
    day = timezone.localdate(meeting.starts_at)
    held = Mandate.objects.invited(min(day, timezone.localdate())).filter(party__invitations__meeting=meeting)
    listed = meeting.invitees.active().filter(person__isnull=False).values("person")
    replaced = meeting.invitees.filter(withdrawn_at__isnull=False, person__isnull=False).values("person")
    found = (
        held.exclude(person__in=listed)
        .exclude(person__in=replaced)
        .select_related("person", "party")
        .order_by("party_id", "pk")
    )
    taken = listed_addresses(meeting)
    return [mandate for mandate in found if mandate.person.email.lower() not in taken]


def listed_addresses(meeting: Meeting) -> set[str]:
    """Return the addresses on the list, also those of guests and substitutes: each gets one letter."""
    return {email.lower() for email in meeting.invitees.active().values_list("email", flat=True)}


def invitees_without_mandate(meeting: Meeting) -> list[Invitee]:
    """Return the people on the list who no longer hold a mandate for any invited party."""
    holders = Mandate.objects.current().filter(party__invitations__meeting=meeting).values("person")
    return list(
        meeting.invitees.active()
        .filter(person__isnull=False, substitute_for__isnull=True)
        .exclude(person__in=holders)
        .select_related("invitation__party")
    )


@transaction.atomic
def add_missing_invitees(meeting: Meeting, *, by: User) -> list[Invitee]:
    """Add everybody who holds an invited mandate. Return the new invitees, one for each person."""
    meeting = lock_meeting(meeting)
    must_not_be_over(meeting)
    invitations = {invitation.party_id: invitation for invitation in meeting.invitations.all()}
    taken = listed_addresses(meeting)
    made: dict[int, Invitee] = {}
    for mandate in mandates_to_invite(meeting):
        invitation = invitations[mandate.party_id]
        if mandate.person_id in made:
            made[mandate.person_id].also.add(invitation)
        elif mandate.person.email.lower() not in taken:
            made[mandate.person_id] = add_invitee(invitation, mandate.person, mandate.label)
            taken.add(mandate.person.email.lower())
    if made:
        added = [row.pk for row in made.values()]
        event = record(by, MeetingsEvent.PEOPLE_ADDED_FROM_REGISTER, meeting, invitees=added)
        record_authorship(event, meeting, Part.FACTS)
    return list(made.values())


def add_invitee(invitation: Invitation, person: Person, title: str) -> Invitee:
    """Add one person to the list, with a link of their own."""
    meeting = invitation.meeting
    return Invitee.objects.create(
        meeting=meeting,
        invitation=invitation,
        person=person,
        name=person.name,
        email=person.email,
        title=title,
        link=mint_reply_link(meeting),
    )


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


@transaction.atomic
def remove_party(invitation: Invitation, *, by: User) -> None:
    """Take a party off the meeting. Raise NotAllowed when somebody there has got a letter."""
    must_not_be_over(invitation.meeting)
    if MeetingLetter.objects.filter(invitee__invitation=invitation).exists():
        raise NotAllowed(
            f"{invitation} har redan fått brev. Ta bort personerna i stället, så syns det vad som hänt."
        )
    event = record(by, MeetingsEvent.PARTY_REMOVED, invitation.meeting, party=invitation.party_id)
    record_authorship(event, invitation.meeting, Part.FACTS)
    links = [invitee.link for invitee in invitation.invitees.select_related("link")]
    invitation.invitees.all().delete()
    invitation.delete()
    for link in links:
        link.delete()


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
