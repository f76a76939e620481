"""What a stranger can write to the mailbox: it holds nobody up, and changes nothing that others wrote."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection
from django.utils import timezone
from icalendar import Calendar
from icalendar.timezone import tzp

from dialog_portal.outbox import mime
from dialog_portal.outbox.inbox import incoming_letter, read_mailbox
from dialog_portal.outbox.inbox.incoming_letter import Mail, part_bytes
from dialog_portal.outbox.models import Incoming, Letter, State
from meetings import tasks
from meetings.invitations.actions.change_link import change_link
from meetings.mailings.calendar_file import calendar_for
from meetings.mailings.letters.compose import compose
from meetings.mailings.letters.recipients import MAILINGS
from meetings.models import Answer, CalendarReply, Channel, Invitee, Purpose, Reply
from meetings.replies import itip
from meetings.replies.actions.answer import store_answer
from tests import factories
from tests.outbox.inbox.shapes import windows_zone
from tests.outbox.inbox.world import WINDOWS_ZONE, Inbox, stamp, wall_clock
from tests.outbox.letters import bytes_of

STRANGER = "x@elsewhere.example"
ANY = "x.1@dialogportalen"  # what everybody can write
SECONDS = "DTSTART:19700101T000000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nRRULE:FREQ=SECONDLY\r\n"
RULE = f"BEGIN:STANDARD\r\n{SECONDS}END:STANDARD\r\n"
ENDLESS = f"BEGIN;X=Y:VTIMEZONE\r\nTZID:H3\r\n{RULE}{RULE}END:VTIMEZONE"
IN_ENDLESS = [
    "DTSTART;TZID=H3:20260101T100000",
    "RDATE;VALUE=PERIOD;TZID=H3:20260101T100000/20260102T100000Z",  # its ends are compared as it is read
    "DTSTAMP;TZID=H3:20260101T100000",
]
FILES = ["Europe", "America", "/etc/passwd", "../../../etc/passwd", "posix", "A" * 300, "."]


def kinds() -> list[str]:
    return [str(kind) for kind in Incoming.objects.values_list("kind", flat=True)]


def everything_behind_it_is_read(world: Inbox, imap, raw: bytes) -> str:
    """What a letter was taken for, when an answer and a bounce lie behind it."""
    for one in (raw, world.reply(), world.failed()):
        imap.deliver(one)
    before = time.process_time()
    tasks.read_mailbox()
    assert time.process_time() - before < 2
    assert (Reply.objects.count(), world.fresh().state, kinds()[1:]) == (
        1,
        State.BOUNCED,
        ["answer", "bounced"],
    )
    return kinds()[0]


# --- Time zones ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", IN_ENDLESS)
def test_a_zone_that_changes_every_second_since_1970_costs_nothing(world: Inbox, imap, line: str):
    raw = world.reply(zone=ENDLESS, more=line, uid=ANY, sender=STRANGER, start="")
    assert everything_behind_it_is_read(world, imap, raw) == "people"


@pytest.mark.parametrize("line", IN_ENDLESS[:1])
def test_control_whoever_reads_the_whole_calendar_follows_the_zone(world: Inbox, monkeypatch, line: str):
    followed: list[object] = []

    def find(_self: object, moment: object) -> None:
        followed.append(moment)
        raise OverflowError

    monkeypatch.setattr("dateutil.tz.tz._tzicalvtz._find_comp", find)
    written = world.calendar(zone=ENDLESS, more=line, start="")
    try:
        for event in Calendar.from_ical(written).walk("VEVENT"):
            event.decoded("DTSTART").utcoffset()
    except (OverflowError, KeyError):
        pass
    finally:
        tzp.use_default()
    assert followed
    itip.answer_in_calendar(written, "REPLY")
    assert len(followed) == 1


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("line", ["DTSTART", "DTEND", "DTSTAMP", "EXDATE", "RECURRENCE-ID"])
def test_a_zone_that_names_a_file_is_only_an_unknown_zone(world: Inbox, name: str, line: str):
    raw = world.reply(more=f"{line};TZID={name}:20260101T100000", start="", stamp="")
    said = itip.find_answer(Mail(raw))
    assert said is not None
    assert (said.start is not None, said.stamped is not None) == (line == "DTSTART", line == "DTSTAMP")


def test_a_zone_that_names_a_folder_stops_no_letter_behind_it(world: Inbox, imap):
    raw = world.reply(start="DTSTART;TZID=Europe:20260101T100000", uid=ANY, sender=STRANGER)
    assert everything_behind_it_is_read(world, imap, raw) == "people"


@pytest.mark.parametrize("fault", [IsADirectoryError, PermissionError])
def test_a_file_that_cannot_be_opened_is_one_letters_fault(world: Inbox, imap, fault: type[OSError]):
    def hear(mail: Mail) -> None:
        if b"bryt" in mail.raw:
            raise fault

    for raw in (world.plain("Subject: bryt\n"), world.failed()):
        imap.deliver(raw)
    read_mailbox.read_new_letters([hear])
    assert kinds() == ["unreadable", "bounced"]


def test_control_taken_for_the_servers_fault_it_stops_the_mailbox(world: Inbox, imap, monkeypatch):
    def hear(mail: Mail) -> None:
        raise IsADirectoryError

    monkeypatch.setattr(read_mailbox, "ONE_LETTERS_FAULT", (ValueError,))
    for raw in (world.plain("Subject: bryt\n"), world.failed()):
        imap.deliver(raw)
    read_mailbox.read_new_letters([hear])
    assert (kinds(), world.fresh().state) == ([], State.ACCEPTED)


EVIL_ZONE = WINDOWS_ZONE.replace("TZOFFSETTO:+0100", "TZOFFSETTO:+0500").replace(
    "TZOFFSETTO:+0200", "TZOFFSETTO:+0500"
)


def test_a_letter_cannot_say_what_a_zone_means_in_others_letters(world: Inbox, imap):
    evil = {**windows_zone(world), "zone": EVIL_ZONE, "uid": ANY}
    imap.deliver(world.reply(**evil, sender=STRANGER))
    imap.deliver(world.reply(**{**windows_zone(world), "sequence": ""}))
    tasks.read_mailbox()
    assert [row.outcome for row in CalendarReply.objects.all()] == ["counted"]


def test_control_a_library_that_remembers_zones_believes_the_first_letter(world: Inbox):
    name = "Distriktets tid"
    lines = {"start": f"DTSTART;TZID={name}:{wall_clock(world.meeting.starts_at)}"}
    offsets = set()
    try:
        for zone in (EVIL_ZONE, WINDOWS_ZONE):
            written = world.calendar(**lines, zone=zone.replace("W. Europe Standard Time", name))
            [event] = Calendar.from_ical(written).walk("VEVENT")
            offsets.add(event.decoded("DTSTART").utcoffset())
    finally:
        tzp.use_default()
    assert offsets == {timedelta(hours=5)}


@pytest.mark.parametrize(
    ("name", "hour"),
    [
        ("", 9),
        ("W. Europe Standard Time", 9),
        ("Europe/Helsinki", 8),
        ("FLE Standard Time", 8),
        ("/freeassociation.sourceforge.net/Europe/Helsinki", 8),
        ("/citadel.org/20210210_1/America/Argentina/Buenos_Aires", 13),
        ("(UTC+01:00) Amsterdam, Berlin, Bern, Rom, Stockholm, Wien", 9),
    ],
)
def test_zones_are_known_by_the_names_that_programs_write(name: str, hour: int):
    event = itip.CalendarEvent([itip.CalendarLine("DTSTART", "20270201T100000", zone=name)])
    found = itip.event_time(event, "DTSTART")
    assert found is not None
    assert found.hour == hour


@pytest.mark.parametrize("value", ["20270201", "20270201T100000Z", " 20270201T100000 "])
def test_moments_are_read_as_dates_and_in_utc(value: str):
    assert itip.event_time(itip.CalendarEvent([itip.CalendarLine("DTSTART", value)]), "DTSTART") is not None


@pytest.mark.parametrize(
    "value", ["", "20270231T100000", "00010101T000000", "2027-02-01", "20270201T100000/PT1H", "٢٠٢٧0201"]
)
def test_what_is_no_moment_is_none(value: str):
    assert itip.event_time(itip.CalendarEvent([itip.CalendarLine("DTSTART", value)]), "DTSTART") is None


# --- What is read ----------------------------------------------------------------------------------------------------


def test_an_alarm_says_nothing_about_its_event(world: Inbox):
    alarm = "BEGIN:VALARM\r\nUID:x.1@dialogportalen\r\nCOMMENT:Larm\r\nEND:VALARM"
    said = itip.find_answer(Mail(world.reply(more=alarm)))
    assert said is not None
    assert (said.invitee, said.comment) == (world.invitee.pk, "")


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("END:VEVENT", ""),
        lambda text: text.replace("END:VCALENDAR", ""),
        lambda text: text.replace("BEGIN:VCALENDAR", ""),
        lambda text: text.replace("BEGIN:VEVENT", "BEGIN:VTODO").replace("END:VEVENT", "END:VTODO"),
        lambda text: "END:VCALENDAR\r\n" * 50 + "METHOD:REPLY",
        lambda text: text.replace("UID:", "UID;"),
    ],
)
def test_a_calendar_that_is_not_whole_is_none(world: Inbox, damage: Callable[[str], str]):
    assert itip.answer_in_calendar(damage(world.calendar()), "REPLY") is None


def test_a_line_that_is_no_property_is_passed_over(world: Inbox):
    broken = 'DTSTART;TZID=a\0b:20260101T100000\r\nCOMMENT;X="\r\nATTENDEE;;=:\r\nCOMMENT\r\nDTSTART;TZID:\r\n:\r\n;'
    assert itip.find_answer(Mail(world.reply(more=broken))) is not None


# --- Time ------------------------------------------------------------------------------------------------------------


def with_long_header(size: int) -> bytes:
    kind = b'Content-Type: text/calendar; a="' + b';"' * (size // 2)
    return b"From: a@b.example\r\nMessage-ID: <x@b.example>\r\n" + kind + b"\r\n\r\n1.2@dialogportalen"


def test_a_header_as_long_as_a_book_is_left_for_people(world: Inbox, imap):
    assert everything_behind_it_is_read(world, imap, with_long_header(500_000)) == "unreadable"


def test_the_limit_holds_for_parts_and_folded_headers_too():
    inner = b"--x\r\nContent-Type: text/calendar;\r\n" + b' a=";"\r\n' * 3000 + b"\r\n\r\n--x--\r\n"
    with pytest.raises(incoming_letter.PARSE_ERRORS):
        Mail(b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + inner)
    assert Mail(b"To: " + b"asa.oberg@haninge.example,\r\n " * 500 + b"\r\n\r\n").recipients


def test_control_without_the_limit_the_book_is_read(monkeypatch):
    monkeypatch.setattr(incoming_letter, "MAX_HEADER_LENGTH", 10**9)
    assert Mail(with_long_header(40_000)).message.get_content_type() == "text/calendar"


def test_a_letter_is_read_before_anything_is_locked_and_acted_on_after(world: Inbox, imap):
    depth: dict[str, int] = {}

    def hear(_mail: Mail) -> Callable[[], str]:
        depth["reads"] = len(connection.savepoint_ids)

        def act() -> str:
            depth["acts"] = len(connection.savepoint_ids)
            return "tagen"

        return act

    imap.deliver(world.plain("Subject: Fråga\n"))
    read_mailbox.read_new_letters([hear])
    assert (kinds(), depth["acts"] - depth["reads"]) == (["answer"], 1)


def test_a_visit_whose_time_is_up_ends_and_its_letter_is_read_again(world: Inbox, imap):
    def hear(_mail: Mail) -> None:
        raise SoftTimeLimitExceeded

    imap.deliver(world.plain("Subject: Fråga\n"))
    with pytest.raises(SoftTimeLimitExceeded):
        read_mailbox.read_new_letters([hear])
    assert kinds() == []
    assert (tasks.read_mailbox.soft_time_limit, tasks.read_mailbox.time_limit) == (240, 300)


# --- Events in the wrong hands ---------------------------------------------------------------------------------------


def part_of(row: Letter) -> tuple[str, bool]:
    """What the calendar in a letter is for, and whether it asks the reader's calendar for an answer."""
    [part] = [
        one for one in mime.parse_message(bytes_of(row)).walk() if one.get_content_type() == "text/calendar"
    ][:1]
    written = part_bytes(part).decode()
    method = str(part.get_param("method"))
    assert f"METHOD:{method}\r\n" in written
    return method, "ATTENDEE" in written


