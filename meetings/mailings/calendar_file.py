"""A meeting as an iCalendar file (RFC 5545), built by the calendar library; why not by it alone: docs/adr/0010.

The personal link is left out on purpose: calendars are shared with colleagues, and who has the link can answer.
"""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Event, vCalAddress, vText

from dialog_portal.base.typed_text import LINE_BREAKS
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
ZONE = "\r\n".join([*STOCKHOLM.splitlines(), ""]).encode()
CONTENT_TYPE = "text/calendar; charset=utf-8; method={}"
EVENT = b"BEGIN:VEVENT\r\n"


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
    calendar = Calendar(VERSION="2.0", PRODID="-//Region Stockholm//Dialogportalen//SV", CALSCALE="GREGORIAN")
    calendar["METHOD"] = method(invitee, cancelled=off, by_letter=asked is not None)
    calendar.add_component(event(meeting, invitee, off, people(asked, accepted=accepted) if asked else {}))
    return with_zone(calendar.to_ical(sorted=False))


def with_zone(calendar: bytes) -> bytes:
    """Return the calendar with the rule of the time zone before its event, byte for byte as it stands above.

    The library would write the parts of RRULE in another order, and take as long for it as for all the rest.
    """
    before, begin, after = calendar.partition(EVENT)
    return before + ZONE + begin + after


def can_answer(invitee: Invitee | None) -> bool:
    """Whether a mailbox that is read can take an answer from this person's calendar, and it would count."""
    return bool(settings.MAILBOX) and not (invitee and invitee.calendar_closed)


def method(invitee: Invitee | None = None, *, cancelled: bool, by_letter: bool = True) -> str:
    """What the letter's calendar part asks of the reader's calendar."""
    if cancelled:
        return "CANCEL"
    return "REQUEST" if by_letter and can_answer(invitee) else "PUBLISH"


def people(invitee: Invitee, *, accepted: bool) -> dict[str, vCalAddress]:
    """Who asks, and the one person who is asked: others' names are nobody's business."""
    status, rsvp = ("ACCEPTED", "FALSE") if accepted else ("NEEDS-ACTION", "TRUE")
    asked = {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": status, "RSVP": rsvp}
    return {
        "ORGANIZER": person(settings.MAIL_REPLY_TO, CN=settings.MAIL_FROM_NAME),
        "ATTENDEE": person(invitee.email, **asked, CN=invitee.called),
    }


def person(address: str, *, CN: str, **parameters: str) -> vCalAddress:  # noqa: N803 the name RFC 5545 gives it
    """Return an address behind mailto:, with whatever is strange in it percent-encoded.

    Quotation marks in a name become apostrophes: the library would write them by RFC 6868, which few programs read.
    """
    url = quote(machine_address(address), safe="@+!#$&'*/=?^`{|}~")
    return vCalAddress(f"mailto:{url}", params={**parameters, "CN": seen(CN).replace('"', "'")})


def event(meeting: Meeting, invitee: Invitee | None, off: bool, asked: dict[str, vCalAddress]) -> Event:
    """Return the event; its properties are written in the order in which they are added."""
    found = Event(UID=Text(uid(meeting, invitee)))
    found.add("SEQUENCE", meeting.sequence + (1 if off and not meeting.cancelled else 0))
    found.add("DTSTAMP", timezone.now())
    found.add("DTSTART", timezone.localtime(meeting.starts_at))
    found.add("DTEND", timezone.localtime(meeting.ends_at))
    found.update(asked)
    found["SUMMARY"] = Text(("Inställt: " if off else "") + meeting.title)
    found["LOCATION"] = Text(meeting.where)
    found["DESCRIPTION"] = Text(description(meeting, off))
    found["STATUS"] = "CANCELLED" if off else "CONFIRMED"
    found["TRANSP"] = "TRANSPARENT" if off else "OPAQUE"
    found["CLASS"] = "PUBLIC"
    return found


def uid(meeting: Meeting, invitee: Invitee | None) -> str:
    """The event's name for ever. A person has one of their own, so that their cancellation reaches only them.

    Nobody else can guess it. Its secret is stored and not derived from a key: a changed key would change the name, and
    the calendars that have the event would never again hear of it.
    """
    name = f"{meeting.uid}.{invitee.pk}.{invitee.calendar_secret}" if invitee else meeting.uid
    return f"{name}@dialogportalen"


def description(meeting: Meeting, off: bool) -> str:
    if off:
        return "Gäller inte längre. Mer står i brevet från kulturförvaltningen, Region Stockholm."
    online = f"Anslut till mötet: {meeting.online}\n" if meeting.online else ""
    return (
        f"{online}Kulturförvaltningen, Region Stockholm, bjuder in. Länken till ditt svar finns i inbjudan."
    )


class Text(vText):
    """A text that somebody typed: line breaks are kept, other control characters become blanks.

    The library alone would also turn a typed backslash before a capital N into a line break.
    """

    def to_ical(self) -> bytes:
        lines = self.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        typed = "\n".join(seen(line) for line in lines)
        return b"\\\\N".join(vText(piece).to_ical() for piece in typed.split(r"\N"))


def seen(line: str) -> str:
    """Return the line with a blank for each character that some program may take for the end of a line, or hides."""
    return "".join(" " if control(char) else char for char in line)


def control(char: str) -> bool:
    return char in LINE_BREAKS or unicodedata.category(char) in {"Cc", "Cs", "Cf"}
