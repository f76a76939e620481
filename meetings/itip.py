"""What a calendar answers (iTIP, RFC 5546), read from the letter as Outlook, Exchange and Gmail write it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.message import Message
from typing import Any

from django.utils import timezone
from icalendar import Calendar

from dialog_portal.outbox.incoming import BROKEN, Mail, clean, text

KINDS = ("text/calendar", "application/ics", "application/calendar")
LARGEST = 64 * 1024  # characters of a calendar part
MOST = 20  # attendees that are looked at; an answer has one
READ = 4000  # characters of a comment that are looked through for links
KEPT = 250  # of what is left then
OURS = re.compile(
    r"(?P<meeting>[0-9a-z-]{1,60})\.(?P<invitee>[0-9]{1,18})(?:\.(?P<secret>[0-9a-f]{16}))?@dialogportalen",
    re.IGNORECASE,
)
METHODS = ("REPLY", "COUNTER")
LINK = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)


@dataclass(frozen=True)
class Said:
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


def answer(mail: Mail) -> Said | None:
    """The answer in a letter, if it is one to an invitation of ours; anything else is nothing."""
    return next((said for part in mail.parts(*KINDS) if (said := in_part(part))), None)


def in_part(part: Message) -> Said | None:
    """The answer in one part of a letter."""
    written = text(part)[:LARGEST]
    if not OURS.search(unfolded(written)):
        return None
    try:
        return in_calendar(written, clean(part.get_param("method") or ""))
    except BROKEN:
        return None


def unfolded(written: str) -> str:
    return re.sub(r"\r?\n[ \t]", "", written)


def in_calendar(written: str, method: str) -> Said | None:
    """The first event that is ours. Some servers leave the method in the part's head only."""
    for calendar in Calendar.from_ical(written, multiple=True):
        said = clean(calendar.get("METHOD") or method).upper()
        for event in calendar.walk("VEVENT") if said in METHODS else ():
            if found := OURS.search(str(event.get("UID", ""))):
                return in_event(event, said, found)
    return None


def in_event(event: Any, method: str, found: re.Match[str]) -> Said:
    sequence = clean(event.get("SEQUENCE", ""))
    stamped = moment(event, "DTSTAMP")
    return Said(
        method=method,
        meeting=found["meeting"].lower(),
        invitee=int(found["invitee"]),
        secret=(found["secret"] or "").lower(),
        attendees=tuple(attendees(event)),
        sequence=int(sequence)
        if sequence.isascii() and sequence.isdecimal() and len(sequence) < 10
        else None,
        start=moment(event, "DTSTART"),
        stamped=stamped if stamped and stamped <= timezone.now() else None,
        comment=comment(event),
    )


def attendees(event: Any) -> Iterator[tuple[str, str]]:
    """Who answers what. Exchange may write an inner name as address, and the real one beside it."""
    for one in several(event.get("ATTENDEE"))[:MOST]:
        params = getattr(one, "params", {})
        address = clean(one, 254).lower().removeprefix("mailto:")
        if "@" not in address:
            address = clean(params.get("EMAIL", ""), 254).lower().removeprefix("mailto:")
        yield (
            address,
            clean(params.get("PARTSTAT", "")).upper()[:20],
        )  # a few letters become two in upper case


def several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def comment(event: Any) -> str:
    """What the person wrote, as one line that cannot become a link in anybody's hands, cut when that is done."""
    words = " ".join(str(one) for one in several(event.get("COMMENT"))[:MOST])
    return LINK.sub("(länk borttagen)", clean(words, READ))[:KEPT].rstrip()


def moment(event: Any, name: str) -> datetime | None:
    """A time of the event; without a zone it is Stockholm's."""
    try:
        value = event.decoded(name)
        if not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day) if isinstance(value, date) else None  # noqa: DTZ001
        if value is None:
            return None
        return (timezone.make_aware(value) if timezone.is_naive(value) else value).astimezone(UTC)
    except BROKEN:
        return None
