"""Keep letters from leaving: because what they say no longer holds, or because the person knows already."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from dialog_portal.outbox.models import WAITING, Letter, LetterQuerySet, State
from dialog_portal.outbox.queue.states import change, change_many, lock, note, refusal


@transaction.atomic
def stop(letters: LetterQuerySet, *, by: Any, reason: str, final: bool = False) -> int:
    """Stop those of the letters that still wait, and return how many those were.

    One that is being sent is stopped unless its text has begun to leave: if the server takes it, it ends as accepted.
    Final: what they say no longer holds, so those stopped or failed before cannot be sent again either.
    """
    if final:
        _end_usefulness(letters)
    waiting = letters.filter(state__in=WAITING)
    unsent = {"lease_until": None, "worker": "", "last_code": "", "last_text": reason}
    return change_many(waiting, State.STOPPED, by=by, reason=reason, **unsent)


def _end_usefulness(letters: LetterQuerySet) -> None:
    now = timezone.now()
    undelivered = letters.filter(state__in=(*WAITING, State.STOPPED, State.FAILED), useful_until__gt=now)
    undelivered = undelivered.select_for_update(of=("self",)).order_by("pk")
    keys = list(undelivered.values_list("pk", flat=True))
    Letter.objects.filter(pk__in=keys).update(useful_until=now)


@transaction.atomic
def mark_as_informed(letter: Letter, how: str, *, by: Any) -> Letter:
    """Note that the person was told in another way; a letter that still waits is stopped."""
    row = lock(letter)
    if row.state in (State.ACCEPTED, State.STOPPED):
        raise refusal(row, "markeras så")
    reason = f"Meddelad på annat sätt: {how}"
    if row.waits:
        return change(row, State.STOPPED, by=by, reason=reason, cannot="markeras så", told_otherwise=how)
    return note(row, reason, by=by, told_otherwise=how)
