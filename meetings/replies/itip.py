"""Read what a calendar answers (iTIP, RFC 5546) from a letter, as Outlook, Exchange and Gmail write it.

Only the few properties that are needed are read, and only as text. The calendar library never parses a stranger's
whole calendar: following the rules of a time zone in it can take hours, and the library would then use that zone for
every calendar read later.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from email.message import Message
from functools import cache

from django.utils import timezone
from icalendar.parser import Contentline
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from dialog_portal.base.typed_text import clean_address
from dialog_portal.outbox.inbox.incoming_letter import PARSE_ERRORS, Mail, part_text, to_one_line

CONTENT_TYPES = ("text/calendar", "application/ics", "application/calendar")
MAX_CHARACTERS = 64 * 1024  # of a calendar part; the rest is cut
MAX_ATTENDEES = 20  # that are read; an answer has one
MAX_COMMENT_READ = 4000  # characters of a comment that are searched for links
MAX_COMMENT = 250  # characters of a comment that are kept
EVENT_UID = re.compile(
    r"(?P<meeting>[0-9a-z-]{1,60})\.(?P<invitee>[0-9]{1,18})(?:\.(?P<secret>[0-9a-f]{16}))?@dialogportalen",
    re.IGNORECASE,
)
REPLY_METHODS = ("REPLY", "COUNTER")
EVENT_PROPERTIES = {"UID", "SEQUENCE", "DTSTART", "DTSTAMP", "ATTENDEE", "COMMENT"}
READ_PROPERTIES = {"BEGIN", "END", "METHOD", *EVENT_PROPERTIES}
PROPERTY_NAME = re.compile(r"[A-Z-]+", re.IGNORECASE)
DATE_OR_TIME = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?", re.ASCII)
WEB_LINK = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)


@dataclass(frozen=True)
class CalendarAnswer:
    """One calendar's answer. Attendees are pairs of an address and its PARTSTAT; what is missing is None or empty.

    Whether the secret is the person's own is checked by the caller. `stamped` is when the calendar says that the answer
    was written, None when that time is in the future.
    """

    method: str
    meeting: str
    invitee: int
    secret: str
    attendees: tuple[tuple[str, str], ...]
    sequence: int | None
    start: datetime | None
    stamped: datetime | None
    comment: str


def find_answer(mail: Mail) -> CalendarAnswer | None:
    """Return the answer in a letter to one of our invitations, None when there is none."""
    return next((said for part in mail.parts(*CONTENT_TYPES) if (said := answer_in_part(part))), None)


def answer_in_part(part: Message) -> CalendarAnswer | None:
    """Return the answer in one part of a letter, None when there is none or it cannot be read."""
    written = part_text(part)[:MAX_CHARACTERS]
    if not EVENT_UID.search(unfold(written)):
        return None
    try:
        return answer_in_calendar(written, to_one_line(part.get_param("method") or ""))
    except PARSE_ERRORS:
        return None


def unfold(written: str) -> str:
    """Return the text with its folded lines joined (RFC 5545, 3.1)."""
    return re.sub(r"\r?\n[ \t]", "", written)


def answer_in_calendar(written: str, method: str) -> CalendarAnswer | None:
    """Return the answer in the first event that is ours. Some servers write the method in the part's header only."""
    for said, event in read_events(written):
        if (said or method).upper() in REPLY_METHODS and (
            found := EVENT_UID.search(event.first_value("UID"))
        ):
            return answer_in_event(event, (said or method).upper(), found)
    return None


@dataclass
class CalendarLine:
    """A property as it is written: its value is kept as text, whatever type it claims to have."""

    name: str
    value: str
    address: str = ""
    partstat: str = ""
    zone: str = ""


@dataclass
class CalendarEvent:
    """The properties of an event that are read; those of an alarm inside it are not."""

    lines: list[CalendarLine] = field(default_factory=list)

    def properties(self, name: str) -> list[CalendarLine]:
        """Return at most 20 properties with this name."""
        return [line for line in self.lines if line.name == name][:MAX_ATTENDEES]

    def first_value(self, name: str) -> str:
        """Return the value of the first property with this name, empty when there is none."""
        return next((line.value for line in self.properties(name)), "")


