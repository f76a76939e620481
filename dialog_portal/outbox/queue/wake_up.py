"""Wakes a worker when letters have been stored. Nothing depends on it: the sweep finds what no message told of."""

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
_sender: threading.Thread | None = None


def wake_up(task: str = LETTERS) -> None:
    """Ask for a task to be run, from a thread of its own: a broker that is down never delays or fails a request."""
    global _sender  # noqa: PLW0603 one thread in each process; what is asked for while it works is sent by it
    with _lock:
        _asked.add(task)
        if _sender is None or not _sender.is_alive():  # a forked process has the name but not the thread
            _sender = threading.Thread(target=_send_all, name="wake-up", daemon=True)
            _sender.start()


def _send_all() -> None:
    while task := _next_task():
        try:
            app.send_task(task, retry=False)
        except (KombuError, OSError) as error:
            log.warning("the broker does not answer (%s); the sweep sends instead", type(error).__name__)


def _next_task() -> str | None:
    """Return the next task to ask for; with nothing left the thread ends, and the next caller starts another."""
    global _sender  # noqa: PLW0603
    with _lock:
        if _asked:
            return _asked.pop()
        _sender = None
        return None


def wake_up_on_commit(task: str = LETTERS) -> None:
    """Ask for the task when the transaction is committed; for letters once, however many it stored."""
    if task != LETTERS:
        transaction.on_commit(partial(wake_up, task), robust=True)
    elif all(function is not wake_up for _, function, *_ in connection.run_on_commit):
        transaction.on_commit(wake_up, robust=True)
