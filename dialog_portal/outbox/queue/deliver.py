"""A worker's run: take letters, hand them over with no transaction open, write down what happened."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TypeVar

from cryptography.fernet import InvalidToken
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from dialog_portal.outbox.encrypted_bytes import open_up
from dialog_portal.outbox.models import Letter, Outcome
from dialog_portal.outbox.queue import claim as claims
from dialog_portal.outbox.queue import limits
from dialog_portal.outbox.queue.claim import Claim
from dialog_portal.outbox.queue.wake_up import ring
from dialog_portal.outbox.queue.worker_names import me
from dialog_portal.outbox.smtp.answers import Result
from dialog_portal.outbox.smtp.transport import Kept, Parcel, Relay, relay

log = logging.getLogger(__name__)
BATCH = 80  # letters taken at a time: the transaction that takes them costs as much as sending five
# Letters taken longer ago than this go back: a slow server's belong to all workers
STALE = timedelta(seconds=10)
# How long room within the minute's limit gathers, so that it is not taken letter by letter
GATHER_SECONDS = 1.0
RUN_SECONDS = 20.0  # then other tasks get their turn
PERSIST_SECONDS = 30.0  # how long a result waits for a database that is away
T = TypeVar("T")


def deliver(seconds: float = RUN_SECONDS, *, patient: bool = False) -> int:
    """Send what is due for a while; answers how many letters were tried. A second bell calls for a second worker.

    A patient run waits for room within the minute's limit, when that comes before its own time is over.
    """
    door, worker, tried, called = relay(), me(), 0, False
    end = time.monotonic() + seconds
    try:
        while True:
            batch = claims.take(door.name, worker, BATCH, limited=door.limited)
            if not batch:
                if patient and door.limited and _room_comes(end):
                    continue
                break
            if len(batch) == BATCH and not called:
                ring()
                called = True
            tried += work_through(batch, door)
            if time.monotonic() > end:
                ring()
                break
    finally:
        door.close()
    return tried


def _room_comes(end: float) -> bool:
    """Wait until the minute's limit lets letters leave again; False when none is due, or it comes after the end."""
    now = timezone.now()
    wait = limits.room_in(now)
    if wait is None or not Letter.objects.due(now).exists():
        return False
    seconds = wait.total_seconds() + GATHER_SECONDS
    if time.monotonic() + seconds > end:
        return False
    time.sleep(seconds)
    return True


def work_through(batch: list[Claim], door: Relay | Kept) -> int:
    """Send the letters of one take in turn; those that must wait after all go back. Answers how many were tried."""
    number = 0
    try:
        for number, claim in enumerate(batch, start=1):
            if not _one(number, claim, batch, door):
                break
    except BaseException:
        # one letter's trouble must not keep the others waiting for a whole lease
        with suppress(Exception):
            claims.give_back(batch[number:])
        raise
    return number


def _one(number: int, claim: Claim, batch: list[Claim], door: Relay | Kept) -> bool:
    """Send one of the batch and say whether the next one is to be tried; if not, the rest has gone back."""
    result = send(claim, door)
    following = batch[number] if number < len(batch) and goes_on(result, claim) else None
    changed = persist(partial(claims.finish, claim, result, wipe=door.wipes, following=following))
    if not changed:
        log.info("letter %s was no longer ours when its try ended (%s)", claim.letter, result.outcome)
    if following is None and batch[number:]:
        persist(partial(claims.give_back, batch[number:]))
    return following is not None


def goes_on(result: Result, claim: Claim) -> bool:
    """Whether the next letter of the same take should be tried: not after trouble with the server, nor too late."""
    return result.outcome not in (Outcome.HOST, Outcome.POLICY) and timezone.now() - claim.at < STALE


def send(claim: Claim, door: Relay | Kept) -> Result:
    """One try. The database has no transaction open while the server is talked to."""
    try:
        raw = open_up(claim.sealed)
    except InvalidToken:
        return Result(Outcome.POLICY, "", "Brevet kan inte dekrypteras. Kontrollera LETTER_KEYS.")
    return door.send(Parcel(claim.sender, claim.address, raw), lambda: claims.may_go(claim))


def persist(write: Callable[[], T]) -> T:
    """Do it again while the database is away: a result that is forgotten is a letter that is sent twice."""
    end = time.monotonic() + PERSIST_SECONDS
    while True:
        try:
            return write()
        except (DatabaseError, InterfaceError):
            if connection.in_atomic_block or time.monotonic() > end:
                raise
            log.warning("the database does not answer; trying again")
            connection.close()
            time.sleep(0.2)
