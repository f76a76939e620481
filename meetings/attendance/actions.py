"""Attendance: suggested from the answers, corrected by staff, and stored under the names that held that day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.authorship import Part, record_authorship
from dialog_portal.base.states import NotAllowed
from meetings.audit_events import MeetingsEvent
from meetings.models import Answer, Attendee, Invitee, Meeting, MeetingState


@dataclass(frozen=True)
class AttendanceRow:
    """A line of the attendance list, before or after it is saved."""

    key: str
    name: str
    organisation: str
    title: str
    answer: str | None
    attended: bool


def attendance_rows(meeting: Meeting) -> list[AttendanceRow]:
    """Return everybody who could have come: ticked as noted, or as they answered until somebody has noted it."""
    noted = {row.invitee_id: row for row in meeting.attendees.all()}
    listed = [
        AttendanceRow(
            key=f"i{invitee.pk}",
            name=invitee.name,
            organisation=str(invitee.invitation),
            title=invitee.title,
            answer=invitee.current_answer,  # type: ignore[attr-defined]
            attended=noted[invitee.pk].attended
            if invitee.pk in noted
            else invitee.current_answer == Answer.YES,  # type: ignore[attr-defined]
        )
        for invitee in meeting.invitees.active().with_answer().in_order().select_related("invitation__party")
    ]
    others = [
        AttendanceRow(f"a{row.pk}", row.name, row.organisation, row.title, None, row.attended)
        for row in meeting.attendees.filter(invitee__isnull=True)
    ]
    return [row for row in listed if row.answer != Answer.SUBSTITUTE] + others


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
    listed = meeting.invitees.active().select_related("invitation__party")
    marks = [
        (have.get(row.pk) or new_attendee(meeting, row), ticks.get(f"i{row.pk}", False)) for row in listed
    ]
    marks += [(row, ticks[f"a{row.pk}"]) for row in meeting.attendees.filter(invitee__isnull=True)]
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
    meeting: Meeting, *, name: str, organisation: str, email: str, title: str, staff: bool, by: User
) -> Attendee:
    """Add somebody who came without being on the list. Raise NotAllowed when the address is on it already."""
    meeting = lock_begun_meeting(meeting)
    if email and meeting.attendees.filter(email__iexact=email).exists():
        raise NotAllowed("Den adressen står redan på listan.")
    attendee = Attendee.objects.create(
        meeting=meeting, name=name, organisation=organisation, email=email, title=title, staff=staff
    )
    event = record(by, MeetingsEvent.ATTENDEE_ADDED, meeting, attendee=attendee.pk)
    record_authorship(event, meeting, Part.NOTED)
    return attendee


def absent(meeting: Meeting) -> list[Invitee]:
    """Return the people on the list who did not come, and whose substitute did not come either."""
    came = meeting.attendees.filter(attended=True, invitee__isnull=False)
    return list(
        meeting.invitees.active()
        .exclude(pk__in=came.values("invitee"))
        .exclude(pk__in=came.filter(invitee__substitute_for__isnull=False).values("invitee__substitute_for"))
        .select_related("invitation__party")
    )
