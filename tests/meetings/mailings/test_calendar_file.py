"""The calendar file: one event with a stable name, right on both sides of the clock changes, and deaf to injection."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar, vText
from icalendar.prop import vUnknown

from meetings.mailings.calendar_file import STOCKHOLM as RULE
from meetings.mailings.calendar_file import TypedText, calendar_for, is_hidden_character
from meetings.models import MeetingState
from tests import factories

pytestmark = pytest.mark.django_db
STOCKHOLM = ZoneInfo("Europe/Stockholm")
NAMES = [
    "BEGIN:VCALENDAR", "VERSION", "PRODID", "CALSCALE", "METHOD", "BEGIN:VTIMEZONE", "TZID", "BEGIN:DAYLIGHT",
    "TZNAME", "TZOFFSETFROM", "TZOFFSETTO", "DTSTART", "RRULE", "END:DAYLIGHT", "BEGIN:STANDARD", "TZNAME",
    "TZOFFSETFROM", "TZOFFSETTO", "DTSTART", "RRULE", "END:STANDARD", "END:VTIMEZONE", "BEGIN:VEVENT", "UID",
    "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "ORGANIZER", "SUMMARY", "LOCATION", "DESCRIPTION", "STATUS", "TRANSP",
    "CLASS", "END:VEVENT", "END:VCALENDAR",
]  # fmt: skip
BREAKS = ["\r\n", "\n", "\r", "\r\r\n", "\u2028", "\u2029", "\u0085", "\x0b", "\x0c", "\x1c", "\n ", "\r\n\t"]
SMUGGLED = [
    "ATTENDEE:mailto:x@elsewhere.example",
    "END:VEVENT{}BEGIN:VEVENT{}UID:2",
    "X-ALT-DESC;FMTTYPE=text/html:<script>",
    "BEGIN:VALARM{}ACTION:EMAIL",
    "METHOD:REQUEST",
]
PAYLOADS = [f"Möte{brk}{line.format(brk, brk)}" for line in SMUGGLED for brk in BREAKS]


def properties(data: bytes) -> list[tuple[str, str]]:
    """A second opinion: unfold and split as RFC 5545 says, accepting CRLF, a lone LF and a lone CR as ends of lines."""
    text = data.decode().replace("\r\n ", "").replace("\r\n\t", "")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found = []
    for line in filter(None, lines):
        name, _, value = line.partition(":")
        found.append((name.partition(";")[0], value))
    return found


def shape(data: bytes) -> list[str]:
    return [f"{name}:{value}" if name in {"BEGIN", "END"} else name for name, value in properties(data)]


def event(data: bytes):
    [found] = Calendar.from_ical(data).walk("VEVENT")
    return found


def test_an_event_says_what_when_and_where():
    start = datetime(2019, 1, 31, 15, tzinfo=STOCKHOLM)
    meeting = factories.meeting(
        title="Dialogmöte, centrumbildningar; 2019",
        starts_at=start,
        ends_at=start + timedelta(hours=3),
        reply_by=start,
    )
    data = calendar_for(meeting)
    found = event(data)
    assert found["SUMMARY"] == "Dialogmöte, centrumbildningar; 2019"
    assert found["LOCATION"] == "Usine konferens, Fatburen, Södermalmsallén 36, Stockholm"
    assert (found.start, found.end) == (start, start + timedelta(hours=3))
    assert b"DTSTART;TZID=Europe/Stockholm:20190131T150000\r\n" in data
    assert shape(data) == NAMES


def test_the_name_is_stable_per_person_and_the_sequence_follows_the_meeting():
    meeting = factories.meeting()
    one, two = (factories.invitee(factories.invitation(meeting)) for _ in range(2))
    before = event(calendar_for(meeting, one))
    meeting.sequence += 3
    after = event(calendar_for(meeting, one))
    assert before["UID"] == after["UID"] != event(calendar_for(meeting, two))["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 3)


def test_published_and_cancelled_differ_in_method_and_status():
    meeting = factories.meeting()
    assert Calendar.from_ical(calendar_for(meeting))["METHOD"] == "PUBLISH"
    assert event(calendar_for(meeting))["STATUS"] == "CONFIRMED"
    meeting.state = MeetingState.CANCELLED
    assert Calendar.from_ical(calendar_for(meeting))["METHOD"] == "CANCEL"
    assert event(calendar_for(meeting))["STATUS"] == "CANCELLED"


def test_a_seat_taken_back_is_cancelled_with_a_higher_sequence():
    meeting = factories.meeting(sequence=4)
    found = event(calendar_for(meeting, cancelled=True))
    assert (found["STATUS"], found["SEQUENCE"]) == ("CANCELLED", 5)


def test_the_personal_link_is_not_in_the_calendar():
    guest = factories.invitee(factories.invitation(factories.meeting()))
    assert b"/svar/" not in calendar_for(guest.meeting, guest)


@pytest.mark.parametrize(
    "day", ["2027-03-26", "2027-03-29", "2027-10-29", "2027-11-01", "2040-07-01", "2051-12-01"]
)
def test_the_wall_clock_is_kept_through_clock_changes(day):
    """The rule in the file itself is walked, not a library's own zone data."""
    start = datetime.fromisoformat(f"{day}T15:00").replace(tzinfo=STOCKHOLM)
    meeting = factories.meeting(starts_at=start, ends_at=start + timedelta(hours=1), reply_by=start)
    data = calendar_for(meeting)
    [zone] = Calendar.from_ical(data).walk("VTIMEZONE")
    assert f"{day.replace('-', '')}T150000".encode() in data
    assert zone.to_tz().utcoffset(start.replace(tzinfo=None)) == start.utcoffset()  # type: ignore[attr-defined]
    assert start.astimezone(UTC).hour in {13, 14}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_typed_becomes_a_property(payload):
    meeting = factories.meeting(title=payload[:160], venue=payload[:120], room=payload[:80], street=payload)
    meeting.online = f"https://meet.example/{payload}"
    data = calendar_for(meeting, factories.invitee(factories.invitation(meeting), name=payload[:120]))
    assert shape(data) == NAMES
    assert len(Calendar.from_ical(data).walk()) == len(
        Calendar.from_ical(calendar_for(factories.meeting())).walk()
    )
    assert b"\r" not in data.replace(b"\r\n", b"")
    assert b"\n" not in data.replace(b"\r\n", b"")


