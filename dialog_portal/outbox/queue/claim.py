"""Which worker may send which letter: claimed in one short transaction, with a lease and a fence, and given back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from dialog_portal.outbox.models import Attempt, Host, Letter, Outcome, State
from dialog_portal.outbox.queue import circuit_breaker, rate_limit
from dialog_portal.outbox.queue.database_mark import raise_number, write_number
from dialog_portal.outbox.queue.hold import hold_if_database_is_older
from dialog_portal.outbox.queue.states import change_by_try

NEEDED = (
    "pk",
    "state",
    "fence",
    "attempts_made",
    "envelope_from",
    "address",
    "message_id",
    "raw",
)  # of a row, to send it


@dataclass(frozen=True)
class Claim:
    """A letter claimed by this worker, for as long as no other claim's fence is higher."""

    letter: int
    fence: int
    attempt: int
    before: State  # what the letter becomes again when it is given back
    tries: int
    sender: str
    address: str
    message_id: str
    encrypted: bytes
    at: datetime
    host: str
    probing: bool  # the server was in doubt when this was claimed, so its answer is news


def claim_due(host_name: str, worker: str, most: int, *, limited: bool = True) -> list[Claim]:
    """Claim up to `most` letters that are due, most urgent first; none when the server bears no more.

    All are held first when the database is older than the portal. The mark that tells is raised before any of the
    claimed letters leaves.
    """
    with transaction.atomic():
        host, _ = Host.objects.select_for_update().get_or_create(name=host_name)
        if limited:
            hold_if_database_is_older()
        now = timezone.now()
        size = _how_many(host, worker, now, most) if limited else most
        due = Letter.objects.due(now).select_for_update(skip_locked=True)
        rows: list[Any] = list(due.values_list(*NEEDED, named=True)[:size])
        abandon([row.pk for row in rows if row.state == State.SENDING], now)
        claims = _claim_all(rows, host, worker, now) if rows else []
        number = raise_number() if claims and limited else 0
    if number:
        write_number(number)
    return claims


def _how_many(host: Host, worker: str, now: datetime, most: int) -> int:
    """Return how many letters this worker may claim: as the circuit breaker and the minute's limit allow."""
    allowed = circuit_breaker.allows(host, worker, now, most)
    left = rate_limit.left_this_minute(now) if allowed else None
    return allowed if left is None else min(allowed, left)


def _claim_all(rows: list[Any], host: Host, worker: str, now: datetime) -> list[Claim]:
    """Compare and set: every row must still be as it was read, on databases without row locks too."""
    due = Letter.objects.due(now).filter(pk__in=[row.pk for row in rows]).order_by()
    lease = now + timedelta(seconds=settings.MAIL_LEASE)
    count = change_by_try(due, State.SENDING, fence=F("fence") + 1, lease_until=lease, worker=worker)
    if count != len(rows):
        raise RuntimeError("letters changed while they were locked")
    attempts = Attempt.objects.bulk_create(
        Attempt(letter_id=row.pk, fence=row.fence + 1, worker=worker, claimed=now) for row in rows
    )
    return [_claim(row, attempt, host, now) for row, attempt in zip(rows, attempts, strict=True)]


def _claim(row: Any, attempt: Attempt, host: Host, now: datetime) -> Claim:
    return Claim(
        letter=row.pk,
        fence=row.fence + 1,
        attempt=attempt.pk,
        before=State.QUEUED if row.state == State.QUEUED else State.RETRYING,
        tries=row.attempts_made,
        sender=row.envelope_from,
        address=row.address,
        message_id=row.message_id,
        encrypted=bytes(row.raw or b""),
        at=now,
        host=host.name,
        probing=host.doubtful,
    )


def abandon(letters: list[int], now: datetime) -> None:
    """Close the tries of letters whose lease is over. One that had begun may have succeeded: it may arrive twice."""
    if not letters:
        return
    open_tries = Attempt.objects.filter(letter__in=letters, ended=None)
    begun = list(open_tries.exclude(started=None).values_list("letter", flat=True))
    open_tries.filter(started=None).delete()
    open_tries.update(ended=now, outcome=Outcome.UNKNOWN, text="Arbetsprocessen hördes inte av igen.")
    Letter.objects.filter(pk__in=begun).update(maybe_twice=True)


def give_back(claims: Iterable[Claim]) -> None:
    """Put claimed letters back in the queue, untouched: no byte of them has left."""
    with transaction.atomic():
        for claim in sorted(
            claims, key=lambda claim: claim.letter
        ):  # the order in which everybody locks letters
            mine = Letter.objects.filter(pk=claim.letter, fence=claim.fence, state=State.SENDING)
            change_by_try(mine, claim.before, lease_until=None, worker="")
            Attempt.objects.filter(pk=claim.attempt, ended=None).delete()
