"""What a calendar answers (iTIP, RFC 5546), read from the letter as Outlook, Exchange and Gmail write it.

Only the few lines that are needed are read, and only as text. A whole calendar is never built of a stranger's letter:
the rules of a time zone that it brings along can take hours to follow, and would hold for every calendar read after it.
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

from dialog_portal.outbox.inbox.incoming_letter import BROKEN, Mail, clean, text

CONTENT_TYPES = ("text/calendar", "application/ics", "application/calendar")
MAX_CHARACTERS = 64 * 1024  # characters of a calendar part
MAX_ATTENDEES = 20  # attendees that are looked at; an answer has one
MAX_COMMENT_READ = 4000  # characters of a comment that are looked through for links
MAX_COMMENT = 250  # of what is left then
EVENT_UID = re.compile(
    r"(?P<meeting>[0-9a-z-]{1,60})\.(?P<invitee>[0-9]{1,18})(?:\.(?P<secret>[0-9a-f]{16}))?@dialogportalen",
    re.IGNORECASE,
)
REPLY_METHODS = ("REPLY", "COUNTER")
EVENT_PROPERTIES = {"UID", "SEQUENCE", "DTSTART", "DTSTAMP", "ATTENDEE", "COMMENT"}
READ_PROPERTIES = {"BEGIN", "END", "METHOD", *EVENT_PROPERTIES}
NAMED = re.compile(r"[A-Z-]+", re.IGNORECASE)
MOMENT = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?", re.ASCII)
WEB_LINK = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)


@dataclass(frozen=True)
class CalendarAnswer:
    """One calendar's answer. Attendees are pairs of an address and its PARTSTAT; what is missing is None or empty.

    Whether the secret is the person's own is for the reader to find out. `stamped` is when the calendar says that the
    answer was written; a time that has not come yet is no answer to that.
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
    """The answer in a letter, if it is one to an invitation of ours; anything else is nothing."""
    return next((said for part in mail.parts(*CONTENT_TYPES) if (said := answer_in_part(part))), None)


def answer_in_part(part: Message) -> CalendarAnswer | None:
    """The answer in one part of a letter."""
    written = text(part)[:MAX_CHARACTERS]
    if not EVENT_UID.search(unfold(written)):
        return None
    try:
        return answer_in_calendar(written, clean(part.get_param("method") or ""))
    except BROKEN:
        return None


def unfold(written: str) -> str:
    return re.sub(r"\r?\n[ \t]", "", written)


def answer_in_calendar(written: str, method: str) -> CalendarAnswer | None:
    """The first event that is ours. Some servers leave the method in the part's head only."""
    for said, event in events(written):
        if (said or method).upper() in REPLY_METHODS and (found := EVENT_UID.search(event.said("UID"))):
            return answer_in_event(event, (said or method).upper(), found)
    return None


@dataclass
class CalendarLine:
    """A property as it stands: its value is text, whatever it claims to be."""

    name: str
    value: str
    address: str = ""
    partstat: str = ""
    zone: str = ""


@dataclass
class CalendarEvent:
    """The lines of an event that are read; of those inside an alarm none are."""

    lines: list[CalendarLine] = field(default_factory=list)

    def all(self, name: str) -> list[CalendarLine]:
        return [line for line in self.lines if line.name == name][:MAX_ATTENDEES]

    def said(self, name: str) -> str:
        return next((line.value for line in self.all(name)), "")


def events(written: str) -> Iterator[tuple[str, CalendarEvent]]:
    """Every event that is whole, with the method of its calendar."""
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
                method = clean(line.value)
            case name, ["VEVENT"] if name in EVENT_PROPERTIES:
                found[-1].lines.append(line)


def read_lines(written: str) -> Iterator[CalendarLine]:
    """The lines whose names are known here; one that is no property is passed over."""
    for line in re.split(r"\r?\n", unfold(written)):
        named = NAMED.match(line)
        if named and named[0].upper() in READ_PROPERTIES:
            with suppress(*BROKEN):
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
    sequence = clean(event.said("SEQUENCE"))
    stamped = event_time(event, "DTSTAMP")
    return CalendarAnswer(
        method=method,
        meeting=found["meeting"].lower(),
        invitee=int(found["invitee"]),
        secret=(found["secret"] or "").lower(),
        attendees=tuple(attendees(event)),
        sequence=int(sequence)
        if sequence.isascii() and sequence.isdecimal() and len(sequence) < 10
        else None,
        start=event_time(event, "DTSTART"),
        stamped=stamped if stamped and stamped <= timezone.now() else None,
        comment=comment(event),
    )


def attendees(event: CalendarEvent) -> Iterator[tuple[str, str]]:
    """Who answers what. Exchange may write an inner name as address, and the real one beside it."""
    for one in event.all("ATTENDEE"):
        address = clean(one.value, 254).lower().removeprefix("mailto:")
        if "@" not in address:
            address = clean(one.address, 254).lower().removeprefix("mailto:")
        yield address, clean(one.partstat).upper()[:20]  # a few letters become two in upper case


def comment(event: CalendarEvent) -> str:
    """What the person wrote, as one line that cannot become a link in anybody's hands, cut when that is done."""
    words = " ".join(one.value for one in event.all("COMMENT"))
    return WEB_LINK.sub("(länk borttagen)", clean(words, MAX_COMMENT_READ))[:MAX_COMMENT].rstrip()


def event_time(event: CalendarEvent, name: str) -> datetime | None:
    """A time of the event."""
    line = next(iter(event.all(name)), None)
    found = MOMENT.fullmatch(line.value.strip()) if line else None
    if line is None or found is None:
        return None
    try:
        said = datetime.strptime(f"{found[1]}{found[2] or '000000'}", "%Y%m%d%H%M%S")  # noqa: DTZ007
        return said.replace(tzinfo=UTC if found[3] else zone(line.zone)).astimezone(UTC)
    except BROKEN:
        return None


def zone(name: str) -> tzinfo:
    """The zone of a name, as Windows or the rest of the world writes it; Stockholm's for any other, or for none.

    What the letter itself says that the name means is not asked. Some programs put a path before the name.
    """
    parts = name.strip("/").split("/")[-3:]
    tried = [WINDOWS_TO_OLSON.get(name, ""), *("/".join(parts[at:]) for at in range(len(parts)))]
    known = next((one for one in tried if one in zones()), None)
    return zoneinfo.ZoneInfo(known) if known else timezone.get_default_timezone()


@cache
def zones() -> set[str]:
    """The names that there are: nothing else a stranger writes is looked for among the files."""
    return zoneinfo.available_timezones()
