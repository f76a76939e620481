"""Send the automatic reminders that are due. Running it twice, late, or in two processes at once sends nothing twice.

A reminder to answer waits until the mailbox has been read. Three things prevent double letters: the meeting's row is
locked while its letters are made, the plan is read again under that lock, and the outbox accepts each key once.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from dialog_portal.base.states import take_step
from dialog_portal.base.swedish import count
from dialog_portal.outbox.draft import Draft
from dialog_portal.outbox.inbox.read_mailbox import is_mailbox_read_since
from meetings.mailings.actions.post import post_letters
from meetings.mailings.actions.reminder_schedule import DONE, SKIPPED, reminder_due_at
from meetings.mailings.actions.send import drafts_for
from meetings.mailings.letters.recipients import MAILINGS
from meetings.models import Invitee, Meeting, PlannedMailing, Purpose
from meetings.models.planned_mailing import PLANNED_NEXT


def send_due_reminders() -> int:
    """Send every planned letter that is due. Return the number of letters made.

    One that fails does not stop the others; it stays due and is tried again the next time. Raise ExceptionGroup at the
    end with what failed.
    """
    made, failures = 0, []
    for pk, meeting in PlannedMailing.objects.due(timezone.now()).values_list("pk", "meeting"):
        try:
            made += send_planned(pk, meeting)
        except Exception as error:  # noqa: BLE001 raised below, when the others have had their turn
            failures.append(error)
    if failures:
        raise ExceptionGroup("planned letters could not be made", failures)
    return made


@transaction.atomic
def send_planned(pk: int, meeting_pk: int) -> int:
    """Make the letters of one plan if they should still be sent. Return their number.

    A meeting that somebody is changing is left for the next run.
    """
    meeting = lock_if_free(meeting_pk)
    row = still_due(pk) if meeting else None
    if meeting is None or row is None or postpone_if_moved(row, meeting):
        return 0
    pairs: list[tuple[Invitee, Draft]] = []
    reason = reason_to_skip(row, meeting)
    if not reason and waits_for_mailbox(row):
        return 0
    if not reason:
        pairs = drafts_for(MAILINGS[row.purpose], meeting)
        reason = "" if pairs else "Det fanns ingen att skriva till."
    if pairs:
        reason = post_or_reason(row, meeting, pairs)
    take_step(
        row, PLANNED_NEXT, SKIPPED if reason else DONE, by=None, reason=reason or sent_sentence(len(pairs))
    )
    return 0 if reason else len(pairs)


def lock_if_free(pk: int) -> Meeting | None:
    """Return the meeting locked for this transaction, None when another transaction has it."""
    free = Meeting.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    return free.with_letters().filter(pk=pk).first()


def still_due(pk: int) -> PlannedMailing | None:
    """Return the plan as it is now that the meeting is locked, None when another run has sent it."""
    return PlannedMailing.objects.due(timezone.now()).filter(pk=pk).first()


def postpone_if_moved(row: PlannedMailing, meeting: Meeting) -> bool:
    """Return whether it is too early by the meeting's own times, whatever the plan says; if so, correct the plan."""
    due = reminder_due_at(meeting, Purpose(row.purpose))
    if due <= timezone.now():
        return False
    row.due_at = due
    row.save(update_fields=["due_at"])
    return True


def reason_to_skip(row: PlannedMailing, meeting: Meeting) -> str:
    """Return a Swedish sentence about why the letter should not be sent, empty when it should."""
    if not meeting.round.reminds:
        return "Omgången skickar inga påminnelser automatiskt."
    return MAILINGS[row.purpose].reason_not_to_send(meeting, timezone.now())


def waits_for_mailbox(row: PlannedMailing) -> bool:
    """Return whether answers may lie unread in the mailbox: a reminder must not say that nothing has come."""
    return row.purpose == Purpose.REMINDER and not is_mailbox_read_since(row.due_at)


def post_or_reason(row: PlannedMailing, meeting: Meeting, pairs: list[tuple[Invitee, Draft]]) -> str:
    """Put the letters in the outbox. Return why that was not possible, empty when it was."""
    try:
        post_letters(MAILINGS[row.purpose], meeting, pairs, by=None)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def sent_sentence(number: int) -> str:
    """Return a Swedish sentence about the number of people written to."""
    return f"Skickades till {count(number, 'person,personer')}."
