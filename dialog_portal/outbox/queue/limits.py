"""How much the mail server bears, and whether it answers: limits, the circuit that opens, the pause for a person."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Min, Q, QuerySet
from django.utils import timezone

from dialog_portal.outbox.models import Attempt, Hold, Host, Letter, Outcome, State
from dialog_portal.outbox.smtp.answers import Result

MINUTE = timedelta(minutes=1)
# Minutes without trying, after the first, second … time in a row without an answer
CIRCUIT = (1, 2, 5, 10, 15)
PAUSE_AFTER = 3  # letters in a row that the server will not take from us
MEMORY = timedelta(minutes=10)  # refusals further apart than this have nothing to do with each other
jitter = random.SystemRandom()


def wait_after(failures: int) -> timedelta:
    """How long to leave the server alone; a tenth more or less, so that workers do not come back together."""
    minutes = CIRCUIT[min(failures, len(CIRCUIT)) - 1]
    return timedelta(minutes=minutes * jitter.uniform(0.9, 1.1))


def left_this_minute(now: datetime) -> int | None:
    """How many letters may leave before the server's limit for a minute is reached; None without a limit."""
    if not settings.MAIL_PER_MINUTE:
        return None
    return max(0, settings.MAIL_PER_MINUTE - _counting(now).count())


def _counting(now: datetime) -> QuerySet[Attempt]:
    """Tries that a letter taken now may meet in one minute: those that have not ended, and those ended within it.

    What was claimed a lease and a minute ago has left before this minute, whatever became of its worker.
    """
    recent = Attempt.objects.filter(claimed__gt=now - MINUTE - timedelta(seconds=settings.MAIL_LEASE))
    return recent.filter(Q(ended=None) | Q(ended__gt=now - MINUTE))


def room_in(now: datetime) -> timedelta | None:
    """How long until another letter may leave, when it is the minute's limit that keeps it; else None."""
    if left_this_minute(now) != 0:
        return None
    first = _counting(now).aggregate(Min("ended"))["ended__min"]
    return None if first is None else max(first + MINUTE - now, timedelta())


def room(host: Host, worker: str, now: datetime, most: int) -> int:
    """How many letters this worker may take now: 0 while the server is closed, paused or has connections enough."""
    if host.paused_at or (host.closed_until and host.closed_until > now):
        return 0
    others = Letter.objects.filter(state=State.SENDING, lease_until__gt=now).exclude(worker=worker)
    busy = others.order_by().values("worker").distinct().count()
    if busy >= (1 if host.doubtful else settings.MAIL_CONNECTIONS):
        return 0
    most = 1 if host.doubtful else most
    left = left_this_minute(now)
    return most if left is None else min(most, left)


def note(name: str, result: Result, now: datetime) -> bool:
    """Remember what a try said about the server, in the transaction that ends the try; True when it is paused."""
    host = Host.objects.select_for_update().get(name=name)
    if result.outcome == Outcome.HOST:
        _did_not_answer(host, result, now)
    elif result.outcome == Outcome.POLICY:
        _refused(host, result, now)
    else:
        host.failures = host.refusals = 0
        host.closed_until, host.trouble = None, ""
    host.save()
    return host.paused_at is not None


def _words(result: Result) -> str:
    return f"{result.code} {result.text}".strip()


def _did_not_answer(host: Host, result: Result, now: datetime) -> None:
    """Several workers see the same fault at once; it counts once."""
    if host.closed_until is None or host.closed_until <= now:
        host.failures = min(host.failures + 1, len(CIRCUIT))
        host.closed_until = now + wait_after(host.failures)
    host.trouble = _words(result)


def _refused(host: Host, result: Result, now: datetime) -> None:
    if host.refused_at and now - host.refused_at > MEMORY:
        host.refusals = 0
    host.refusals, host.refused_at, host.trouble = min(host.refusals + 1, 99), now, _words(result)
    if host.refusals >= PAUSE_AFTER and host.paused_at is None:
        host.paused_at = now


@dataclass(frozen=True)
class Outlook:
    """When the letters that wait should have left, or why that cannot be said."""

    waiting: int
    when: datetime | None = None
    why: str = ""


def outlook() -> Outlook:
    """An honest time for everything that is due now; letters that wait for a new try of their own are not in it."""
    now = timezone.now()
    waiting = Letter.objects.due(now).count()
    host = Host.objects.order_by("-pk").first()
    if host and host.paused_at:
        return Outlook(
            waiting, why="E-postservern tar inte emot våra brev. De ligger kvar tills någon har rättat felet."
        )
    if Hold.objects.filter(campaign="").exists():
        return Outlook(waiting, why="Alla brev hålls kvar.")
    start = max(now, host.closed_until) if host and host.closed_until else now
    return Outlook(waiting, when=start + _time_for(waiting, now))


def _time_for(waiting: int, now: datetime) -> timedelta:
    """Each full minute's share takes a minute; what is left of this minute's share leaves at once."""
    left = left_this_minute(now)
    if left is None or waiting <= left:
        return timedelta(seconds=10)
    return MINUTE * -(-(waiting - left) // settings.MAIL_PER_MINUTE)