def test_control_without_escaping_a_break_becomes_a_property(monkeypatch):
    """A lone CR, since the library by itself stops at a line feed."""
    monkeypatch.setattr("meetings.mailings.calendar_file.TypedText", vUnknown)
    meeting = factories.meeting(title=f"Möte\r{SMUGGLED[0]}")
    assert shape(calendar_for(meeting)) != NAMES


def strange(data: bytes) -> set[str]:
    """The characters that some program may take for the end of a line, besides the ends of lines."""
    return {char for char in data.decode().replace("\r\n", "") if is_hidden_character(char)}


@pytest.mark.parametrize(
    "sign", ["\u2028", "\u2029", "\u0085", "\x0b", "\x1c", "\0", "\t", "\u202e", "\u200b"]
)
def test_signs_that_may_end_a_line_somewhere_become_blanks(settings, sign):
    settings.MAILBOX = {"host": "imap.region.example"}
    settings.MAIL_FROM_NAME = f"Åsa{sign}Öberg"
    guest = factories.invitee(factories.invitation(factories.meeting()))
    guest.meeting.title = f"a{sign}b"  # not saved, because PostgreSQL stores no NUL
    data = calendar_for(guest.meeting, guest, by_letter=True)
    assert (strange(data), event(data)["SUMMARY"]) == (set(), "a b")
    assert event(data)["ORGANIZER"].params["CN"] == "Åsa Öberg"


def test_control_the_library_alone_lets_them_stand(monkeypatch):
    monkeypatch.setattr("meetings.mailings.calendar_file.TypedText", vText)
    assert strange(calendar_for(factories.meeting(title="a\u2028b"))) == {"\u2028"}


def test_quotation_marks_in_a_name_write_no_parameter(settings):
    settings.MAILBOX = {"host": "imap.region.example"}
    settings.MAIL_FROM_NAME = 'Region";X-A="1:mailto:x@elsewhere.example'
    guest = factories.invitee(factories.invitation(factories.meeting()))
    who = event(calendar_for(guest.meeting, guest, by_letter=True))["ORGANIZER"]
    assert (who, set(who.params)) == (f"mailto:{settings.MAIL_REPLY_TO}", {"CN"})
    assert who.params["CN"] == "Region';X-A='1:mailto:x@elsewhere.example"


def test_the_rule_of_the_zone_stands_as_it_is_written():
    lines = "\r\n".join(RULE.splitlines()).encode()
    assert b"\r\n" + lines + b"\r\nBEGIN:VEVENT\r\n" in calendar_for(factories.meeting())


def test_there_are_sixty_payloads():
    assert len(set(PAYLOADS)) == 60


def test_long_lines_fold_at_75_octets_between_characters():
    title = "åäö🎭" * 60
    data = calendar_for(factories.meeting(title=title[:160], venue=title[160:]))
    lines = data.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert [line.decode() for line in lines if line.startswith(b"SUMMARY:")] != [f"SUMMARY:{title[:160]}"]
    assert event(data)["SUMMARY"] == title[:160]


@pytest.mark.parametrize("title", ["A\\n B; C, D\nE", "C:\\Nytt", "\\", "a\\\\Nb", "\\N\\n\\"])
def test_backslashes_and_breaks_come_back_as_they_were(title: str):
    meeting = factories.meeting(title=title)
    assert event(calendar_for(meeting))["SUMMARY"] == title
    assert TypedText("a\rb").to_ical() == TypedText("a\r\nb").to_ical() == b"a\\nb"


def test_control_the_library_alone_takes_a_typed_capital_for_a_line_break(monkeypatch):
    monkeypatch.setattr("meetings.mailings.calendar_file.TypedText", vText)
    assert event(calendar_for(factories.meeting(title="C:\\Nytt")))["SUMMARY"] == "C:\nytt"


@pytest.mark.parametrize("mailbox", [{}, {"host": "imap.region.example"}])
@pytest.mark.parametrize("cancelled", [False, True])
def test_who_arranges_stands_in_every_file_so_that_a_cancellation_finds_its_event(
    settings, mailbox, cancelled
):
    settings.MAILBOX = mailbox
    guest = factories.invitee(factories.invitation(factories.meeting()))
    for data in (
        calendar_for(guest.meeting, guest, cancelled=cancelled, by_letter=True),
        calendar_for(guest.meeting, cancelled=cancelled),
    ):
        assert event(data)["ORGANIZER"] == f"mailto:{settings.MAIL_REPLY_TO}"


def test_a_day_to_book_is_told_from_an_invitation_in_the_calendar():
    guest = factories.invitee(factories.invitation(factories.meeting(title="Dialogmöte")))
    booked, invited = (calendar_for(guest.meeting, guest, tentative=tentative) for tentative in (True, False))
    assert (event(booked)["STATUS"], event(booked)["SUMMARY"]) == ("TENTATIVE", "Boka dagen: Dialogmöte")
    assert (event(invited)["STATUS"], event(invited)["SUMMARY"]) == ("CONFIRMED", "Dialogmöte")
    assert event(booked)["UID"] == event(invited)["UID"]
