"""When the letters that wait should have left, as far as that can be said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from dialog_portal.outbox.models import Hold, Host, Letter
from dialog_portal.outbox.queue.rate_limit import MINUTE, left_this_minute


@dataclass(frozen=True)
class Forecast:
    """How many letters wait, and when they should have left, or why that cannot be said."""

    waiting: int
    when: datetime | None = None
    why: str = ""


def forecast(now: datetime | None = None) -> Forecast:
    """Return an honest time for all letters that are due now; what waits for a retry of its own is not in it."""
    now = now or timezone.now()
    waiting = Letter.objects.due(now).count()
    host = Host.objects.order_by("-pk").first()
    if host and host.paused_at:
        why = "E-postservern tar inte emot våra brev. De ligger kvar tills någon har rättat felet."
        return Forecast(waiting, why=why)
    if Hold.objects.filter(campaign="").exists():
        return Forecast(waiting, why="Alla brev hålls kvar.")
    start = max(now, host.closed_until) if host and host.closed_until else now
    return Forecast(waiting, when=start + _time_for(waiting, now))


def _time_for(waiting: int, now: datetime) -> timedelta:
    """Each full minute's share takes a minute; what is left of this minute's share leaves at once."""
    left = left_this_minute(now)
    if left is None or waiting <= left:
        return timedelta(seconds=10)
    return MINUTE * -(-(waiting - left) // settings.MAIL_PER_MINUTE)
