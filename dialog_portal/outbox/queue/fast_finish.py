"""The common end of a try in one round trip: accepted, noted, and the next one begun, all of it or nothing.

Six statements through the ORM cost more than the whole conversation with the mail server; PostgreSQL takes them as one,
and understands it once for a connection: reading and planning it anew for each letter took as long as doing it.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakSet

from django.conf import settings
from django.db import connection
from django.utils import timezone

from dialog_portal.outbox.models import Attempt, Letter
from dialog_portal.outbox.smtp.answers import Result

LETTER, ATTEMPT = Letter._meta.db_table, Attempt._meta.db_table
VALUES = {
    "letter": "bigint", "fence": "integer", "attempt": "bigint", "now": "timestamptz", "wipe": "boolean",
    "code": "text", "text": "text", "next_attempt": "bigint",
}  # fmt: skip
ACCEPT = f"""
WITH mine AS (
    UPDATE {LETTER} SET state = 'accepted', accepted_at = :now, raw = CASE WHEN :wipe THEN NULL ELSE raw END,
        attempts_made = attempts_made + 1, last_code = :code, last_text = :text, lease_until = NULL, worker = ''
    WHERE id = :letter AND fence = :fence AND state = 'sending' RETURNING id
), ended AS (
    UPDATE {ATTEMPT} SET ended = :now, outcome = 'accepted', code = :code, text = :text
    WHERE id = :attempt AND EXISTS (SELECT 1 FROM mine)
), begun AS (
    UPDATE {ATTEMPT} SET started = :now WHERE id = :next_attempt AND EXISTS (SELECT 1 FROM mine)
)
SELECT EXISTS (SELECT 1 FROM mine)
"""  # noqa: S608 only the names of our own two tables are put in


LOOK = f"""
SELECT EXISTS (
    SELECT 1 FROM {LETTER} WHERE id = :letter AND fence = :fence AND state = 'sending' AND lease_until > :enough
)
"""  # noqa: S608
LOOKED = {"letter": "bigint", "fence": "integer", "enough": "timestamptz"}


def prepare(name: str, values: dict[str, str], statement: str) -> str:
    places = {name: f"${number}" for number, name in enumerate(values, start=1)}
    numbered = re.sub(r":(\w+)", lambda found: places[found[1]], statement)
    return f"PREPARE {name} ({', '.join(values.values())}) AS {numbered}"


def execute(name: str, values: dict[str, str]) -> str:
    return f"EXECUTE {name} ({', '.join(f'%({value})s' for value in values)})"


PREPARE = (prepare("outbox_accept", VALUES, ACCEPT), prepare("outbox_look", LOOKED, LOOK))
EXECUTE_ACCEPT, EXECUTE_LOOK = execute("outbox_accept", VALUES), execute("outbox_look", LOOKED)
_prepared: WeakSet[Any] = WeakSet()  # the connections that know the statements


def possible() -> bool:
    """Only PostgreSQL changes several tables in one statement."""
    return connection.vendor == "postgresql"


def accept(
    letter: int, fence: int, attempt: int, result: Result, *, wipe: bool, following: int | None
) -> bool:
    """End a try as accepted, and begin the attempt that follows, if the letter is still this worker's; answers that."""
    return _ask(
        EXECUTE_ACCEPT,
        letter=letter, fence=fence, attempt=attempt, now=timezone.now(), wipe=wipe, code=result.code,
        text=result.text, next_attempt=following,
    )  # fmt: skip


def still(letter: int, fence: int) -> bool:
    """Whether the letter is this worker's now, and for long enough to send its text."""
    return _ask(EXECUTE_LOOK, letter=letter, fence=fence, enough=enough_lease(timezone.now()))


def _ask(statement: str, **values: Any) -> bool:
    with connection.cursor() as cursor:
        if connection.connection not in _prepared:
            for prepare_it in PREPARE:
                cursor.execute(prepare_it)
            _prepared.add(connection.connection)
        cursor.execute(statement, values)
        return bool((cursor.fetchone() or (False,))[0])


def enough_lease(now: datetime) -> datetime:
    """How long a lease must still last when the text begins to leave: more than a letter's deadline."""
    return now + timedelta(seconds=settings.MAIL_LEASE * 0.3)
