"""A meeting as an iCalendar file (RFC 5545), written by hand: few properties, every value escaped.

The personal link is left out on purpose: calendars are shared with colleagues, and who has the link can answer.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

from django.utils import timezone

from dialog_portal.text import BREAKS
from meetings.models import Invitee, Meeting

# The rule of the European Union since 1996; short, and right for every coming year
STOCKHOLM = """BEGIN:VTIMEZONE
TZID:Europe/Stockholm
BEGIN:DAYLIGHT
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE"""
CONTENT_TYPE = "text/calendar; charset=utf-8; method={}"
WIDTH = 75  # octets on a line, before it must be folded


def calendar_for(meeting: Meeting, invitee: Invitee | None = None, *, cancelled: bool = False) -> bytes:
    """One event, the same for this person through every change; the sequence tells a calendar which is newest.

    Cancelled takes the event away: METHOD:CANCEL with one step higher sequence than what was sent before.
    """
    off = cancelled or meeting.cancelled
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Region Stockholm//Dialogportalen//SV",
        "CALSCALE:GREGORIAN",
        f"METHOD:{'CANCEL' if off else 'PUBLISH'}",
        *STOCKHOLM.splitlines(),
        *event(meeting, invitee, off),
        "END:VCALENDAR",
    ]
    return "".join(folded(line) for line in lines).encode()


def event(meeting: Meeting, invitee: Invitee | None, off: bool) -> list[str]:
    """The lines of the event."""
    return [
        "BEGIN:VEVENT",
        f"UID:{uid(meeting, invitee)}",
        f"SEQUENCE:{meeting.sequence + (1 if off and not meeting.cancelled else 0)}",
        f"DTSTAMP:{timezone.now().astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;TZID=Europe/Stockholm:{wall_clock(meeting.starts_at)}",
        f"DTEND;TZID=Europe/Stockholm:{wall_clock(meeting.ends_at)}",
        f"SUMMARY:{escaped(('Inställt: ' if off else '') + meeting.title)}",
        f"LOCATION:{escaped(meeting.where)}",
        f"DESCRIPTION:{escaped(description(meeting, off))}",
        f"STATUS:{'CANCELLED' if off else 'CONFIRMED'}",
        f"TRANSP:{'TRANSPARENT' if off else 'OPAQUE'}",
        "CLASS:PUBLIC",
        "END:VEVENT",
    ]


def uid(meeting: Meeting, invitee: Invitee | None) -> str:
    """The event's name for ever. A person has one of their own, so that their cancellation reaches only them."""
    name = f"{meeting.uid}.{invitee.pk}" if invitee else meeting.uid
    return escaped(f"{name}@dialogportalen")


def description(meeting: Meeting, off: bool) -> str:
    if off:
        return "Gäller inte längre. Mer står i brevet från kulturförvaltningen, Region Stockholm."
    online = f"Anslut till mötet: {meeting.online}\n" if meeting.online else ""
    return (
        f"{online}Kulturförvaltningen, Region Stockholm, bjuder in. Länken till ditt svar finns i inbjudan."
    )


def wall_clock(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y%m%dT%H%M%S}"


def escaped(text: str) -> str:
    """A text value. Line breaks become the two characters that mean one; other control characters become blanks."""
    unbroken = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(char if char == "\n" or not control(char) else " " for char in unbroken)
    return kept.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def control(char: str) -> bool:
    return char in BREAKS or unicodedata.category(char) in {"Cc", "Cs", "Cf"}


def folded(line: str) -> str:
    """The line in pieces of at most 75 octets, none of which breaks a character in two."""
    pieces, piece, size = [], "", 0
    for char in line:
        width = len(char.encode())
        if size + width > WIDTH:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + char, size + width
    return "\r\n".join([*pieces, piece]) + "\r\n"
