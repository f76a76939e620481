"""A meeting as an iCalendar file (RFC 5545), written by hand: few properties, every value escaped.

The personal link is left out on purpose: calendars are shared with colleagues, and who has the link can answer.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from urllib.parse import quote

from django.conf import settings
from django.utils import timezone

from dialog_portal.base.typed_text import BREAKS
from dialog_portal.outbox.mime import machine_address
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


def calendar_for(
    meeting: Meeting,
    invitee: Invitee | None = None,
    *,
    cancelled: bool = False,
    by_letter: bool = False,
    accepted: bool = False,
) -> bytes:
    """One event, the same for this person through every change; the sequence tells a calendar which is newest.

    Cancelled takes the event away: METHOD:CANCEL with one step higher sequence than what was sent before. By letter it
    asks the person's own calendar for an answer, when one can be taken; accepted repeats their yes.
    """
    off = cancelled or meeting.cancelled
    asked = invitee if by_letter and (off or can_answer(invitee)) and settings.MAILBOX else None
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Region Stockholm//Dialogportalen//SV",
        "CALSCALE:GREGORIAN",
        f"METHOD:{method(invitee, cancelled=off, by_letter=asked is not None)}",
        *STOCKHOLM.splitlines(),
        *event(meeting, invitee, off, people(asked, accepted=accepted) if asked else []),
        "END:VCALENDAR",
    ]
    return "".join(folded(line) for line in lines).encode()


def can_answer(invitee: Invitee | None) -> bool:
    """Whether a mailbox that is read can take an answer from this person's calendar, and it would count."""
    return bool(settings.MAILBOX) and not (invitee and invitee.calendar_closed)


def method(invitee: Invitee | None = None, *, cancelled: bool, by_letter: bool = True) -> str:
    """What the letter's calendar part asks of the reader's calendar."""
    if cancelled:
        return "CANCEL"
    return "REQUEST" if by_letter and can_answer(invitee) else "PUBLISH"


def people(invitee: Invitee, *, accepted: bool) -> list[str]:
    """Who asks, and the one person who is asked: others' names are nobody's business."""
    status = "ACCEPTED;RSVP=FALSE" if accepted else "NEEDS-ACTION;RSVP=TRUE"
    who = f"CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={status};CN={parameter(invitee.called)}"
    return [
        f"ORGANIZER;CN={parameter(settings.MAIL_FROM_NAME)}:mailto:{mail_url(settings.MAIL_REPLY_TO)}",
        f"ATTENDEE;{who}:mailto:{mail_url(invitee.email)}",
    ]


def mail_url(address: str) -> str:
    """An address behind mailto:, with whatever is strange in it written in per cent."""
    return quote(machine_address(address), safe="@+!#$&'*/=?^`{|}~")


def parameter(text: str) -> str:
    """A parameter's value; quotation marks cannot stand in one, so they become apostrophes."""
    kept = "".join(" " if control(char) else char for char in text)
    return '"' + kept.replace('"', "'") + '"'


def event(meeting: Meeting, invitee: Invitee | None, off: bool, asked: list[str]) -> list[str]:
    """The lines of the event."""
    return [
        "BEGIN:VEVENT",
        f"UID:{uid(meeting, invitee)}",
        f"SEQUENCE:{meeting.sequence + (1 if off and not meeting.cancelled else 0)}",
        f"DTSTAMP:{timezone.now().astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;TZID=Europe/Stockholm:{wall_clock(meeting.starts_at)}",
        f"DTEND;TZID=Europe/Stockholm:{wall_clock(meeting.ends_at)}",
        *asked,
        f"SUMMARY:{escaped(('Inställt: ' if off else '') + meeting.title)}",
        f"LOCATION:{escaped(meeting.where)}",
        f"DESCRIPTION:{escaped(description(meeting, off))}",
        f"STATUS:{'CANCELLED' if off else 'CONFIRMED'}",
        f"TRANSP:{'TRANSPARENT' if off else 'OPAQUE'}",
        "CLASS:PUBLIC",
        "END:VEVENT",
    ]


def uid(meeting: Meeting, invitee: Invitee | None) -> str:
    """The event's name for ever. A person has one of their own, so that their cancellation reaches only them.

    Nobody else can guess it. Its secret is stored and not derived from a key: a changed key would change the name, and
    the calendars that have the event would never again hear of it.
    """
    name = f"{meeting.uid}.{invitee.pk}.{invitee.calendar_secret}" if invitee else meeting.uid
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
