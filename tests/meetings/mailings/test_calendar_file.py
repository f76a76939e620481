"""The calendar file: one event with a stable name, right on both sides of the clock changes, and deaf to injection."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from meetings.mailings.calendar_file import calendar_for, escaped, folded
from meetings.models import MeetingState
from tests import factories

pytestmark = pytest.mark.django_db
STOCKHOLM = ZoneInfo("Europe/Stockholm")
NAMES = [
    "BEGIN:VCALENDAR", "VERSION", "PRODID", "CALSCALE", "METHOD", "BEGIN:VTIMEZONE", "TZID", "BEGIN:DAYLIGHT",
    "TZNAME", "TZOFFSETFROM", "TZOFFSETTO", "DTSTART", "RRULE", "END:DAYLIGHT", "BEGIN:STANDARD", "TZNAME",
    "TZOFFSETFROM", "TZOFFSETTO", "DTSTART", "RRULE", "END:STANDARD", "END:VTIMEZONE", "BEGIN:VEVENT", "UID",
    "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "LOCATION", "DESCRIPTION", "STATUS", "TRANSP", "CLASS",
    "END:VEVENT", "END:VCALENDAR",
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
    assert found["LOCATION"] == "Usine konferens, Fatburen, Södermalmsallén 36"
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
    monkeypatch.setattr("meetings.mailings.calendar_file.escaped", lambda text: text)
    meeting = factories.meeting(title=PAYLOADS[0])
    assert shape(calendar_for(meeting)) != NAMES


def test_there_are_sixty_payloads():
    assert len(set(PAYLOADS)) == 60


def test_long_lines_fold_at_75_octets_between_characters():
    text = "SUMMARY:" + "åäö🎭" * 60
    lines = folded(text).encode().split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert b"".join([lines[0], *(line[1:] for line in lines[1:])]).decode() == text


def test_backslashes_and_breaks_come_back_as_they_were():
    meeting = factories.meeting(title="A\\n B; C, D\nE")
    assert event(calendar_for(meeting))["SUMMARY"] == "A\\n B; C, D\nE"
    assert escaped("a\rb") == "a\\nb"
