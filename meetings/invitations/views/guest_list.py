"""Staff pages: who is invited to a meeting, and what they answered."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from dialog_portal.access.staff_request import StaffRequest
from dialog_portal.outbox.models import Hold, Letter, State
from dialog_portal.outbox.pages.forms import Reason
from meetings.invitations.actions import invite
from meetings.mailings.last_reminder import last_reminder, time_to_remind
from meetings.mailings.letters.recipients import MAILINGS
from meetings.mailings.pending_letters import pending_for
from meetings.mailings.views.preview import find
from meetings.mailings.views.reminders import shown
from meetings.models import Invitee, Meeting, MeetingLetter, Purpose
from meetings.replies.guest_list import Row
from meetings.replies.views.ledger import ledger

Listed = tuple[Invitee, Row, MeetingLetter | None]


def invitations(request: StaffRequest, pk: int) -> HttpResponse:
    """Everybody on the meeting's list with answer and letter, and which letters can be sent now."""
    meeting = find(pk)
    invitees = invite.recipients_with_letters(meeting)
    now = timezone.now()
    possible = [mailing for mailing in MAILINGS.values() if not mailing.why_not(meeting, now)]
    numbers = [(mailing, len(pending_for(mailing, meeting))) for mailing in possible]
    mailings = sorted(
        ((mailing, number) for mailing, number in numbers if number), key=lambda pair: pair[0].priority
    )
    letters = [letter for row in invitees for letter in row.sent]  # type: ignore[attr-defined]
    answers = ledger(meeting, invitees, request.GET)
    context = {
        "meeting": meeting,
        **answers,
        "tables": tables(answers["people"]),
        "withdrawn": [row for row in invitees if row.withdrawn_at is not None],
        "planned": shown(meeting),
        "mailings": mailings,
        "suggested": suggested([mailing.purpose for mailing, _ in mailings], meeting, letters),
        "reminded": last_reminder(letters),
        "missing": invite.missing(meeting),
        "outdated": invite.outdated(meeting),
        "tally": Letter.objects.tally(meeting.campaign),
        "holds": Hold.objects.filter(campaign=meeting.campaign).select_related("by"),
        "hold_form": Reason(),
    }
    return render(request, "staff/invitations/list.html", context)


def tables(people: list[tuple[Invitee, Row]]) -> list[tuple[str, list[Listed]]]:
    """Those whom somebody must see to before the rest, each with the letter that did not get through."""
    listed = [(invitee, said, broken(invitee)) for invitee, said in people]
    pressing = [row for row in listed if presses(row)]
    rest = [row for row in listed if not presses(row)]
    return [("Behöver åtgärd", pressing), ("Övriga" if pressing else "", rest)]


def presses(row: Listed) -> bool:
    """Whether somebody must see to the person: a letter did not get through, or the answers are in doubt."""
    _, said, letter = row
    return bool(letter or said.contradictory or said.unconfirmed)


def broken(invitee: Invitee) -> MeetingLetter | None:
    """The latest of the person's letters that waits for somebody, as needs_a_person() in the outbox."""
    waits = [
        row
        for row in invitee.sent  # type: ignore[attr-defined]
        if row.letter.state in (State.FAILED, State.BOUNCED) and not row.letter.told_otherwise
    ]
    return waits[-1] if waits else None


def suggested(purposes: list[Purpose], meeting: Meeting, letters: list[MeetingLetter]) -> Purpose | None:
    """The letter to send next, if any; a reminder only when its time has come."""
    remind = time_to_remind(meeting, letters, timezone.now())
    waits = {Purpose.COMING} if remind else {Purpose.COMING, Purpose.REMINDER}
    return next((purpose for purpose in purposes if purpose not in waits), None)