def test_whose_link_was_changed_is_asked_by_link_and_not_by_calendar(world: Inbox, imap):
    """What a calendar would answer does not count, so none is asked."""
    change_link(world.invitee, tell=False, by=factories.user())
    store_answer(world.invitee, Answer.YES, channel=Channel.PHONE)
    assert part_of(Letter.objects.get(purpose="receipt")) == ("PUBLISH", False)
    again = compose(MAILINGS[Purpose.UPDATE], world.meeting, Invitee.objects.get(pk=world.invitee.pk))
    assert (again.calendar_method, b"RSVP" in (again.calendar or b"")) == ("PUBLISH", False)


def test_control_whose_link_is_their_own_is_asked_by_calendar(world: Inbox, imap):
    store_answer(world.invitee, Answer.YES, channel=Channel.PHONE)
    assert part_of(Letter.objects.get(purpose="receipt")) == ("REQUEST", True)


def test_a_cancellation_reaches_also_a_calendar_that_is_not_asked(world: Inbox, imap):
    change_link(world.invitee, tell=False, by=factories.user())
    off = calendar_for(world.meeting, Invitee.objects.get(), cancelled=True, by_letter=True)
    assert (b"METHOD:CANCEL" in off, b"ATTENDEE" in off) == (True, True)


def test_words_from_an_event_in_the_wrong_hands_are_not_kept(world: Inbox, imap):
    change_link(world.invitee, tell=False, by=factories.user())
    imap.deliver(world.reply("DECLINED", more="COMMENT:Mötet är flyttat"))
    tasks.read_mailbox()
    assert [(row.outcome, row.comment) for row in CalendarReply.objects.all()] == [("refused", "")]


