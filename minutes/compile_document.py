"""Compiles what was noted into one document, and says by a hash exactly what somebody approved."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from dialog_portal.base.swedish import span, swedish_sort_key
from meetings.attendance.actions import absent
from meetings.models import Attendee, Meeting
from minutes.document import Document, DocumentSection, PartyPresence
from minutes.models import Approval, Minutes
from minutes.sanitise import clean
from parties.models import Person

REGION = "Region Stockholm, kulturförvaltningen"


def compile_document(minutes: Minutes, approval: Approval | None = None) -> Document:
    """The notes as their readers get them; without an approval it is a draft for staff."""
    meeting = minutes.meeting
    return Document(
        title=f"Minnesanteckningar: {meeting.title}",
        meeting_title=meeting.title,
        when=span(meeting.starts_at, meeting.ends_at),
        where=meeting.where,
        diary_number=meeting.diary_number or meeting.round.diary_number,
        outside_reference=meeting.outside_reference,
        round_year=meeting.round.year,
        host=str(meeting.host or ""),
        present=present_groups(meeting),
        absent=absent_groups(meeting),
        sections=tuple(
            DocumentSection(number=str(number), heading=section.heading, html=clean(section.html))
            for number, section in enumerate(minutes.sections.all(), start=1)
        ),
        approved_by=approval.by.name if approval else "",
        approved_at=approval.at if approval else timezone.now(),
        public_url=settings.BASE_URL + notes_address(meeting),
        edition=minutes.editions.count() + 1,
        reason=minutes.correction,
    )


def notes_address(meeting: Meeting) -> str:
    """The permanent address of a meeting's notes."""
    return reverse("public:notes", args=[meeting.round.year, meeting.slug])


def present_groups(meeting: Meeting) -> tuple[PartyPresence, ...]:
    """Who came, by organisation in Swedish order, the region last.

    Municipal officials are named, because they came in office. People from associations are not: naming them could
    reveal a membership or a belief, so only the organisation is shown; nor is anybody with protected identity.
    """
    came = list(
        meeting.attendees.filter(attended=True).select_related(
            "invitation__party__municipality", "invitee__person"
        )
    )
    protected = protected_attendees(came)
    named: dict[str, list[str]] = {}
    for attendee in came:
        organisation = REGION if attendee.staff else attendee.organisation
        names = named.setdefault(organisation, [])
        if attendee.pk not in protected and is_official(attendee):
            names.append(attendee.name)
    return sorted_groups(named)


def protected_attendees(came: list[Attendee]) -> set[int]:
    """Those whose identity is protected: known by the register, by their address, or by their name.

    A substitute is tied to nobody in the register, and a name typed by hand has no address; rather one name too few.
    """
    people = Person.objects.filter(protected=True)
    addresses = {person.email.casefold() for person in people}
    names = {person.name.casefold() for person in people}
    return {row.pk for row in came if row.email.casefold() in addresses or row.name.casefold() in names}


def is_official(attendee: Attendee) -> bool:
    """Whether somebody came as an official of the region or of a municipality."""
    party = attendee.invitation.party if attendee.invitation else None
    return attendee.staff or hasattr(party, "municipality")


def absent_groups(meeting: Meeting) -> tuple[PartyPresence, ...]:
    """The organisations that were invited but had nobody there, under the names of that day."""
    day = timezone.localdate(meeting.starts_at)
    came = set(meeting.attendees.filter(attended=True).values_list("invitation", flat=True))
    missing: dict[str, list[str]] = {}
    for row in absent(meeting):
        if row.invitation_id not in came:
            party = row.invitation.party
            missing[party.name_on(day) if party else row.invitation.label] = []
    return sorted_groups(missing)


def sorted_groups(named: dict[str, list[str]]) -> tuple[PartyPresence, ...]:
    def order(organisation: str) -> tuple[bool, str]:
        return organisation == REGION, swedish_sort_key(organisation)

    return tuple(
        PartyPresence(party=organisation, names=tuple(sorted(named[organisation], key=swedish_sort_key)))
        for organisation in sorted(named, key=order)
    )


def content_hash(minutes: Minutes) -> str:
    """The hash of the notes as they stand now."""
    return hash_of(compile_document(minutes))


def hash_of(document: Document) -> str:
    """SHA-256 of everything that will be read, apart from who approved it and when."""
    content: dict[str, Any] = asdict(document)
    for name in ("approved_by", "approved_at", "public_url"):
        content.pop(name)
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def as_json(document: Document) -> str:
    """The notes as open data."""
    content = asdict(document)
    content["approved_at"] = document.approved_at.isoformat()
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
