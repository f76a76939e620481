"""The health probe: 200 while the portal does its work, 503 when a person should look. It tells no secrets."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from dialog_portal.base.swedish import count
from dialog_portal.outbox.health import SILENT
from dialog_portal.outbox.health import health as outbox_health

logger = logging.getLogger(__name__)


def health_probe(request: HttpRequest) -> HttpResponse:
    """Plain lines for a probe and for the person who looks at what it saw."""
    now = timezone.now()
    try:
        found = outbox_health(now)
    except Error as trouble:
        logger.warning("The health probe met a database that does not answer: %s", type(trouble).__name__)
        return plain_response(["databas: svarar inte"], well=False)
    said = [
        "databas: svarar",
        f"brevbärare: {pulse_sentence(found.worker_at, now)}",
        f"klocka: {pulse_sentence(found.beat_at, now)}",
        f"äldsta väntande brev: {duration_in_words(now - found.oldest_waiting) if found.oldest_waiting else 'inget'}",
    ]
    return plain_response(said, well=is_recent(found.worker_at, now) and is_recent(found.beat_at, now))


def is_healthy() -> bool:
    """Whether worker and clock have been heard of late."""
    now, found = timezone.now(), outbox_health()
    return is_recent(found.worker_at, now) and is_recent(found.beat_at, now)


def is_recent(at: datetime | None, now: datetime) -> bool:
    return at is not None and now - at <= SILENT


def pulse_sentence(at: datetime | None, now: datetime) -> str:
    return f"hördes för {duration_in_words(now - at)} sedan" if at else "har inte hörts"


def duration_in_words(length: timedelta) -> str:
    """40 sekunder, 12 minuter, 3 timmar."""
    seconds = max(int(length.total_seconds()), 0)
    if seconds < 120:
        return count(seconds, "sekund,sekunder")
    return count(seconds // 60, "minut,minuter") if seconds < 7200 else count(seconds // 3600, "timme,timmar")


def plain_response(said: list[str], *, well: bool) -> HttpResponse:
    page = HttpResponse(
        "\n".join([*said, ""]), status=200 if well else 503, content_type="text/plain; charset=utf-8"
    )
    page["Cache-Control"] = "no-store"
    return page
