"""Rings for a worker when letters have been stored. Nothing depends on it: the sweep finds what the bell missed."""

import logging
import threading

from django.db import connection, transaction
from kombu.exceptions import KombuError

from dialog_portal.celery import app

log = logging.getLogger(__name__)
_asked = threading.Event()
_lock = threading.Lock()
_ringer: threading.Thread | None = None


def ring() -> None:
    """Wake a worker, from a thread of its own: a broker that is down never holds a request up and never fails it."""
    global _ringer  # noqa: PLW0603 one ringer in each process; rings that come while it works become one
    _asked.set()
    with _lock:
        if _ringer is None or not _ringer.is_alive():
            _ringer = threading.Thread(target=_answer, name="bell", daemon=True)
            _ringer.start()


def _answer() -> None:
    while _asked.is_set():
        _asked.clear()
        try:
            app.send_task("outbox.ring", retry=False)
        except (KombuError, OSError) as error:
            log.warning("the broker does not answer (%s); the sweep sends instead", type(error).__name__)


def ring_on_commit() -> None:
    """Ring once when the transaction that stored letters is committed, however many it stored."""
    if all(function is not ring for _, function, *_ in connection.run_on_commit):
        transaction.on_commit(ring, robust=True)
