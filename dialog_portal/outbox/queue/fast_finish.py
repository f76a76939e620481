"""The common end of a try in one round trip: accepted, noted, and the next letter begun, all of it or nothing.

Six statements through the ORM cost more than the whole conversation with the mail server; PostgreSQL takes them as one,
and understands it once for a connection: reading and planning it for each letter again took as long as doing it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from weakref import WeakSet

from django.db import connection

from dialog_portal.outbox.models import Attempt, Letter
from dialog_portal.outbox.queue.claim import Claim
from dialog_portal.outbox.smtp.answers import Result

LETTER, ATTEMPT = Letter._meta.db_table, Attempt._meta.db_table
# How the text of a letter is begun: its row is locked for the statement, so that whoever stops it comes before or after
BEGUN = f"""
UPDATE {ATTEMPT} SET started = COALESCE(started, :now)
WHERE id = :next_attempt AND EXISTS (SELECT 1 FROM next) RETURNING id
"""  # noqa: S608 only the names of our own two tables are put in
NEXT = f"""
SELECT id FROM {LETTER}
WHERE id = :next_letter AND fence = :next_fence AND state = 'sending' AND lease_until > :enough
"""  # noqa: S608
BEGIN = f"""
WITH next AS MATERIALIZED ({NEXT} FOR NO KEY UPDATE), begun AS ({BEGUN})
SELECT TRUE, EXISTS (SELECT 1 FROM begun)
"""  # noqa: S608
# A next row that somebody has locked is skipped: to wait for one letter with another locked is how deadlocks begin
ACCEPT = f"""
WITH mine AS (
    UPDATE {LETTER} SET state = 'accepted', accepted_at = :now, raw = CASE WHEN :wipe THEN NULL ELSE raw END,
        attempts_made = attempts_made + 1, last_code = :code, last_text = :text, lease_until = NULL, worker = ''
    WHERE id = :letter AND fence = :fence AND state = 'sending' RETURNING id
), ended AS (
    UPDATE {ATTEMPT} SET ended = :now, outcome = 'accepted', code = :code, text = :text
    WHERE id = :attempt AND EXISTS (SELECT 1 FROM mine)
), next AS MATERIALIZED (
    {NEXT} AND EXISTS (SELECT 1 FROM mine) FOR NO KEY UPDATE SKIP LOCKED
), begun AS ({BEGUN})
SELECT EXISTS (SELECT 1 FROM mine), EXISTS (SELECT 1 FROM begun)
"""  # noqa: S608
BEGIN_VALUES = {
    "next_letter": "bigint", "next_fence": "integer", "next_attempt": "bigint", "now": "timestamptz",
    "enough": "timestamptz",
}  # fmt: skip
ACCEPT_VALUES = {
    "letter": "bigint", "fence": "integer", "attempt": "bigint", "wipe": "boolean", "code": "text", "text": "text",
    **BEGIN_VALUES,
}  # fmt: skip


class Done(NamedTuple):
    """What one statement has done: ended the try, and begun the next letter."""

    finished: bool
    begun: bool


NOTHING = Done(finished=False, begun=False)


def prepare(name: str, values: dict[str, str], statement: str) -> str:
    places = {name: f"${number}" for number, name in enumerate(values, start=1)}
    numbered = re.sub(r":(\w+)", lambda found: places[found[1]], statement)
    return f"PREPARE {name} ({', '.join(values.values())}) AS {numbered}"


def execute(name: str, values: dict[str, str]) -> str:
    return f"EXECUTE {name} ({', '.join(f'%({value})s' for value in values)})"


PREPARE = (prepare("outbox_accept", ACCEPT_VALUES, ACCEPT), prepare("outbox_begin", BEGIN_VALUES, BEGIN))
EXECUTE_ACCEPT, EXECUTE_BEGIN = execute("outbox_accept", ACCEPT_VALUES), execute("outbox_begin", BEGIN_VALUES)
_prepared: WeakSet[Any] = WeakSet()  # the connections that know the statements


def is_possible() -> bool:
    """Only PostgreSQL changes several tables in one statement."""
    return connection.vendor == "postgresql"


def accept(
    claim: Claim,
    result: Result,
    now: datetime,
    *,
    wipe: bool,
    following: Claim | None = None,
    enough: datetime | None = None,
) -> Done:
    """End a try as accepted, and begin the letter that follows, if the first is still this worker's.

    `enough` is until when the following letter's lease must last. That it was not begun says little: somebody may have
    locked its row for a moment. Then `begin` asks.
    """
    return _ask(
        EXECUTE_ACCEPT,
        letter=claim.letter, fence=claim.fence, attempt=claim.attempt, wipe=wipe, code=result.code,
        text=result.text, **_begin_values(following, now, enough),
    )  # fmt: skip


def fast_begin(claim: Claim, now: datetime, enough: datetime) -> bool:
    """Begin a letter, after any lock on its row is released. Return False when it must not leave."""
    return _ask(EXECUTE_BEGIN, **_begin_values(claim, now, enough)).begun


def _begin_values(claim: Claim | None, now: datetime, enough: datetime | None) -> dict[str, Any]:
    which = (claim.letter, claim.fence, claim.attempt) if claim else (None, None, None)
    return dict(zip(BEGIN_VALUES, (*which, now, enough), strict=True))


def _ask(statement: str, **values: Any) -> Done:
    with connection.cursor() as cursor:
        if connection.connection not in _prepared:
            for prepare_it in PREPARE:
                cursor.execute(prepare_it)
            _prepared.add(connection.connection)
        cursor.execute(statement, values)
        row: Sequence[bool] = cursor.fetchone() or NOTHING
    return Done(*row)
