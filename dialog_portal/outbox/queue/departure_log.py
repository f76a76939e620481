"""Which letters have left, noted outside the database too, so that a restored one can be told.

One line for each letter that the mail server took: a hash of its Message-ID, when, and the server's code. No names, no
addresses. A file for each month, in PUBLIC_ROOT beside the mark of the database's age; no web server shows it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone

log = logging.getLogger(__name__)
KEPT = timedelta(days=120)  # no letter waits as long in any backup


class Departure(NamedTuple):
    """When a letter left, and what the mail server said to it."""

    at: datetime
    code: str


def log_directory() -> Path:
    """Return the directory of the files, whose name no web server shows."""
    return Path(settings.PUBLIC_ROOT) / ".departures"


def fingerprint(message_id: str) -> str:
    """Return what stands in the log for a letter: its Message-ID cannot be guessed from it."""
    return sha256(message_id.encode()).hexdigest()


def record_departure(message_id: str, code: str) -> None:
    """Note that the mail server has taken a letter. If that is impossible the letter has left all the same."""
    now = timezone.now()
    try:
        log_directory().mkdir(mode=0o700, parents=True, exist_ok=True)
        with (log_directory() / f"{now:%Y-%m}").open("a") as file:
            file.write(f"{fingerprint(message_id)} {now.isoformat()} {code}\n")
    except OSError as trouble:
        log.warning("a letter that left cannot be noted outside the database: %s", type(trouble).__name__)


def known_departures(message_ids: Iterable[str]) -> dict[str, Departure]:
    """Return those of the letters that have left, by Message-ID. A line that was cut off by a crash says nothing."""
    wanted = {fingerprint(message_id): message_id for message_id in message_ids}
    found: dict[str, Departure] = {}
    for line in log_lines() if wanted else ():
        mark, _, rest = line.partition(" ")
        at, _, code = rest.partition(" ")
        if mark in wanted and (when := parsed(at)):
            found[wanted[mark]] = Departure(when, code)
    return found


def parsed(at: str) -> datetime | None:
    """Return the moment of a line; None if it is not whole."""
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def log_lines() -> Iterable[str]:
    """Yield every line of the log, the oldest first."""
    for path in sorted(log_directory().glob("20??-??")):
        yield from path.read_text().splitlines()


def forget_departures(now: datetime) -> None:
    """Remove the files of months that ended before KEPT."""
    oldest = f"{now - KEPT:%Y-%m}"
    for path in log_directory().glob("20??-??"):
        if path.name < oldest:
            path.unlink(missing_ok=True)
