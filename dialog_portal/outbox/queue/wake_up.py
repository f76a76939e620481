"""Rings for a worker when letters have been stored. Nothing depends on it: the sweep finds what the bell missed."""

import logging
import threading
from functools import partial

from django.db import connection, transaction
from kombu.exceptions import KombuError

from dialog_portal.celery import app

LETTERS = "outbox.ring"
log = logging.getLogger(__name__)
_asked: set[str] = set()
_lock = threading.Lock()
_ringer: threading.Thread | None = None


def ring(task: str = LETTERS) -> None:
    """Wake a worker, from a thread of its own: a broker that is down never holds a request up and never fails it."""
    global _ringer  # noqa: PLW0603 one ringer in each process; rings that come while it works become one
    with _lock:
        _asked.add(task)
        if _ringer is None or not _ringer.is_alive():  # a forked process has the name but not the thread
            _ringer = threading.Thread(target=_answer, name="bell", daemon=True)
            _ringer.start()


def _answer() -> None:
    while task := _next():
        try:
            app.send_task(task, retry=False)
        except (KombuError, OSError) as error:
            log.warning("the broker does not answer (%s); the sweep sends instead", type(error).__name__)


def _next() -> str | None:
    """What to ring for; with nothing left the ringer has ended, and who rings next starts another."""
    global _ringer  # noqa: PLW0603
    with _lock:
        if _asked:
            return _asked.pop()
        _ringer = None
        return None


def ring_on_commit(task: str = LETTERS) -> None:
    """Ring when the transaction that stored something is committed; for letters once, however many it stored."""
    if task != LETTERS:
        transaction.on_commit(partial(ring, task), robust=True)
    elif all(function is not ring for _, function, *_ in connection.run_on_commit):
        transaction.on_commit(ring, robust=True)
