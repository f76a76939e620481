"""Plan automatic reminders: when they are due, and what moves, skips, stops or resumes them.

Everything here runs under the lock of the meeting's row, which sending takes too.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.states import NotAllowed, take_step
from meetings.audit_events import MeetingsEvent
from meetings.models import Meeting, MeetingState, PlannedMailing, PlannedState, Purpose
from meetings.models.planned_mailing import PLANNED_NEXT

SENDING_TIME = time(9)
DAYS_BEFORE_DEADLINE = 3
WORKING_DAYS_BEFORE_MEETING = 2
LAST_WORKING_DAY = 4
WAITING, DONE, SKIPPED, STOPPED = (
    PlannedState.WAITING,
    PlannedState.DONE,
    PlannedState.SKIPPED,
    PlannedState.STOPPED,
)


def reply_reminder_day(meeting: Meeting) -> date:
    """Return the day of the reminder to answer: 3 days before the deadline."""
    return timezone.localdate(meeting.reply_by) - timedelta(days=DAYS_BEFORE_DEADLINE)


def meeting_reminder_day(meeting: Meeting) -> date:
    """Return the day of the reminder of the meeting: 2 working days before it, counting Monday to Friday."""
    day, left = timezone.localdate(meeting.starts_at), WORKING_DAYS_BEFORE_MEETING
    while left:
        day -= timedelta(days=1)
        left -= day.weekday() <= LAST_WORKING_DAY
    return day


REMINDER_DAYS: dict[Purpose, Callable[[Meeting], date]] = {
    Purpose.REMINDER: reply_reminder_day,
    Purpose.COMING: meeting_reminder_day,
}


def reminder_due_at(meeting: Meeting, purpose: Purpose) -> datetime:
    """Return 09.00 in Stockholm on the letter's day, in UTC; days are counted in the calendar, never in hours."""
    wall = datetime.combine(REMINDER_DAYS[purpose](meeting), SENDING_TIME)
    return timezone.make_aware(wall).astimezone(UTC)


def plan_reminders(meeting: Meeting, *, by: User) -> None:
    """Plan the meeting's reminders when its invitation is sent; a second invitation changes nothing."""
    for purpose in REMINDER_DAYS:
        row, created = PlannedMailing.objects.get_or_create(
            meeting=meeting, purpose=purpose, defaults={"due_at": reminder_due_at(meeting, purpose)}
        )
        if created:
            row.steps.create(before="", after=row.state, by=by)
            skip_if_due_passed(row, "Tiden hade redan passerat när inbjudan skickades.")


def skip_if_due_passed(row: PlannedMailing, reason: str) -> None:
    """Skip a planned letter whose time has passed."""
    if row.due_at <= timezone.now():
        take_step(row, PLANNED_NEXT, SKIPPED, by=None, reason=reason)


def move_reminders(meeting: Meeting, *, by: User) -> None:
    """Move the reminders with the meeting.

    What has been sent or skipped is planned again when the new day lies ahead; what a person stopped stays stopped.
    """
    for row in meeting.planned.all():
        due = reminder_due_at(meeting, Purpose(row.purpose))
        if due == row.due_at:
            continue
        row.due_at = due
        row.save(update_fields=["due_at"])
        if row.state == WAITING:
            skip_if_due_passed(row, "Tiden hade redan passerat när mötet ändrades.")
        elif row.state != STOPPED and meeting.state == MeetingState.INVITED and due > timezone.now():
            take_step(row, PLANNED_NEXT, WAITING, by=by, reason="Mötet ändrades.")


def skip_reminders(meeting: Meeting, *, by: User, reason: str) -> None:
    """Skip every reminder that has not been sent."""
    for row in meeting.planned.waiting():
        take_step(row, PLANNED_NEXT, SKIPPED, by=by, reason=reason)


@transaction.atomic
def stop_reminder(row: PlannedMailing, *, by: User) -> PlannedMailing:
    """Stop a planned reminder."""
    Meeting.objects.select_for_update().get(pk=row.meeting_id)
    record(by, MeetingsEvent.REMINDER_STOPPED, row)
    return take_step(row, PLANNED_NEXT, STOPPED, by=by)


@transaction.atomic
def resume_reminder(row: PlannedMailing, *, by: User) -> PlannedMailing:
    """Plan a stopped reminder again. Raise NotAllowed when its time has passed or it is not stopped."""
    Meeting.objects.select_for_update().get(pk=row.meeting_id)
    now = PlannedMailing.objects.select_related("meeting").get(pk=row.pk)
    if now.state != STOPPED:
        raise NotAllowed(f"{now} är {now.get_state_display()} och kan inte återupptas.")
    if now.meeting.state != MeetingState.INVITED or now.due_at <= timezone.now():
        raise NotAllowed("Tiden har passerat. Förhandsgranska brevet och skicka det själv i stället.")
    record(by, MeetingsEvent.REMINDER_RESUMED, now)
    return take_step(now, PLANNED_NEXT, WAITING, by=by)
