"""Attendance: suggested from the answers, corrected by staff, and stored under the names that held that day."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.authorship import Part, record_authorship
from dialog_portal.base.states import NotAllowed
from dialog_portal.base.swedish import count, join_words
from meetings.audit_events import MeetingsEvent
from meetings.models import Answer, Attendee, Invitee, Meeting, MeetingState
from meetings.replies.guest_list import GuestRow, guest_rows, with_replies
from parties.models import Party


@dataclass(frozen=True)
class AttendanceRow:
    """A line of the attendance list, before or after it is saved; `said` is None for who was not invited by name."""

    key: str
    name: str
    organisation: str
    title: str
    said: GuestRow | None
    attended: bool
    staff: bool = False

    @property
    def answer(self) -> str | None:
        return self.said.answer if self.said else None

    @property
    def is_unexpected(self) -> bool:
        """Return whether nobody had invited the person, who is not from the region."""
        return not self.staff and (self.said is None or self.said.is_not_invited)


@dataclass(frozen=True)
class AttendanceNumbers:
    """How many came, and of those how many nobody had expected, had declined, and had not answered.

    `noted`: somebody has saved the attendance; before that it is only suggested.
    """

    noted: bool
    number: int
    unexpected: int
    declined: int
    silent: int

    @property
    def sentence(self) -> str:
        """Return the numbers in Swedish: "7 personer deltog, varav 1 inte var inbjuden och 2 hade svarat nej."."""
        not_invited = f"{self.unexpected} inte var {'inbjuden' if self.unexpected == 1 else 'inbjudna'}"
        parts = [
            (self.unexpected, not_invited),
            (self.declined, f"{self.declined} hade svarat nej"),
            (self.silent, f"{self.silent} inte hade svarat"),
        ]
        of_whom = join_words([words for number, words in parts if number] or [""])
        return f"{count(self.number, 'person,personer')} deltog{of_whom and f', varav {of_whom}'}."


def attendance_rows(meeting: Meeting) -> list[AttendanceRow]:
    """Return everybody who could have come: ticked as noted, or those with a seat until somebody has noted it."""
    noted = {row.invitee_id: row for row in meeting.attendees.all()}
    listed = [
        row_of_guest(row, noted.get(row.invitee.pk))
        for row in guest_rows(with_replies(meeting.invitations.all()))
    ]
    others = meeting.attendees.exclude(invitee__in=[row.pk for row in meeting.invitees.active()])
    return listed + [
        AttendanceRow(f"a{row.pk}", row.name, row.organisation, row.title, None, row.attended, row.staff)
        for row in others
    ]


def row_of_guest(row: GuestRow, noted: Attendee | None) -> AttendanceRow:
    """Return the line of somebody on the meeting's list."""
    invitee = row.invitee
    return AttendanceRow(
        key=f"i{invitee.pk}",
        name=invitee.name,
        organisation=str(row.invitation),
        title=invitee.title,
        said=row,
        attended=noted.attended if noted else row.is_seated,
    )


def attendance_numbers(meeting: Meeting, rows: Iterable[AttendanceRow]) -> AttendanceNumbers:
    """Return the numbers that every page shows of the attendance."""
    came = [row for row in rows if row.attended]
    return AttendanceNumbers(
        noted=meeting.attendees.filter(invitee__isnull=False).exists(),
        number=len(came),
        unexpected=sum(row.is_unexpected for row in came),
        declined=sum(row.answer == Answer.NO for row in came),
        silent=sum(row.said is not None and row.said.is_silent for row in came),
    )