# --- Words and copies ------------------------------------------------------------------------------------------------


def test_a_fellow_guest_puts_no_words_before_staff_and_the_letter_stays_for_people(world: Inbox, imap):
    """The meeting's name stands in every guest's own event, and numbers can be guessed."""
    for secret in ("", f".{'0' * 16}"):
        name = f"{world.meeting.uid}.{world.invitee.pk}{secret}@dialogportalen"
        imap.deliver(world.reply(uid=name, sender=STRANGER, more="COMMENT:Mötet är flyttat"))
    tasks.read_mailbox()
    assert kinds() == ["people", "people"]
    assert [(row.outcome, row.comment) for row in CalendarReply.objects.all()] == [("stranger", "")] * 2
    assert len(imap.inbox) == 2


def test_control_who_has_the_event_is_heard(world: Inbox, imap):
    imap.deliver(world.reply(sender=STRANGER, more="COMMENT:Hej"))
    tasks.read_mailbox()
    row = CalendarReply.objects.get()
    assert (kinds(), row.outcome, row.comment) == (["answer"], "alias", "Hej")


def a_copy_after_a_no(world: Inbox, imap) -> list[str]:
    """A calendar whose clock is a minute ahead says yes, the person says no, and the letter comes once more."""
    begun = timezone.now()
    ahead = stamp(timedelta(minutes=-1))
    with time_machine.travel(begun + timedelta(minutes=2), tick=False):
        imap.deliver(world.reply(stamp=ahead))
        tasks.read_mailbox()
    with time_machine.travel(begun + timedelta(seconds=30), tick=False):
        store_answer(world.invitee, Answer.NO, channel=Channel.PHONE)
    with time_machine.travel(begun + timedelta(minutes=4), tick=False):
        imap.deliver(world.reply(stamp=ahead))
        tasks.read_mailbox()
    return [str(row.outcome) for row in CalendarReply.objects.all()]


def test_a_copy_of_an_answer_counts_no_more(world: Inbox, imap):
    assert a_copy_after_a_no(world, imap) == ["counted", "overtaken"]
    assert Reply.objects.latest("pk").answer == Answer.NO
    assert "redan räknat" in CalendarReply.objects.latest("pk").why


def test_another_answer_from_the_same_moment_is_no_copy(world: Inbox, imap):
    """Some programs only repeat the moment of the invitation."""
    same = stamp(timedelta(hours=1))
    for partstat in ("ACCEPTED", "DECLINED"):
        imap.deliver(world.reply(partstat, stamp=same))
    tasks.read_mailbox()
    assert [row.outcome for row in CalendarReply.objects.all()] == ["counted", "counted"]
