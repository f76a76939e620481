"""The staff's list of invited: people, their answers and letters, and what can be sent now."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from dialog_portal.access.staff_request import StaffRequest
from dialog_portal.outbox.models import Hold, Letter, State
from dialog_portal.outbox.pages.forms import Reason
from meetings.attendance.actions import attendance_numbers, attendance_rows
from meetings.invitations.actions import invite
from meetings.invitations.register_changes import register_changes
from meetings.mailings.letters.recipients import MAILINGS
from meetings.mailings.pending_letters import pending_for
from meetings.mailings.reminder_interval import is_time_to_remind, last_reminder
from meetings.mailings.views.preview import find_meeting
from meetings.mailings.views.reminders import planned_reminders
from meetings.models import Invitee, Meeting, MeetingLetter, Purpose
from meetings.replies.guest_list import GuestRow
from meetings.replies.views.ledger import answers_context

ListedPerson = tuple[Invitee, GuestRow, MeetingLetter | None]


def invitations(request: StaffRequest, pk: int) -> HttpResponse:
    """Show everybody on the meeting's list with answer and letter, and which letters can be sent now."""
    meeting = find_meeting(pk)
    invitees = invite.invitees_with_letters(meeting)
    now = timezone.now()
    possible = [mailing for mailing in MAILINGS.values() if not mailing.reason_not_to_send(meeting, now)]
    numbers = [(mailing, len(pending_for(mailing, meeting))) for mailing in possible]
    mailings = sorted(
        ((mailing, number) for mailing, number in numbers if number), key=lambda pair: pair[0].priority
    )
    letters = [letter for row in invitees for letter in row.sent]  # type: ignore[attr-defined]
    answers = answers_context(meeting, invitees, request.GET)
    context = {
        "meeting": meeting,
        **answers,
        "came": attendance_numbers(meeting, attendance_rows(meeting)) if meeting.has_begun else None,
        "tables": rows_by_urgency(answers["people"]),
        "withdrawn": [row for row in invitees if row.withdrawn_at is not None],
        "planned": planned_reminders(meeting),
        "mailings": mailings,
        "suggested": suggested_mailing([mailing.purpose for mailing, _ in mailings], meeting),
        "reminded": last_reminder(letters),
        "changes": register_changes(meeting),
        "tally": Letter.objects.tally(meeting.campaign),
        "holds": Hold.objects.filter(campaign=meeting.campaign).select_related("by"),
        "hold_form": Reason(),
    }
    return render(request, "staff/invitations/list.html", context)


def rows_by_urgency(people: list[tuple[Invitee, GuestRow]]) -> list[tuple[str, list[ListedPerson]]]:
    """Return two tables, people who need attention and the rest, with the letters that did not get through."""
    listed = [(invitee, said, failed_letter(invitee)) for invitee, said in people]
    pressing = [row for row in listed if needs_attention(row)]
    rest = [row for row in listed if not needs_attention(row)]
    return [("Behöver åtgärd", pressing), ("Övriga" if pressing else "", rest)]


def needs_attention(row: ListedPerson) -> bool:
    """Return whether somebody must act: a letter did not get through, the answers are in doubt, or one is unread."""
    _, said, letter = row
    return bool(letter or said.contradictory or said.unconfirmed or said.to_read)


def failed_letter(invitee: Invitee) -> MeetingLetter | None:
    """Return the person's latest letter that waits for staff, by the same rule as the outbox's needs_a_person()."""
    waits = [
        row
        for row in invitee.sent  # type: ignore[attr-defined]
        if row.letter.state in (State.FAILED, State.BOUNCED) and not row.letter.told_otherwise
    ]
    return waits[-1] if waits else None


def suggested_mailing(purposes: list[Purpose], meeting: Meeting) -> Purpose | None:
    """Return the letter to suggest next, None when there is none; a reminder only when it is time for one."""
    remind = is_time_to_remind(meeting, timezone.now())
    waits = {Purpose.COMING} if remind else {Purpose.COMING, Purpose.REMINDER}
    return next((purpose for purpose in purposes if purpose not in waits), None)
