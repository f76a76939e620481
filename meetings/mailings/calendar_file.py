"""A meeting as an iCalendar file (RFC 5545), built by the calendar library; exceptions are explained in docs/adr/0010.

The personal link is left out on purpose: calendars are shared with colleagues, and anybody who has the link can answer.
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

# Summer time by the rule of the European Union since 1996, which holds for every coming year
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
STOCKHOLM_BYTES = "\r\n".join([*STOCKHOLM.splitlines(), ""]).encode()
CALENDAR_CONTENT_TYPE = "text/calendar; charset=utf-8; method={}"
EVENT_BEGIN = b"BEGIN:VEVENT\r\n"


def calendar_for(
    meeting: Meeting,
    invitee: Invitee | None = None,
    *,
    cancelled: bool = False,
    by_letter: bool = False,
    accepted: bool = False,
    tentative: bool = False,
) -> bytes:
    """Return a calendar with one event, whose UID is the same for this person through every change.

    The sequence number tells a calendar which file is newest. `cancelled` removes the event: METHOD:CANCEL with a
    sequence one step higher than what was sent before. `by_letter` asks the person's own calendar for an answer, when
    one can be received; `accepted` says that they have already said yes. `tentative` marks the event as one that the
    invitation to is still to come. The organizer stands in each of them: without one, calendars do not know whose
    event a file changes or removes (RFC 5546).
    """
    off = cancelled or meeting.cancelled
    asked = invitee if by_letter and (off or can_answer_by_calendar(invitee)) and settings.MAILBOX else None
    people = {"ORGANIZER": organizer()} | (attendee(asked, accepted=accepted) if asked else {})
    calendar = Calendar(VERSION="2.0", PRODID="-//Region Stockholm//Dialogportalen//SV", CALSCALE="GREGORIAN")
    calendar["METHOD"] = calendar_method(invitee, cancelled=off, by_letter=asked is not None)
    calendar.add_component(calendar_event(meeting, invitee, off, people, tentative=tentative))
    return add_time_zone(calendar.to_ical(sorted=False))


def add_time_zone(calendar: bytes) -> bytes:
    """Return the calendar with STOCKHOLM before its event, byte for byte.

    The library would write the parts of RRULE in another order, and need as much time for it as for all the rest.
    """
    before, begin, after = calendar.partition(EVENT_BEGIN)
    return before + STOCKHOLM_BYTES + begin + after


def can_answer_by_calendar(invitee: Invitee | None) -> bool:
    """Return whether the portal reads a mailbox, and an answer from this person's calendar would count."""
    return bool(settings.MAILBOX) and not (invitee and invitee.calendar_closed)


def calendar_method(invitee: Invitee | None = None, *, cancelled: bool, by_letter: bool = True) -> str:
    """Return the METHOD of a letter's calendar part: what it asks of the reader's calendar."""
    if cancelled:
        return "CANCEL"
    return "REQUEST" if by_letter and can_answer_by_calendar(invitee) else "PUBLISH"


def organizer() -> vCalAddress:
    """Return the organizer, who is the same whether answers are read or not."""
    return calendar_address(settings.MAIL_REPLY_TO, CN=settings.MAIL_FROM_NAME)


def attendee(invitee: Invitee, *, accepted: bool) -> dict[str, vCalAddress]:
    """Return the one person who is asked; other people's names are left out."""
    status, rsvp = ("ACCEPTED", "FALSE") if accepted else ("NEEDS-ACTION", "TRUE")
    asked = {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": status, "RSVP": rsvp}
    return {"ATTENDEE": calendar_address(invitee.email, **asked, CN=invitee.name_in_letters)}


def calendar_address(address: str, *, CN: str, **parameters: str) -> vCalAddress:  # noqa: N803 the name RFC 5545 gives it
    """Return an address as a mailto: URL, with unusual characters percent-encoded.

    Quotation marks in a name become apostrophes: the library would write them by RFC 6868, which few programs read.
    """
    url = quote(machine_address(address), safe="@+!#$&'*/=?^`{|}~")
    return vCalAddress(
        f"mailto:{url}", params={**parameters, "CN": replace_hidden_characters(CN).replace('"', "'")}
    )


def calendar_event(
    meeting: Meeting, invitee: Invitee | None, off: bool, people: dict[str, vCalAddress], *, tentative: bool
) -> Event:
    """Return the event; its properties are written in the order in which they are added."""
    found = Event(UID=TypedText(event_uid(meeting, invitee)))
    found.add("SEQUENCE", meeting.sequence + (1 if off and not meeting.cancelled else 0))
    found.add("DTSTAMP", timezone.now())
    found.add("DTSTART", timezone.localtime(meeting.starts_at))
    found.add("DTEND", timezone.localtime(meeting.ends_at))
    found.update(people)
    found["SUMMARY"] = TypedText(summary_prefix(meeting, off, tentative) + meeting.title)
    found["LOCATION"] = TypedText(meeting.where)
    found["DESCRIPTION"] = TypedText(event_description(meeting, off))
    found["STATUS"] = "CANCELLED" if off else "TENTATIVE" if tentative else "CONFIRMED"
    found["TRANSP"] = "TRANSPARENT" if off else "OPAQUE"
    found["CLASS"] = "PUBLIC"
    return found


def summary_prefix(meeting: Meeting, off: bool, tentative: bool) -> str:
    """Return what stands before the event's title: a meeting goes on although one person need not come."""
    if not off:
        return "Boka dagen: " if tentative else ""
    return "Inställt: " if meeting.cancelled else "Gäller inte dig längre: "


def event_uid(meeting: Meeting, invitee: Invitee | None) -> str:
    """Return the event's permanent name. Each person has their own event, so that a cancellation reaches only them.

    The name cannot be guessed. Its secret is stored and not derived from a key: a new key would change the name, and
    calendars that have the event could never be updated.
    """
    name = f"{meeting.uid}.{invitee.pk}.{invitee.calendar_secret}" if invitee else meeting.uid
    return f"{name}@dialogportalen"


def event_description(meeting: Meeting, off: bool) -> str:
    """Return the event's description in Swedish."""
    if off:
        return "Gäller inte längre. Mer står i brevet från kulturförvaltningen, Region Stockholm."
    online = f"Anslut till mötet: {meeting.online}\n" if meeting.online else ""
    return (
        f"{online}Kulturförvaltningen, Region Stockholm, bjuder in. Länken till ditt svar finns i inbjudan."
    )


class TypedText(vText):
    """A text that somebody typed: line breaks are kept, other control characters become blanks.

    The library alone would also turn a typed backslash before a capital N into a line break.
    """

    def to_ical(self) -> bytes:
        """Return the text as RFC 5545 writes it."""
        lines = self.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        typed = "\n".join(replace_hidden_characters(line) for line in lines)
        return b"\\\\N".join(vText(piece).to_ical() for piece in typed.split(r"\N"))


def replace_hidden_characters(line: str) -> str:
    """Return the line with a blank for each character that is invisible or may be taken for a line break."""
    return "".join(" " if is_hidden_character(char) else char for char in line)


def is_hidden_character(char: str) -> bool:
    """Return whether a character is invisible or may be taken for a line break."""
    return char in LINE_BREAKS or unicodedata.category(char) in {"Cc", "Cs", "Cf"}
