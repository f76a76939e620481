"""How a meeting's list differs from the register: who should be on it, who should not, and whom they represent.

Only differences that the register has caused are shown. A party that staff have invited beside the group stays, and so
does somebody whom staff have taken off the list by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils import timezone

from dialog_portal.base.swedish import day as in_words
from dialog_portal.base.swedish import join_words, swedish_sort_key
from meetings.invitations.intended_parties import intended_parties, meeting_day
from meetings.invitations.mandates_of_day import Representative, representatives
from meetings.models import Invitation, Invitee, Meeting
from meetings.models.group_members import group_names_by_party
from meetings.models.meeting import MEETING_NEXT, MeetingState
from parties.models import Mandate, Party


class ChangeKind(StrEnum):
    """What mends a difference, in the order in which several are mended."""

    UPDATE = "update"
    INVITE_PARTY = "invite_party"
    REMOVE_PARTY = "remove_party"
    REMOVE = "remove"
    RETURN = "return"
    ADD = "add"


@dataclass(frozen=True)
class RegisterChange:
    """One difference and what mends it. `row` is the primary key of an invitee, party, invitation or person, by kind.

    `seen` tells apart what the register has said at different times: a press mends only what its page showed.
    """

    kind: ChangeKind
    row: int
    party: str
    why: str
    button: str
    person: str = ""
    seen: str = ""

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.row}:{self.seen}"

    @property
    def about(self) -> str:
        """Whom it is about: "Anna Ek (Nacka)", or the party."""
        return f"{self.person} ({self.party})" if self.person else self.party


@dataclass(frozen=True)
class ListAndRegister:
    """What the differences are read from, fetched in a fixed number of queries."""

    meeting: Meeting
    day: date
    invitations: dict[int, Invitation]  # by party, also those that are off the meeting
    in_use: frozenset[int]  # the parties that are still invited
    listed: dict[int, Invitee]  # by person
    removed: dict[int, Invitee]  # by person: the last time that somebody was taken off the list
    taken: frozenset[str]  # addresses on the list
    outside: dict[int, str]  # by party: why it does not belong to the meeting
    held: dict[int, Representative]  # by person


def register_changes(meeting: Meeting) -> list[RegisterChange]:
    """Return the differences by party, in Swedish order; none once the list can no longer be changed."""
    if not MEETING_NEXT[MeetingState(meeting.state)]:
        return []
    now = read_list_and_register(meeting)
    found = [
        *parties_to_invite(now),
        *parties_to_remove(now),
        *people_to_update(now),
        *people_to_remove(now),
        *people_to_return(now),
        *people_to_add(now),
    ]
    return sorted(found, key=lambda change: swedish_sort_key(change.party))


def read_list_and_register(meeting: Meeting) -> ListAndRegister:
    """Fetch the list and what the register says of it."""
    rows = meeting.invitations.filter(party__isnull=False).select_related("party")
    followed = set(rows.followed_by_register().values_list("party", flat=True))
    invitations = {row.party_id: row for row in rows if row.party_id}
    people = list(
        meeting.invitees.select_related("invitation__party").prefetch_related("also__party").order_by("pk")
    )
    outside = parties_outside(meeting, [row.party for row in invitations.values() if row.party])
    return ListAndRegister(
        meeting=meeting,
        day=meeting_day(meeting),
        invitations=invitations,
        in_use=frozenset(rows.in_use().values_list("party", flat=True)),
        listed={row.person_id: row for row in people if row.person_id and row.withdrawn_at is None},
        removed={row.person_id: row for row in people if row.person_id and row.withdrawn_at},
        taken=frozenset(row.email.lower() for row in people if row.withdrawn_at is None),
        outside=outside,
        held=representatives(meeting, followed - outside.keys()),
    )


def parties_outside(meeting: Meeting, parties: list[Party]) -> dict[int, str]:
    """Return by party why it does not belong to the meeting: it ends, or it stands in another group of the year."""
    day = meeting_day(meeting)
    found = {row.pk: end_in_words(row) for row in parties if not row.exists_on(day)}
    if meeting.group_id is None:
        return found
    groups = group_names_by_party(meeting.round)
    own = set(meeting.group.parties.values_list("pk", flat=True)) if meeting.group else set()
    elsewhere = {row.pk: groups[row.pk] for row in parties if row.pk in groups and row.pk not in own}
    return {pk: f"hör till {join_words(names)}" for pk, names in elsewhere.items()} | found


def end_in_words(party: Party) -> str:
    verb = "upphörde" if party.has_ended else "upphör"
    return f"{verb} {in_words(party.ended)}"


def parties_to_invite(now: ListAndRegister) -> list[RegisterChange]:
    """Return the parties of the meeting's group that are not invited, once somebody else is."""
    if now.meeting.group is None or not now.invitations:
        return []
    why = f"hör till {now.meeting.group} men är inte inbjuden"
    missing = intended_parties(now.meeting).exclude(pk__in=now.invitations)
    return [RegisterChange(ChangeKind.INVITE_PARTY, row.pk, row.name, why, "Bjud in") for row in missing]


