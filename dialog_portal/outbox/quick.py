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

from dialog_portal.outbox.classify import Result
from dialog_portal.outbox.models import Attempt, Letter

LETTER, ATTEMPT = Letter._meta.db_table, Attempt._meta.db_table
VALUES = {
    "letter": "bigint", "fence": "integer", "attempt": "bigint", "now": "timestamptz", "wipe": "boolean",
    "code": "text", "text": "text", "next_letter": "bigint", "next_fence": "integer", "next_attempt": "bigint",
    "enough": "timestamptz",
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
SELECT EXISTS (SELECT 1 FROM mine), EXISTS (
    SELECT 1 FROM {LETTER}
    WHERE id = :next_letter AND fence = :next_fence AND state = 'sending' AND lease_until > :enough
)
"""  # noqa: S608 only the names of our own two tables are put in


PLACES = {name: f"${number}" for number, name in enumerate(VALUES, start=1)}
PREPARE = f"PREPARE outbox_accept ({', '.join(VALUES.values())}) AS" + re.sub(
    r":(\w+)", lambda found: PLACES[found[1]], ACCEPT
)
EXECUTE = f"EXECUTE outbox_accept ({', '.join(f'%({name})s' for name in VALUES)})"
_prepared: WeakSet[Any] = WeakSet()  # the connections that know the statement


def possible() -> bool:
    """Only PostgreSQL changes several tables in one statement."""
    return connection.vendor == "postgresql"


def accept(
    letter: int,
    fence: int,
    attempt: int,
    result: Result,
    *,
    wipe: bool,
    following: tuple[int, int, int] | None,
) -> tuple[bool, bool]:
    """End a try as accepted if the letter is still this worker's; answers that, and whether the next one is."""
    now: datetime = timezone.now()
    next_letter, next_fence, next_attempt = following or (None, None, None)
    values: dict[str, Any] = {
        "letter": letter, "fence": fence, "attempt": attempt, "now": now, "wipe": wipe, "code": result.code,
        "text": result.text, "next_letter": next_letter, "next_fence": next_fence, "next_attempt": next_attempt,
        "enough": enough_lease(now),
    }  # fmt: skip
    with connection.cursor() as cursor:
        if connection.connection not in _prepared:
            cursor.execute(PREPARE)
            _prepared.add(connection.connection)
        cursor.execute(EXECUTE, values)
        mine, goes_on = cursor.fetchone() or (False, False)
    return mine, goes_on


def enough_lease(now: datetime) -> datetime:
    """How long a lease must still last when the text begins to leave: more than a letter's deadline."""
    return now + timedelta(seconds=settings.MAIL_LEASE * 0.3)
