"""An invitation that has left, and letters as the world's mail programs answer it: written from the standards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from dialog_portal.outbox.models import Letter
from meetings.mailings.calendar_file import event_uid
from tests.world import World

numbers = count(1)
ME = "dialog@region.example"


def wall_clock(moment: datetime) -> str:
    """A moment as a calendar in Stockholm writes it."""
    return f"{timezone.localtime(moment):%Y%m%dT%H%M%S}"


class Inbox(World):
    """One invitation that has left, to one person, and the letters that can come back about it."""

    def __init__(self) -> None:
        guest = {"name": "Åsa Öberg", "email": "asa.oberg@haninge.example"}
        super().__init__(domain="haninge.example", guest=guest, sequence=2)
        self.invite()
        self.invitee = self.chief
        self.letter = Letter.objects.get()

    def fresh(self) -> Letter:
        return Letter.objects.get(pk=self.letter.pk)

    # --- Delivery reports ------------------------------------------------------------------------------------------

    def report(self, fields: str, **values: Any) -> bytes:
        """RFC 3464: words for people, then fields for machines, then what came back."""
        given = {
            "to": self.letter.envelope_from,
            "kind": "message/delivery-status",
            "subject": "Undelivered Mail Returned to Sender",
            "head": "",
            "general": "Reporting-MTA: dns; mx.haninge.example\nArrival-Date: Mon, 1 Feb 2027 10:00:00 +0100",
            "returned": "From: Kulturen <dialog@region.example>\nTo: asa.oberg@haninge.example\nSubject: Inbjudan\n",
            **values,
        }
        return lines(f"""Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.haninge.example>
To: {given["to"]}
Subject: {given["subject"]}
Message-ID: <dsn{next(numbers)}@mx.haninge.example>
{given["head"]}MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="g1"

This is a MIME-encapsulated message.

--g1
Content-Type: text/plain; charset=utf-8

I'm sorry to have to inform you that your message could not be delivered.

--g1
Content-Type: {given["kind"]}

{given["general"]}

{fields}
--g1
Content-Type: text/rfc822-headers

{given["returned"]}
--g1--
""")

    def failed(
        self, status: str = "5.1.1", words: str = "smtp; 550 5.1.1 User unknown", **values: Any
    ) -> bytes:
        fields = f"""Final-Recipient: rfc822; asa.oberg@haninge.example
Action: failed
Status: {status}
Diagnostic-Code: {words}
"""
        return self.report(fields, **values)

    def delayed(self, **values: Any) -> bytes:
        fields = """Final-Recipient: rfc822; asa.oberg@haninge.example
Action: delayed
Status: 4.4.1
Will-Retry-Until: Fri, 5 Feb 2027 10:00:00 +0100
"""
        return self.report(fields, **values)

    # --- Calendars -------------------------------------------------------------------------------------------------

    def calendar(self, partstat: str = "ACCEPTED", **values: Any) -> str:
        """The calendar part of an answer, with what the program at hand adds or leaves out."""
        given = {
            "method": "REPLY",
            "product": "-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN",
            "zone": "",
            "uid": event_uid(self.meeting, self.invitee),
            "attendee": f"ATTENDEE;PARTSTAT={partstat};CN=Åsa Öberg:mailto:{self.invitee.email}",
            "organizer": f"ORGANIZER;CN=Kulturen:mailto:{ME}",
            "sequence": f"SEQUENCE:{self.meeting.sequence}",
            "start": f"DTSTART;TZID=Europe/Stockholm:{wall_clock(self.meeting.starts_at)}",
            "stamp": f"DTSTAMP:{timezone.now().astimezone(UTC):%Y%m%dT%H%M%SZ}",
            "more": "",
            **values,
        }
        rows = [
            "BEGIN:VCALENDAR", f"PRODID:{given['product']}", "VERSION:2.0", f"METHOD:{given['method']}", given["zone"],
            "BEGIN:VEVENT", f"UID:{given['uid']}", given["attendee"], given["organizer"], given["sequence"],
            given["start"], given["stamp"], given["more"], "SUMMARY:Accepterat: Dialogmöte",
            "END:VEVENT", "END:VCALENDAR",
        ]  # fmt: skip
        return "".join(f"{row}\r\n" for row in rows if row)

    def reply(self, partstat: str = "ACCEPTED", **values: Any) -> bytes:
        """A whole letter with a calendar's answer in it."""
        given = {
            "sender": f"=?utf-8?Q?=C3=85sa_=C3=96berg?= <{self.invitee.email}>",
            "head": "",
            "kind": f'text/calendar; charset="utf-8"; method={values.get("method", "REPLY")}',
            "alone": False,
        }
        own = {name: values.pop(name) for name in list(values) if name in given}
        return self.envelope(self.calendar(partstat, **values), **{**given, **own})

    def envelope(self, calendar: str, *, sender: str, head: str, kind: str, alone: bool) -> bytes:
        top = f"""From: {sender}
To: Kulturen <{ME}>
Subject: Accepterat: =?utf-8?Q?Dialogm=C3=B6te?=
Message-ID: <svar{next(numbers)}@haninge.example>
{head}MIME-Version: 1.0
"""
        if alone:
            return lines(f"{top}Content-Type: {kind}\n\n") + calendar.encode()
        begin = f"""{top}Content-Type: multipart/alternative; boundary="b1"

--b1
Content-Type: text/plain; charset=utf-8

Jag kommer.

--b1
Content-Type: {kind}
Content-Transfer-Encoding: 8bit

"""
        return lines(begin) + calendar.encode() + b"\r\n--b1--\r\n"

    # --- Other letters ---------------------------------------------------------------------------------------------

    def plain(self, head: str, body: str = "Hej!", to: str = ME) -> bytes:
        return lines(f"""From: {self.invitee.email}
To: {to}
Message-ID: <brev{next(numbers)}@haninge.example>
{head}MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

{body}
""")


WINDOWS_ZONE = """BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE""".replace("\n", "\r\n")


def lines(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def stamp(ago: timedelta) -> str:
    moment: datetime = timezone.now() - ago
    return f"DTSTAMP:{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
