"""A worker's run: claim letters, hand them over with no transaction open, write down what happened."""

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

from dialog_portal.outbox.encrypted_bytes import decrypt_letter
from dialog_portal.outbox.models import Letter, Outcome
from dialog_portal.outbox.queue.begin import begin
from dialog_portal.outbox.queue.claim import Claim, claim_due, give_back
from dialog_portal.outbox.queue.finish import finish, finish_and_begin
from dialog_portal.outbox.queue.rate_limit import time_until_room
from dialog_portal.outbox.queue.refusals import ABOUT_RECEIVER
from dialog_portal.outbox.queue.wake_up import wake_up
from dialog_portal.outbox.queue.worker_names import own_name
from dialog_portal.outbox.smtp.answers import Result
from dialog_portal.outbox.smtp.transport import Envelope, Transport, open_transport

log = logging.getLogger(__name__)
BATCH = 80  # letters claimed at a time: the transaction that claims them costs as much as sending five
# Letters claimed longer ago than this go back: a slow server's belong to all workers
STALE = timedelta(seconds=10)
# How long room within the minute's limit gathers, so that it is not used letter by letter
GATHER_SECONDS = 1.0
RUN_SECONDS = 20.0  # then other tasks get their turn
PERSIST_SECONDS = 30.0  # how long a result waits for a database that is away
T = TypeVar("T")


class PendingResult:
    """The result of the last try, kept until the next letter begins, so that both cost one commit.

    Never more than one letter's: whoever kills the worker then makes at most one extra copy. And never for long: the
    next letter begins before the server has answered about it, and the result is written at once when nothing follows.
    """

    def __init__(self, *, wipe: bool) -> None:
        self.wipe = wipe
        self.last: tuple[Claim, Result] | None = None

    def keep(self, claim: Claim, result: Result) -> None:
        """Take over a result; one that was kept is written first, and only an accepted letter's waits."""
        self.write()
        self.last = (claim, result)
        if result.outcome != Outcome.ACCEPTED:
            self.write()

    def write(self) -> None:
        """Write down the result that is kept, if there is one."""
        if self.last is not None:
            claim, result = self.last
            persist(partial(finish, claim, result, wipe=self.wipe))
            self.last = None

    def write_and_begin(self, following: Claim) -> bool:
        """Write down the result that is kept and begin the following letter; return whether its text may leave."""
        if self.last is None:
            return persist(partial(begin, following))
        claim, result = self.last
        may_leave = persist(partial(finish_and_begin, claim, result, following, wipe=self.wipe))
        self.last = None
        return may_leave


def deliver(seconds: float = RUN_SECONDS, *, patient: bool = False) -> int:
    """Send what is due for a while, and return how many letters were tried. A full batch calls for a second worker.

    A patient run waits for room within the minute's limit, when that comes before its own time is over.
    """
    transport, worker, tried, called = open_transport(), own_name(), 0, False
    end = time.monotonic() + seconds
    try:
        while True:
            batch = claim_due(transport.name, worker, BATCH, limited=transport.limited)
            if not batch:
                if patient and transport.limited and _wait_for_room(end):
                    continue
                break
            if len(batch) == BATCH and not called:
                wake_up()
                called = True
            tried += send_all(batch, transport)
            if time.monotonic() > end:
                wake_up()
                break
    finally:
        transport.close()
    return tried


def _wait_for_room(end: float) -> bool:
    """Wait until the minute's limit lets letters leave again; False when none is due, or it comes after the end."""
    now = timezone.now()
    wait = time_until_room(now)
    if wait is None or not Letter.objects.due(now).exists():
        return False
    seconds = wait.total_seconds() + GATHER_SECONDS
    if time.monotonic() + seconds > end:
        return False
    time.sleep(seconds)
    return True


def send_all(batch: list[Claim], transport: Transport) -> int:
    """Send claimed letters in turn, give back those that must wait after all, and return how many were tried."""
    pending, tried, taking = PendingResult(wipe=transport.wipes), 0, False
    try:
        for claim in batch:
            tried += 1
            result = send(claim, transport, pending)
            pending.keep(claim, result)
            if not goes_on(result, claim, taking=taking):
                break
            taking = result.outcome == Outcome.ACCEPTED
        pending.write()
    except BaseException:
        # one letter's trouble must not keep the others waiting for a whole lease
        for tidy_up in (pending.write, partial(give_back, batch[tried:])):
            with suppress(Exception):
                tidy_up()
        raise
    if batch[tried:]:
        persist(partial(give_back, batch[tried:]))
    return tried


def goes_on(result: Result, claim: Claim, *, taking: bool) -> bool:
    """Whether the next letter of the same batch should be tried: not after trouble with the server, nor too late.

    A receiver that is refused is trouble with the server, unless it was `taking` the letter just before.
    """
    trouble = (Outcome.HOST, Outcome.POLICY, *(() if taking else ABOUT_RECEIVER))
    return result.outcome not in trouble and timezone.now() - claim.at < STALE


def send(claim: Claim, transport: Transport, pending: PendingResult) -> Result:
    """Try one letter. The database has no transaction open while the server is talked to."""
    try:
        raw = decrypt_letter(claim.encrypted)
    except InvalidToken:
        return Result(Outcome.POLICY, "", "Brevet kan inte dekrypteras. Kontrollera LETTER_KEYS.")
    envelope = Envelope(claim.sender, claim.address, raw)
    return transport.send(envelope, partial(pending.write_and_begin, claim))


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