def parties_to_remove(now: ListAndRegister) -> list[RegisterChange]:
    """Return the parties that do not belong to the meeting and still have somebody on its list, or never had."""
    return [
        RegisterChange(
            ChangeKind.REMOVE_PARTY, now.invitations[pk].pk, str(now.invitations[pk]), why, "Ta bort parten"
        )
        for pk, why in now.outside.items()
        if pk in now.in_use
    ]


def people_to_update(now: ListAndRegister) -> list[RegisterChange]:
    """Return the people on the list who represent other parties, or have another title or name, than it says."""
    return [
        RegisterChange(
            ChangeKind.UPDATE,
            invitee.pk,
            str(invitee.invitation),
            ", ".join(said),
            "Uppdatera",
            person=invitee.name,
            seen="/".join(said),
        )
        for person, invitee in now.listed.items()
        if person in now.held and (said := differences(invitee, now.held[person]))
    ]


def differences(invitee: Invitee, held: Representative) -> list[str]:
    """Return in Swedish what the list says otherwise than the register."""
    listed = {row.party_id for row in invitee.invitations}
    said = []
    if listed != {row.pk for row in held.parties}:
        said.append(f"företräder {join_words([row.name for row in held.parties])}, inte {invitee.represents}")
    if invitee.title != held.title:
        said.append(f"uppdraget är {held.title}")
    if invitee.name != held.person.name:
        said.append(f"heter nu {held.person.name}")
    return said


def people_to_remove(now: ListAndRegister) -> list[RegisterChange]:
    """Return the people on the list without a mandate that holds on the day, but for those whose party goes."""
    gone = {
        person: invitee
        for person, invitee in now.listed.items()
        if person not in now.held
        and invitee.substitute_for_id is None
        and invitee.invitation.party_id not in now.outside
    }
    reasons = reasons_without_mandate(now, gone)
    return [
        RegisterChange(
            ChangeKind.REMOVE, row.pk, str(row.invitation), reasons[person], "Ta bort", person=row.name
        )
        for person, row in gone.items()
    ]


def reasons_without_mandate(now: ListAndRegister, gone: dict[int, Invitee]) -> dict[int, str]:
    """Return by person why they do not represent any invited party on the day of the meeting."""
    past: dict[int, list[Mandate]] = {person: [] for person in gone}
    rows = Mandate.objects.filter(person__in=gone, party__in=now.invitations).order_by("from_date", "pk")
    for mandate in rows:
        past[mandate.person_id].append(mandate)
    return {person: reason_without_mandate(mandates, now.day) for person, mandates in past.items()}


def reason_without_mandate(mandates: list[Mandate], day: date) -> str:
    """Return in Swedish why none of a person's mandates gives an invitation on a day."""
    if any(mandate.holds_on(day) for mandate in mandates):
        return "ska inte längre få inbjudningar"
    ends = [mandate.to_date for mandate in mandates if mandate.to_date and mandate.to_date < day]
    if ends:
        verb = "slutade" if max(ends) < timezone.localdate() else "slutar"
        return f"uppdraget {verb} {in_words(max(ends))}, före mötet"
    if mandates:
        return f"uppdraget börjar först {in_words(mandates[0].from_date)}, efter mötet"
    return "har inget uppdrag hos någon inbjuden part"


def people_to_return(now: ListAndRegister) -> list[RegisterChange]:
    """Return the people whom the register took off the list, and who represent an invited party, perhaps another."""
    why = "har uppdrag på mötets dag men är borttagen från listan"
    return [
        change_of_representative(ChangeKind.RETURN, row.pk, now.held[person], why, "Lägg tillbaka")
        for person, row in now.removed.items()
        if row.withdrawn_by_register and may_be_added(now, person)
    ]


def people_to_add(now: ListAndRegister) -> list[RegisterChange]:
    """Return the people who represent an invited party on the day and have never stood on the list."""
    return [
        change_of_representative(ChangeKind.ADD, person, row, begins_in_words(row), "Lägg till")
        for person, row in now.held.items()
        if person not in now.removed and may_be_added(now, person)
    ]


def may_be_added(now: ListAndRegister, person: int) -> bool:
    """Return whether somebody represents a party on the day and neither they nor their address is on the list."""
    return (
        person in now.held
        and person not in now.listed
        and now.held[person].person.email.lower() not in now.taken
    )


def change_of_representative(
    kind: ChangeKind, row: int, held: Representative, why: str, button: str
) -> RegisterChange:
    parties = join_words([party.name for party in held.parties])
    return RegisterChange(kind, row, parties, why, button, person=held.person.name, seen=parties)


def begins_in_words(held: Representative) -> str:
    first = min(mandate.from_date for mandate in held.mandates)
    since = "från" if first > timezone.localdate() else "sedan"
    return f"{held.title} {since} {in_words(first)}, står inte på listan"
