"""Compiles what was noted into one document, and says by a hash exactly what somebody approved."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from dialog_portal.swedish import sort_key, span
from meetings.actions.attendance import absent
from meetings.models import Attendee, Meeting
from minutes.document import Document, Group, Section
from minutes.models import Approval, Minutes
from minutes.sanitise import clean

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
            Section(number=str(number), heading=section.heading, html=clean(section.html))
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


def present_groups(meeting: Meeting) -> tuple[Group, ...]:
    """Who came, by organisation in Swedish order, the region last.

    Municipal officials are named, because they came in office. People from associations are not: naming them could
    reveal a membership or a belief, so only the organisation is shown; nor is anybody with protected identity.
    """
    came = meeting.attendees.filter(attended=True).select_related(
        "invitation__party__municipality", "invitee__person"
    )
    named: dict[str, list[str]] = {}
    for attendee in came:
        organisation = REGION if attendee.staff else attendee.organisation
        names = named.setdefault(organisation, [])
        if may_be_named(attendee):
            names.append(attendee.name)
    return groups(named)


def may_be_named(attendee: Attendee) -> bool:
    """Whether a person's name may stand on the web."""
    person = attendee.invitee.person if attendee.invitee else None
    if person and person.protected:
        return False
    party = attendee.invitation.party if attendee.invitation else None
    return attendee.staff or hasattr(party, "municipality")


def absent_groups(meeting: Meeting) -> tuple[Group, ...]:
    """The organisations that were invited but had nobody there."""
    came = set(meeting.attendees.filter(attended=True).values_list("invitation", flat=True))
    missing = {str(row.invitation): list[str]() for row in absent(meeting) if row.invitation_id not in came}
    return groups(missing)


def groups(named: dict[str, list[str]]) -> tuple[Group, ...]:
    def order(organisation: str) -> tuple[bool, str]:
        return organisation == REGION, sort_key(organisation)

    return tuple(
        Group(party=organisation, names=tuple(sorted(named[organisation], key=sort_key)))
        for organisation in sorted(named, key=order)
    )


def content_hash(minutes: Minutes) -> str:
    """SHA-256 of everything that will be read, apart from who approved it and when."""
    content: dict[str, Any] = asdict(compile_document(minutes))
    for name in ("approved_by", "approved_at", "public_url"):
        content.pop(name)
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def as_json(document: Document) -> str:
    """The notes as open data."""
    content = asdict(document)
    content["approved_at"] = document.approved_at.isoformat()
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
