"""Whether the mail server is asked at all: how many connections, the circuit that opens, the pause for a person."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from dialog_portal.outbox.models import Host, Letter, Outcome, State
from dialog_portal.outbox.queue.refusals import ABOUT_RECEIVER, Blame, whom_to_blame
from dialog_portal.outbox.smtp.answers import Result

OPEN_MINUTES = (1, 2, 5, 10, 15)  # without trying, after the first, second … time in a row without an answer
PAUSE_AFTER = 3  # letters in a row that the server will not take from us
MEMORY = timedelta(minutes=10)  # refusals further apart than this have nothing to do with each other
jitter = random.SystemRandom()


def wait_after(failures: int) -> timedelta:
    """Return how long to leave the server alone; a tenth more or less, so that workers do not come back together."""
    minutes = OPEN_MINUTES[min(failures, len(OPEN_MINUTES)) - 1]
    return timedelta(minutes=minutes * jitter.uniform(0.9, 1.1))


def allows(host: Host, worker: str, now: datetime, most: int) -> int:
    """Return how many letters the worker may claim: 0 while the server is closed, paused or has connections enough."""
    if host.paused_at or (host.closed_until and host.closed_until > now):
        return 0
    others = Letter.objects.filter(state=State.SENDING, lease_until__gt=now).exclude(worker=worker)
    busy = others.order_by().values("worker").distinct().count()
    if busy >= (1 if host.doubtful else settings.MAIL_CONNECTIONS):
        return 0
    return 1 if host.doubtful else most


@dataclass(frozen=True)
class Heard:
    """What a try means when the server's other answers are considered, and whether it is paused for a person."""

    outcome: Outcome
    paused: bool


def record_result(name: str, letter: int, address: str, result: Result, now: datetime) -> Heard:
    """Record what a try says about the server, in the transaction that ends the try."""
    host = Host.objects.select_for_update().get(name=name)
    outcome = result.outcome
    if outcome == Outcome.HOST:
        _record_silence(host, result, now)
    else:
        host.failures, host.closed_until = 0, None
    if outcome in ABOUT_RECEIVER:
        outcome = _record_doubt(host, whom_to_blame(letter, address, result, now), result, now)
    elif outcome == Outcome.POLICY:
        _record_refusal(host, result, now)
    elif outcome == Outcome.ACCEPTED:
        host.refusals = 0
    if not host.doubtful and not host.paused_at:
        host.trouble = ""
    host.save()
    return Heard(outcome, host.paused_at is not None)


def _words(result: Result) -> str:
    return f"{result.code} {result.text}".strip()


def _record_silence(host: Host, result: Result, now: datetime) -> None:
    """Open the circuit. Several workers see the same fault at once; it counts once."""
    if host.closed_until is None or host.closed_until <= now:
        host.failures = min(host.failures + 1, len(OPEN_MINUTES))
        host.closed_until = now + wait_after(host.failures)
    host.trouble = _words(result)


def _record_refusal(host: Host, result: Result, now: datetime) -> None:
    """Pause the server for a person when it has refused several letters in a row."""
    if host.refused_at and now - host.refused_at > MEMORY:
        host.refusals = 0
    host.refusals, host.refused_at, host.trouble = min(host.refusals + 1, 99), now, _words(result)
    if host.refusals >= PAUSE_AFTER:
        host.paused_at = host.paused_at or now


def _record_doubt(host: Host, blame: Blame, result: Result, now: datetime) -> Outcome:
    """Return the outcome of a refusal that seems to be about the receiver.

    While it is not known whom it is about, the letters are tried one at a time; when it is about us, not at all.
    """
    if blame == Blame.RECEIVER:
        return result.outcome
    host.refusals, host.refused_at, host.trouble = min(host.refusals + 1, 99), now, _words(result)
    if blame == Blame.US:
        host.paused_at = host.paused_at or now
        host.trouble = f"{_words(result)} (samma svar om flera mottagare i rad)"
    return Outcome.REFUSED
