"""What comes to the mailbox, one shape for each line: its name, what it is, and how it is written."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta

from tests.outbox.inbox.world import WINDOWS_ZONE, Inbox, stamp, wall_clock

Shape = tuple[str, str, Callable[[Inbox], bytes]]


def forged(world: Inbox) -> bytes:
    address = world.letter.envelope_from
    return world.failed(to=address.replace(address[-30:-20], "0000000000"))


def exchange_report(world: Inbox) -> bytes:
    fields = """Final-Recipient: rfc822;asa.oberg@haninge.example
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient
 asa.oberg@haninge.example not found by SMTP address lookup
X-Display-Name: =?utf-8?Q?=C3=85sa?="""
    return world.report(fields, subject="Undeliverable: Inbjudan", head="Auto-Submitted: auto-replied\n")


def gmail_report(world: Inbox) -> bytes:
    fields = """Final-Recipient: rfc822; asa.oberg@haninge.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; gmail-smtp-in.l.google.example. (2a00:1450::1b, the server for the domain.)
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.
 Please try 550-5.1.1 double-checking
Last-Attempt-Date: Mon, 01 Feb 2027 01:00:00 -0800 (PST)"""
    return world.report(fields, subject="Delivery Status Notification (Failure)")


def windows_zone(world: Inbox) -> dict[str, str]:
    when = wall_clock(world.meeting.starts_at)
    return {
        "zone": WINDOWS_ZONE,
        "start": f"DTSTART;TZID=W. Europe Standard Time:{when}",
        "product": "Microsoft Exchange Server 2010",
    }


def folded_by_outlook(world: Inbox) -> bytes:
    """Long lines broken by the octet, also inside the UID."""
    calendar = world.calendar()
    long = f"UID:{calendar.split('UID:')[1].split(chr(13))[0]}"
    return world.envelope(
        calendar.replace(long, f"{long[:30]}\r\n {long[30:]}"),
        sender=world.invitee.email,
        head="",
        kind="text/calendar; method=REPLY",
        alone=False,
    )


def in_base64(world: Inbox) -> bytes:
    data = base64.encodebytes(world.calendar("DECLINED").encode()).decode()
    head = "Content-Type: text/calendar; charset=utf-8; method=REPLY\nContent-Transfer-Encoding: base64\n"
    letter = world.plain("").partition(b"MIME-Version")[0]
    return letter + (head + "MIME-Version: 1.0\n\n" + data).replace("\n", "\r\n").encode()


def from_secretary(world: Inbox) -> bytes:
    attendee = f'ATTENDEE;PARTSTAT=ACCEPTED;SENT-BY="mailto:sekr@haninge.example":MAILTO:{world.invitee.email.upper()}'
    return world.reply(attendee=attendee, sender="Sekreterare <sekr@haninge.example>")


def forwarded_inside(world: Inbox) -> bytes:
    """Somebody forwards the whole answer as a letter in a letter: what is inside was not sent to us."""
    inner = world.reply()
    head = world.plain("").partition(b"MIME-Version")[0]
    body = b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="f"\r\n\r\n--f\r\n'
    return head + body + b"Content-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--f--\r\n"


def no_method_in_calendar(world: Inbox) -> bytes:
    calendar = world.calendar("DECLINED").replace("METHOD:REPLY\r\n", "")
    return world.envelope(
        calendar, sender=world.invitee.email, head="", kind="text/calendar; method=REPLY", alone=True
    )


def latin_1(world: Inbox) -> bytes:
    calendar = world.calendar(more="COMMENT:Jag är sen")
    raw = world.envelope(
        calendar,
        sender=world.invitee.email,
        head="",
        kind="text/calendar; charset=iso-8859-1; method=REPLY",
        alone=True,
    )
    return raw.decode().encode("latin-1")


SHAPES: list[Shape] = [
    # delivery reports
    ("postfix says no such user", "bounced", lambda w: w.failed()),
    ("exchange says not found", "bounced", exchange_report),
    ("gmail says no account", "bounced", gmail_report),
    ("mailbox is full for good", "bounced", lambda w: w.failed("5.2.2", "smtp; 552 5.2.2 over quota")),
    ("policy refuses", "bounced", lambda w: w.failed("5.7.1", "smtp; 550 5.7.1 blocked")),
    (
        "given up after five days",
        "bounced",
        lambda w: w.failed("4.4.7", "smtp; 451 4.4.7 delivery time expired"),
    ),
    (
        "status only in the words",
        "bounced",
        lambda w: w.report("Final-Recipient: rfc822; a@b.example\nDiagnostic-Code: smtp; 550 5.1.1 no"),
    ),
    ("international report", "bounced", lambda w: w.failed(kind="message/global-delivery-status")),
    ("address in capitals", "bounced", lambda w: w.failed(to=w.letter.envelope_from.upper())),
    (
        "delivered to another header",
        "bounced",
        lambda w: w.failed(to="postmaster@region.example", head=f"X-Original-To: {w.letter.envelope_from}\n"),
    ),
    ("delayed", "delayed", lambda w: w.delayed()),
    (
        "delayed without an action",
        "delayed",
        lambda w: w.report("Final-Recipient: rfc822; a@b.example\nStatus: 4.2.2"),
    ),
    (
        "delivered",
        "report",
        lambda w: w.report("Final-Recipient: rfc822; a@b.example\nAction: delivered\nStatus: 2.0.0"),
    ),
    (
        "relayed",
        "report",
        lambda w: w.report("Final-Recipient: rfc822; a@b.example\nAction: relayed\nStatus: 2.0.0"),
    ),
    ("forged proof", "forged", forged),
    (
        "forged for another letter",
        "forged",
        lambda w: w.failed(to=f"studs+{'0' * 32}{w.letter.envelope_from[38:]}"),
    ),
    ("report about a person's own letter", "people", lambda w: w.failed(to="dialog@region.example")),
    # machines
    (
        "vacation by the standard",
        "automatic",
        lambda w: w.plain("Subject: Borta\nAuto-Submitted: auto-replied (vacation)\n"),
    ),
    (
        "vacation to the return address",
        "automatic",
        lambda w: w.plain("Auto-Submitted: auto-replied\n", to=w.letter.envelope_from),
    ),
    (
        "exchange out of office",
        "automatic",
        lambda w: w.plain("Subject: Automatiskt svar: Inbjudan\nAuto-Submitted: auto-generated\n"),
    ),
    ("old autoreply", "automatic", lambda w: w.plain("X-Autoreply: yes\n")),
    ("precedence", "automatic", lambda w: w.plain("Precedence: auto_reply\n")),
    ("unmarked absence", "automatic", lambda w: w.plain("Subject: =?utf-8?Q?Fr=C3=A5nvaro?=: semester\n")),
    # calendars
    ("outlook accepts", "answer:counted", lambda w: w.reply()),
    ("exchange accepts in its own zone", "answer:counted", lambda w: w.reply(**windows_zone(w))),
    ("exchange without a sequence", "answer:counted", lambda w: w.reply(sequence="", **windows_zone(w))),
    (
        "gmail declines",
        "answer:counted",
        lambda w: w.reply(
            "DECLINED",
            product="-//Google Inc//Google Calendar 70.9054//EN",
            head="Auto-Submitted: auto-generated\nSender: Calendar <no-reply@google.example>\n",
        ),
    ),
    ("outlook.com accepts without an organizer", "answer:counted", lambda w: w.reply(organizer="")),
    ("the calendar alone", "answer:counted", lambda w: w.reply(alone=True)),
    ("base64", "answer:counted", in_base64),
    ("folded lines", "answer:counted", folded_by_outlook),
    ("method in the head only", "answer:counted", no_method_in_calendar),
    ("latin-1 with a comment", "answer:counted", latin_1),
    ("the secretary answers", "answer:counted", from_secretary),
    (
        "another address of the same person",
        "answer:counted",
        lambda w: w.reply(attendee="ATTENDEE;PARTSTAT=ACCEPTED:mailto:asa@alias.example"),
    ),
    (
        "exchange's inner name",
        "answer:counted",
        lambda w: w.reply(attendee=f"ATTENDEE;PARTSTAT=ACCEPTED;EMAIL={w.invitee.email}:invalid:nomail"),
    ),
    ("tentative", "answer:tentative", lambda w: w.reply("TENTATIVE")),
    ("a machine accepts", "answer:tentative", lambda w: w.reply(head="Auto-Submitted: auto-replied\n")),
    (
        "another time is proposed",
        "answer:counter",
        lambda w: w.reply("TENTATIVE", method="COUNTER", more="COMMENT:Kan vi ta det på fredag?"),
    ),
    ("an earlier time is accepted", "answer:stale", lambda w: w.reply(sequence="SEQUENCE:1")),
    (
        "an earlier time without a sequence",
        "answer:stale",
        lambda w: w.reply(sequence="", start="DTSTART;TZID=Europe/Stockholm:20270201T100000"),
    ),
    ("a stranger answers for them", "answer:alias", lambda w: w.reply(sender="x@elsewhere.example")),
    (
        "a stranger answers for themselves",
        "answer:alias",
        lambda w: w.reply(
            sender="x@elsewhere.example", attendee="ATTENDEE;PARTSTAT=ACCEPTED:mailto:x@elsewhere.example"
        ),
    ),
    # for people
    ("a question", "people", lambda w: w.plain("Subject: Fråga\n", "Får jag ta med min hund?")),
    ("somebody else's invitation", "people", lambda w: w.reply(uid="040000008200E00074C5B7101A82E008")),
    ("a meeting that is not there", "people", lambda w: w.reply(uid="finns-inte.99999@dialogportalen")),
    ("a request to us", "people", lambda w: w.reply(method="REQUEST")),
    ("an answer inside a forwarded letter", "people", forwarded_inside),
    (
        "a calendar that is none",
        "people",
        lambda w: w.envelope(
            "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nUID:x",
            sender="a@b.example",
            head="",
            kind="text/calendar",
            alone=True,
        ),
    ),
    ("an old answer long delayed", "answer:counted", lambda w: w.reply(stamp=stamp(timedelta(days=2)))),
]
