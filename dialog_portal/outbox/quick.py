"""The common end of a try in one round trip: accepted, noted, and the next one begun, all of it or nothing.

Six statements through the ORM cost more than the whole conversation with the mail server; PostgreSQL takes them as one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from dialog_portal.outbox.classify import Result
from dialog_portal.outbox.models import Attempt, Letter

LETTER, ATTEMPT = Letter._meta.db_table, Attempt._meta.db_table
ACCEPT = f"""
WITH mine AS (
    UPDATE {LETTER} SET state = 'accepted', accepted_at = %(now)s, raw = CASE WHEN %(wipe)s THEN NULL ELSE raw END,
        attempts_made = attempts_made + 1, last_code = %(code)s, last_text = %(text)s, lease_until = NULL, worker = ''
    WHERE id = %(letter)s AND fence = %(fence)s AND state = 'sending' RETURNING id
), ended AS (
    UPDATE {ATTEMPT} SET ended = %(now)s, outcome = 'accepted', code = %(code)s, text = %(text)s
    WHERE id = %(attempt)s AND EXISTS (SELECT 1 FROM mine)
), begun AS (
    UPDATE {ATTEMPT} SET started = %(now)s WHERE id = %(next_attempt)s AND EXISTS (SELECT 1 FROM mine)
)
SELECT EXISTS (SELECT 1 FROM mine), EXISTS (
    SELECT 1 FROM {LETTER}
    WHERE id = %(next_letter)s AND fence = %(next_fence)s AND state = 'sending' AND lease_until > %(enough)s
)
"""  # noqa: S608 only the names of our own two tables are put in


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
        cursor.execute(ACCEPT, values)
        mine, goes_on = cursor.fetchone() or (False, False)
    return mine, goes_on


def enough_lease(now: datetime) -> datetime:
    """How long a lease must still last when the text begins to leave: more than a letter's deadline."""
    return now + timedelta(seconds=settings.MAIL_LEASE * 0.3)
