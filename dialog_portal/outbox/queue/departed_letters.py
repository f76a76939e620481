"""Letters that wait although they have left: a restored database does not know it, the log outside it does."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from dialog_portal.outbox.models import Letter, LetterQuerySet, Outcome, State
from dialog_portal.outbox.queue.departure_log import Departure, known_departures
from dialog_portal.outbox.queue.states import change

REASON = "Brevet hade redan lämnats, enligt portalens egen liggare."
WORKER = "liggaren"


def departures_of(letters: LetterQuerySet) -> dict[int, Departure]:
    """Return those of the letters that wait and are known to have left, by primary key."""
    waiting = dict(letters.waiting().order_by().values_list("message_id", "pk"))
    return {waiting[message_id]: left for message_id, left in known_departures(waiting).items()}


def mark_as_left(letters: LetterQuerySet, *, by: Any) -> int:
    """Let the letters that are known to have left end as accepted, and return their number. They never leave again.

    One that a worker is sending is left to it: its departure is noted just before the worker writes down the same.
    """
    now = timezone.now()
    known = departures_of(letters.out_of_hands(now))
    rows = Letter.objects.waiting().out_of_hands(now).filter(pk__in=known).select_for_update().order_by("pk")
    number = 0
    for row in rows:
        _accept(row, known[row.pk], by=by)
        number += 1
    return number


def _accept(row: Letter, left: Departure, *, by: Any) -> None:
    """Write down what the lost part of the database said: the try, and that the letter was accepted."""
    fence = row.fence + 1
    row.attempts.filter(ended=None).delete()  # this is that try, or an earlier one than it
    row.attempts.create(
        fence=fence,
        worker=WORKER,
        claimed=left.at,
        started=left.at,
        ended=left.at,
        outcome=Outcome.ACCEPTED,
        code=left.code,
    )
    known = {"accepted_at": left.at, "last_code": left.code, "last_text": "", "fence": fence, "raw": None}
    unclaimed = {"lease_until": None, "worker": ""}
    change(row, State.ACCEPTED, by=by, reason=REASON, cannot="ha lämnats", **known, **unclaimed)
