"""Whether the database is older than the portal: a number that only grows stands in it, and in a file outside it.

The number rises before any letter leaves, and each minute. A database that was restored from a backup has a smaller one
than the file, whatever was lost with it. The file lies in PUBLIC_ROOT, which is kept when a database is restored.
"""

from __future__ import annotations

import fcntl
import logging
import os
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from dialog_portal.outbox.models import Pulse

log = logging.getLogger(__name__)
PULSE = "mark"  # the row of Pulse with the database's number


def mark_file() -> Path:
    """Return the file with the number, which no web server shows: its name begins with a full stop."""
    return Path(settings.PUBLIC_ROOT) / ".mark"


def number_in_file() -> int:
    """Return the number outside the database; 0 if there is none yet."""
    try:
        return int(mark_file().read_text().strip() or 0)
    except FileNotFoundError:
        return 0
    except (OSError, ValueError) as trouble:
        log.warning("the mark of the database's age cannot be read: %s", type(trouble).__name__)
        return 0


def number_in_database() -> int:
    """Return the database's own number."""
    detail = Pulse.objects.filter(name=PULSE).values_list("detail", flat=True).first()
    return int((detail or {}).get("number", 0))


def is_database_older() -> bool:
    """Return whether the database is older than the portal: letters that wait in it may have left."""
    return number_in_file() > number_in_database()


@transaction.atomic
def raise_number(*, above: int = 0) -> int:
    """Raise the database's number by one, and at least above `above`. Return it; `write_number` comes after the commit.

    Whoever calls this holds no other row of Pulse.
    """
    row, _ = Pulse.objects.select_for_update().get_or_create(name=PULSE, defaults={"at": timezone.now()})
    number = max(int(row.detail.get("number", 0)), above) + 1
    row.at, row.detail = timezone.now(), {"number": number}
    row.save(update_fields=["at", "detail"])
    return number


def write_number(number: int) -> None:
    """Write the number to the file and wait until it is on disk; a larger one stays.

    A disk that is full or away keeps no letter from leaving: then only this guard is missing, and the log says so.
    """
    try:
        mark_file().parent.mkdir(parents=True, exist_ok=True)
        with mark_file().open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            if int(file.read().strip() or 0) < number:
                file.truncate(0)
                file.write(f"{number}\n")
                file.flush()
                os.fsync(file.fileno())
    except (OSError, ValueError) as trouble:
        log.warning("the mark of the database's age cannot be written: %s", type(trouble).__name__)


def accept_database() -> None:
    """Go on with a database that is older: a person has seen to the letters that wait in it."""
    number = raise_number(above=number_in_file())
    transaction.on_commit(lambda: write_number(number), robust=True)
