"""Sending what is due. Running twice, late, or in two places at once harms nothing.

Three things keep a letter single: the meeting's row is locked while its letters are made, the plan is looked at again
under that lock, and the outbox takes each key once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from dialog_portal.base.states import step
from dialog_portal.base.swedish import count
from dialog_portal.outbox.queue.actions import Draft
from meetings.mailings.actions.post import post_letters
from meetings.mailings.actions.reminder_schedule import DONE, SKIPPED, due_at
from meetings.mailings.actions.send import drafts_for
from meetings.mailings.letters.recipients import MAILINGS
from meetings.models import INVITING, Invitee, Meeting, PlannedMailing, Purpose
from meetings.models.planned_mailing import PLANNED_NEXT

REST = timedelta(days=1)  # nobody is reminded to answer so soon after an invitation or another reminder


def send_due_reminders() -> int:
    """Send every planned letter whose time has come; answers how many letters that made.

    One that fails does not stop the others; it stays due and is tried again the next time.
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
    """Make the letters of one plan, if it is still right to; a meeting that somebody is busy with waits its turn."""
    meeting = lock_if_free(meeting_pk)
    row = still_due(pk) if meeting else None
    if meeting is None or row is None or postpone_if_moved(row, meeting):
        return 0
    pairs: list[tuple[Invitee, Draft]] = []
    reason = reason_to_skip(row, meeting)
    if not reason:
        pairs = recipients_with_drafts(row, meeting)
        reason = "" if pairs else "Det fanns ingen att skriva till."
    if pairs:
        reason = post_or_reason(row, meeting, pairs)
    step(row, PLANNED_NEXT, SKIPPED if reason else DONE, by=None, reason=reason or sent_sentence(len(pairs)))
    return 0 if reason else len(pairs)


def lock_if_free(pk: int) -> Meeting | None:
    """The meeting in this transaction's hands; nothing when somebody else is just changing it."""
    free = Meeting.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    return free.with_letters().filter(pk=pk).first()


def still_due(pk: int) -> PlannedMailing | None:
    """The plan as it is now that the meeting is locked; nothing when another run was first."""
    return PlannedMailing.objects.due(timezone.now()).filter(pk=pk).first()


def postpone_if_moved(row: PlannedMailing, meeting: Meeting) -> bool:
    """Whether the meeting's own times say that it is too early, whatever the row says; then the row is put right."""
    due = due_at(meeting, Purpose(row.purpose))
    if due <= timezone.now():
        return False
    row.due_at = due
    row.save(update_fields=["due_at"])
    return True


def reason_to_skip(row: PlannedMailing, meeting: Meeting) -> str:
    if not meeting.round.reminds:
        return "Omgången skickar inga påminnelser automatiskt."
    return MAILINGS[row.purpose].why_not(meeting, timezone.now())


def recipients_with_drafts(row: PlannedMailing, meeting: Meeting) -> list[tuple[Invitee, Draft]]:
    """The same letters as staff would preview now, without those to people who just got one."""
    pairs = drafts_for(MAILINGS[row.purpose], meeting)
    if row.purpose != Purpose.REMINDER:
        return pairs
    resting = recently_asked(meeting, timezone.now() - REST)
    return [pair for pair in pairs if pair[0].pk not in resting]


def recently_asked(meeting: Meeting, since: datetime) -> set[int | None]:
    asked = meeting.letters.filter(purpose__in=(*INVITING, Purpose.REMINDER), letter__created__gt=since)
    return set(asked.values_list("invitee", flat=True))


def post_or_reason(row: PlannedMailing, meeting: Meeting, pairs: list[tuple[Invitee, Draft]]) -> str:
    """Put the letters in the outbox; answers why that was not possible, or nothing."""
    try:
        post_letters(MAILINGS[row.purpose], meeting, pairs, by=None)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def sent_sentence(number: int) -> str:
    return f"Skickades till {count(number, 'person,personer')}."