@transaction.atomic
def note_attendance(
    meeting: Meeting, present: Collection[str], *, by: User, shown: Collection[str] | None = None
) -> int:
    """Store who came; `present` holds the keys of the ticked rows. Return how many people came.

    `shown` holds the keys of the rows that were ticked on the page: a row whose tick has not been changed there keeps
    what is stored, so that nobody overwrites what a colleague has noted meanwhile. Raise NotAllowed when the meeting
    has not begun or is cancelled.
    """
    meeting = lock_begun_meeting(meeting)
    ticks = {row.key: row.attended for row in attendance_rows(meeting)}
    if shown is None:
        ticks = {key: key in present for key in ticks}
    else:
        ticks |= {key: key in present for key in set(present) ^ set(shown)}
    have = {row.invitee_id: row for row in meeting.attendees.filter(invitee__isnull=False)}
    listed = list(meeting.invitees.active().select_related("invitation__party"))
    marks = [
        (have.get(row.pk) or new_attendee(meeting, row), ticks.get(f"i{row.pk}", False)) for row in listed
    ]
    others = meeting.attendees.exclude(invitee__in=listed)
    marks += [(row, ticks[f"a{row.pk}"]) for row in others]
    if changed := [attendee.pk for attendee, came in marks if store_if_changed(attendee, came)]:
        event = record(by, MeetingsEvent.ATTENDANCE_NOTED, meeting, attendees=changed)
        record_authorship(event, meeting, Part.NOTED)
    return meeting.attendees.filter(attended=True).count()


def lock_begun_meeting(meeting: Meeting) -> Meeting:
    """Return the meeting as it is now, locked until the transaction ends.

    Raise NotAllowed when the meeting has not begun or is cancelled.
    """
    meeting = Meeting.objects.select_for_update(of=("self",), no_key=True).get(pk=meeting.pk)
    if meeting.state == MeetingState.CANCELLED:
        raise NotAllowed("Mötet är inställt, så det finns ingen närvaro att notera.")
    if timezone.now() < meeting.starts_at:
        raise NotAllowed("Mötet har inte börjat än. Närvaron noteras när mötet hålls.")
    return meeting


def new_attendee(meeting: Meeting, invitee: Invitee) -> Attendee:
    """Return a row, not yet stored, for a person under the name that their party had that day."""
    party, day = invitee.invitation.party, timezone.localdate(meeting.starts_at)
    return Attendee(
        meeting=meeting,
        invitee=invitee,
        invitation=invitee.invitation,
        name=invitee.name,
        email=invitee.email,
        organisation=party.name_on(day) if party else invitee.invitation.label,
        title=invitee.title,
    )


def store_if_changed(attendee: Attendee, attended: bool) -> bool:
    """Store whether somebody attended. Return whether that was a change."""
    news = attendee._state.adding or attendee.attended != attended
    if news:
        attendee.attended = attended
        attendee.save()
    return news


@transaction.atomic
def add_attendee(
    meeting: Meeting,
    *,
    name: str,
    organisation: str,
    email: str,
    title: str,
    staff: bool,
    by: User,
    party: Party | None = None,
) -> Attendee:
    """Add somebody who came without being on the list, for a party of the register when its name is typed or chosen.

    The party then counts as present, under the name that it had that day. Raise NotAllowed when the address is on the
    list already.
    """
    meeting = lock_begun_meeting(meeting)
    if email and is_listed(meeting, email):
        raise NotAllowed("Den adressen står redan på listan. Kryssa för personen där.")
    if not staff:
        party = party or Party.objects.named(organisation)
    attendee = Attendee.objects.create(
        meeting=meeting,
        name=name,
        organisation=party.name_on(timezone.localdate(meeting.starts_at)) if party else organisation,
        email=email,
        title=title,
        staff=staff,
        party=party,
        invitation=meeting.invitations.filter(party=party).first() if party else None,
    )
    event = record(by, MeetingsEvent.ATTENDEE_ADDED, meeting, attendee=attendee.pk)
    record_authorship(event, meeting, Part.NOTED)
    return attendee


def is_listed(meeting: Meeting, email: str) -> bool:
    """Return whether an address is on the list, invited or added by hand."""
    return (
        meeting.attendees.filter(email__iexact=email).exists()
        or meeting.invitees.active().filter(email__iexact=email).exists()
    )
