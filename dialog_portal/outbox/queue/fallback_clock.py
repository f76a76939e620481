"""A worker's own clock: when beat or the broker is silent, the periodic work is done all the same.

Celery's messages come through Redis, and what is periodic is asked for by beat. While either is dead or frozen no
worker would hear that anything is due. So each worker looks whether somebody has swept lately, and else starts the work
itself, in processes of their own: `manage.py sweep`. The rows in the database say what is due, so twice does no harm.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.utils import timezone

from dialog_portal.outbox.health import SWEEP
from dialog_portal.outbox.models import Pulse

log = logging.getLogger(__name__)
SILENT_AFTER = timedelta(seconds=35)  # beat asks for a sweep each 30 seconds; letters must leave within 60
LOOK_SECONDS = 2.0
STOP_SECONDS = 150.0  # what a letter under way may take, as TimeoutStopSec in deploy/systemd
# What letters wait for, in this order; everything else of the schedule comes beside it
LETTERS = (
    "access.send_password_letters",
    "meetings.send_links",
    "meetings.send_due",
    "outbox.sweep",
)
BEATS_OWN = "outbox.beat"  # says that beat is alive, which nobody else may say
PARTS = ("letters", "rest")


def tasks_of(part: str) -> tuple[str, ...]:
    """Return the names of the scheduled tasks of a part of the work: of `letters`, or of the `rest`."""
    every = sorted({str(entry["task"]) for entry in settings.CELERY_BEAT_SCHEDULE.values()})
    return (
        LETTERS if part == "letters" else tuple(name for name in every if name not in (*LETTERS, BEATS_OWN))
    )


def has_somebody_swept() -> bool:
    """Return whether any worker has swept lately; also while the database is away, when nothing can be done anyway."""
    try:
        return Pulse.objects.filter(name=SWEEP, at__gt=timezone.now() - SILENT_AFTER).exists()
    except Error:
        return True
    finally:
        connection.close()  # processes that the worker forks must not inherit it


class FallbackClock:
    """Looks and starts the work in a thread of the worker's main process, until it is stopped."""

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.thread = threading.Thread(target=self.run, name="fallback-clock", daemon=True)

    def run(self) -> None:
        """Look every LOOK_SECONDS, but give beat, which may start beside the worker, the time for its first sweep."""
        self.stopped.wait(SILENT_AFTER.total_seconds())
        while not self.stopped.wait(LOOK_SECONDS):
            if not has_somebody_swept():
                self.start_work()

    def start_work(self) -> None:
        """Start each part of the work that is not running, so that a slow mailbox keeps no letter waiting."""
        log.warning("nobody has asked for a sweep lately; this worker does the periodic work by itself")
        for part in PARTS:
            if part not in self.running or self.running[part].poll() is not None:
                sweep = [sys.executable, str(settings.BASE_DIR / "manage.py"), "sweep", part]
                self.running[part] = subprocess.Popen(sweep)  # noqa: S603 our own command

    def stop(self) -> None:
        """Stop looking, and wait for what is running: it may be in the middle of a letter."""
        self.stopped.set()
        for process in self.running.values():
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.terminate()


_clock: FallbackClock | None = None


def start_clock(**_: Any) -> None:
    """Start the clock of this worker. The portal in one process needs none: its messages go through no broker."""
    global _clock  # noqa: PLW0603 one in each worker
    if settings.REDIS_URL:
        _clock = FallbackClock()
        _clock.thread.start()


def stop_clock(**_: Any) -> None:
    """Stop the clock of this worker, if it has one."""
    if _clock is not None:
        _clock.stop()
