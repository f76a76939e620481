"""How many letters may leave in a minute, as the mail server's owner allows."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Min, Q, QuerySet

from dialog_portal.outbox.models import Attempt

MINUTE = timedelta(minutes=1)


def left_this_minute(now: datetime) -> int | None:
    """Return how many letters may leave before the limit for a minute is reached; None without a limit."""
    if not settings.MAIL_PER_MINUTE:
        return None
    return max(0, settings.MAIL_PER_MINUTE - _counting(now).count())


def _counting(now: datetime) -> QuerySet[Attempt]:
    """Tries that a letter claimed now may meet in one minute: those that have not ended, and those ended within it.

    What was claimed a lease and a minute ago has left before this minute, whatever became of its worker.
    """
    recent = Attempt.objects.filter(claimed__gt=now - MINUTE - timedelta(seconds=settings.MAIL_LEASE))
    return recent.filter(Q(ended=None) | Q(ended__gt=now - MINUTE))


def time_until_room(now: datetime) -> timedelta | None:
    """Return how long until another letter may leave, when it is the minute's limit that keeps it; else None."""
    if left_this_minute(now) != 0:
        return None
    first = _counting(now).aggregate(Min("ended"))["ended__min"]
    return None if first is None else max(first + MINUTE - now, timedelta())
