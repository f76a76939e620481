"""Keep letters from leaving: because what they say no longer holds, or because the person knows already."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from dialog_portal.base.audit import record
from dialog_portal.outbox.audit_events import OutboxEvent
from dialog_portal.outbox.models import WAITING, Letter, LetterQuerySet, State
from dialog_portal.outbox.queue.states import change, change_many, lock, note, refusal


@transaction.atomic
def stop(letters: LetterQuerySet, *, by: Any, reason: str, final: bool = False) -> int:
    """Stop those of the letters that still wait, and return how many those were. Those about accounts are left alone.

    Each has it in its history; what somebody stopped is in the audit log too, with the numbers of the letters.

    One that is being sent is stopped unless its text has begun to leave: if the server takes it, it ends as accepted.
    Final: what they say no longer holds, so those stopped or failed before cannot be sent again either.
    """
    letters = letters.except_accounts()
    if final:
        _end_usefulness(letters)
    waiting = letters.filter(state__in=WAITING).select_for_update(of=("self",)).order_by("pk")
    keys = list(waiting.values_list("pk", flat=True))
    if keys:
        unsent = {"lease_until": None, "worker": "", "last_code": "", "last_text": reason}
        locked = Letter.objects.filter(pk__in=keys)
        change_many(locked, State.STOPPED, by=by, reason=reason, **unsent)
        _log(keys, by=by)
    return len(keys)


def _log(keys: list[int], *, by: Any) -> None:
    """Say in the audit log who stopped these letters, if it was a person; a single one can be looked up there."""
    if by is not None:
        record(
            by,
            OutboxEvent.LETTERS_STOPPED,
            f"letter {keys[0]}" if len(keys) == 1 else "letters",
            letters=keys,
        )


def _end_usefulness(letters: LetterQuerySet) -> None:
    now = timezone.now()
    undelivered = letters.filter(state__in=(*WAITING, State.STOPPED, State.FAILED), useful_until__gt=now)
    undelivered = undelivered.select_for_update(of=("self",)).order_by("pk")
    keys = list(undelivered.values_list("pk", flat=True))
    Letter.objects.filter(pk__in=keys).update(useful_until=now)


@transaction.atomic
def mark_as_informed(letter: Letter, how: str, *, by: Any) -> Letter:
    """Note that the person was told in another way; a letter that still waits is stopped.

    Raise NotAllowed for a letter about an account that still waits: it leaves whoever says what.
    """
    row = lock(letter)
    if row.state in (State.ACCEPTED, State.STOPPED):
        raise refusal(row, "markeras så")
    reason = f"Meddelad på annat sätt: {how}"
    if row.waits:
        row = change(row, State.STOPPED, by=by, reason=reason, cannot="markeras så", told_otherwise=how)
        _log([row.pk], by=by)
        return row
    return note(row, reason, by=by, told_otherwise=how)
