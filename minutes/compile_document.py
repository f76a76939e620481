"""Compile the notes of a meeting into one document, and hash its content for the approval."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import asdict
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from dialog_portal.base.swedish import span, swedish_sort_key
from meetings.attendance.absence import parties_that_declined
from meetings.models import Attendee, Meeting
from minutes.document import Document, DocumentSection, PartyPresence
from minutes.models import Approval, Minutes
from minutes.protected_people.matching import protected_people
from minutes.sanitise import clean
from parties.models import Party

REGION = "Region Stockholm, kulturförvaltningen"


def compile_document(minutes: Minutes, approval: Approval | None = None) -> Document:
    """Return the notes as readers see them. Without an approval the document is a draft for staff."""
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
    """Return the permanent public address of a meeting's notes, without the host name."""
    return reverse("public:notes", args=[meeting.round.year, meeting.slug])


def present_groups(meeting: Meeting) -> tuple[PartyPresence, ...]:
    """Return who attended, by organisation in Swedish alphabetical order, the region last.

    Officials of municipalities are named, because they attend as part of their office. For associations only the
    organisation is shown, because a name could reveal membership or belief. Nobody with a protected identity is named.
    Somebody who represented several parties stands under each of them.
    """
    came, day = _those_who_came(meeting), timezone.localdate(meeting.starts_at)
    protected = protected_people(came)
    named: dict[str, list[str]] = {}
    for attendee in came:
        for organisation, official in represented_organisations(attendee, day):
            names = named.setdefault(organisation, [])
            if official and attendee.pk not in protected:
                names.append(attendee.name)
    return sorted_groups(named)


def unnamed_groups(meeting: Meeting) -> list[tuple[str, int]]:
    """Return how many people of each organisation are not named because they are protected, for staff to see."""
    came, day = _those_who_came(meeting), timezone.localdate(meeting.starts_at)
    protected = protected_people(came)
    found = Counter(
        organisation
        for row in came
        if row.pk in protected
        for organisation, official in represented_organisations(row, day)
        if official
    )
    return sorted(found.items(), key=lambda pair: swedish_sort_key(pair[0]))


def _those_who_came(meeting: Meeting) -> list[Attendee]:
    rows = meeting.attendees.filter(attended=True).select_related(
        "party__municipality", "invitation__party__municipality", "invitee__person"
    )
    return list(rows.prefetch_related("invitee__also__party__municipality"))


def represented_organisations(attendee: Attendee, day: date) -> list[tuple[str, bool]]:
    """Return the organisations for which somebody attended, each with whether they did so as its official."""
    if attendee.staff:
        return [(REGION, True)]
    others = [row.party for row in attendee.invitee.also.all()] if attendee.invitee else []
    return [
        (attendee.organisation, is_municipality(attendee.represents)),
        *((party.name_on(day), is_municipality(party)) for party in others),
    ]


def is_municipality(party: Party | None) -> bool:
    return hasattr(party, "municipality")


def absent_groups(meeting: Meeting) -> tuple[PartyPresence, ...]:
    """Return the parties that declined, by their names on the day of the meeting.

    They are named in public as prevented from coming, so a party that never answered, or was not invited, is not here.
    """
    day = timezone.localdate(meeting.starts_at)
    return sorted_groups(
        {row.party.name_on(day) if row.party else row.label: [] for row in parties_that_declined(meeting)}
    )


def sorted_groups(named: dict[str, list[str]]) -> tuple[PartyPresence, ...]:
    """Return organisations and names in Swedish alphabetical order, the region last."""

    def order(organisation: str) -> tuple[bool, str]:
        return organisation == REGION, swedish_sort_key(organisation)

    return tuple(
        PartyPresence(party=organisation, names=tuple(sorted(named[organisation], key=swedish_sort_key)))
        for organisation in sorted(named, key=order)
    )


def content_hash(minutes: Minutes) -> str:
    """Return the hash of the notes with their present content."""
    return document_hash(compile_document(minutes))


def document_hash(document: Document) -> str:
    """Return the SHA-256, in hexadecimal, of all content except the approval (who and when) and the public address."""
    content: dict[str, Any] = asdict(document)
    for name in ("approved_by", "approved_at", "public_url"):
        content.pop(name)
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def document_json(document: Document) -> str:
    """Return the notes as JSON, for open data."""
    content = asdict(document)
    content["approved_at"] = document.approved_at.isoformat()
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
