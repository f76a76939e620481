"""How often a guest may answer and change things: the limits per day."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.states import NotAllowed

CHANGES_A_DAY = 3  # substitutes, colleagues or requests for somebody from outside the party
ANSWERS_A_DAY = 12  # each sends a receipt, which goes before all other letters


def must_be_within_daily_limit(number: int, most: int, by: User | None) -> None:
    """Raise NotAllowed when a guest has made `most` changes or more in a day; staff (`by`) may make any number."""
    if by is None and number >= most:
        raise NotAllowed(
            f"Du har gjort {number} ändringar det senaste dygnet. Be handläggaren om hjälp: {settings.MAIL_REPLY_TO}."
        )


def a_day_ago() -> datetime:
    """Return the time 24 hours ago."""
    return timezone.now() - timedelta(days=1)