def read_events(written: str) -> Iterator[tuple[str, CalendarEvent]]:
    """Yield every complete event with the method of its calendar."""
    within: list[str] = []
    method, found = "", []
    for line in read_lines(written):
        match line.name, within[-1:]:
            case "BEGIN", _:
                within.append(line.value.strip().upper())
                found += [CalendarEvent()] if within[-1] == "VEVENT" else []
            case "END", ["VCALENDAR"]:
                yield from ((method, event) for event in found)
                within, method, found = [], "", []
            case "END", _:
                del within[-1:]
            case "METHOD", ["VCALENDAR"]:
                method = to_one_line(line.value)
            case name, ["VEVENT"] if name in EVENT_PROPERTIES:
                found[-1].lines.append(line)


def read_lines(written: str) -> Iterator[CalendarLine]:
    """Yield the properties whose names are known here; lines that cannot be read are skipped."""
    for line in re.split(r"\r?\n", unfold(written)):
        named = PROPERTY_NAME.match(line)
        if named and named[0].upper() in READ_PROPERTIES:
            with suppress(*PARSE_ERRORS):
                yield parse_line(Contentline(line))  # type: ignore[no-untyped-call]


def parse_line(line: Contentline) -> CalendarLine:
    name, params, value = line.parts()
    return CalendarLine(
        name.upper(),
        value,
        address=str(params.get("EMAIL", "")),
        partstat=str(params.get("PARTSTAT", "")),
        zone=str(params.get("TZID", "")),
    )


def answer_in_event(event: CalendarEvent, method: str, found: re.Match[str]) -> CalendarAnswer:
    sequence = to_one_line(event.first_value("SEQUENCE"))
    stamped = event_time(event, "DTSTAMP")
    return CalendarAnswer(
        method=method,
        meeting=found["meeting"].lower(),
        invitee=int(found["invitee"]),
        secret=(found["secret"] or "").lower(),
        attendees=tuple(event_attendees(event)),
        sequence=int(sequence)
        if sequence.isascii() and sequence.isdecimal() and len(sequence) < 10
        else None,
        start=event_time(event, "DTSTART"),
        stamped=stamped if stamped and stamped <= timezone.now() else None,
        comment=event_comment(event),
    )


def event_attendees(event: CalendarEvent) -> Iterator[tuple[str, str]]:
    """Yield each attendee's address and PARTSTAT. Exchange may write the address in EMAIL only."""
    for one in event.properties("ATTENDEE"):
        address = clean_address(to_one_line(one.value, 254))
        if "@" not in address:
            address = clean_address(to_one_line(one.address, 254))
        yield (
            address,
            to_one_line(one.partstat).upper()[:20],
        )  # cut, because a few letters become two in upper case


def event_comment(event: CalendarEvent) -> str:
    """Return the comment as one line of at most 250 characters, without web links."""
    words = " ".join(one.value for one in event.properties("COMMENT"))
    return WEB_LINK.sub("(länk borttagen)", to_one_line(words, MAX_COMMENT_READ))[:MAX_COMMENT].rstrip()


def event_time(event: CalendarEvent, name: str) -> datetime | None:
    """Return the time in a property, in UTC; None when it is missing or cannot be read."""
    line = next(iter(event.properties(name)), None)
    found = DATE_OR_TIME.fullmatch(line.value.strip()) if line else None
    if line is None or found is None:
        return None
    try:
        said = datetime.strptime(f"{found[1]}{found[2] or '000000'}", "%Y%m%d%H%M%S")  # noqa: DTZ007
        return said.replace(tzinfo=UTC if found[3] else find_time_zone(line.zone)).astimezone(UTC)
    except PARSE_ERRORS:
        return None


def find_time_zone(name: str) -> tzinfo:
    """Return the zone with this Windows or IANA name; Stockholm's for an unknown name or none.

    A definition of the zone in the letter itself is ignored. Some programs write a path before the name.
    """
    parts = name.strip("/").split("/")[-3:]
    tried = [WINDOWS_TO_OLSON.get(name, ""), *("/".join(parts[at:]) for at in range(len(parts)))]
    known = next((one for one in tried if one in known_time_zones()), None)
    return zoneinfo.ZoneInfo(known) if known else timezone.get_default_timezone()


@cache
def known_time_zones() -> set[str]:
    """Return the names of the zones that exist. A name that a stranger writes is never used as a path of a file."""
    return zoneinfo.available_timezones()
