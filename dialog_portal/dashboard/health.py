"""The health probe at /halsa: 200 when database, worker, beat and public site are well, otherwise 503.

It shows nothing confidential.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from dialog_portal.base.swedish import count
from dialog_portal.outbox.health import SILENT_AFTER, outbox_health
from minutes.publishing.site_health import site_health

logger = logging.getLogger(__name__)


def health_probe(request: HttpRequest) -> HttpResponse:
    """Return one line of plain text each for database, worker, beat, the oldest waiting letter and the public site."""
    now = timezone.now()
    try:
        found, site = outbox_health(now), site_health(now)
    except Error as trouble:
        logger.warning("The health probe met a database that does not answer: %s", type(trouble).__name__)
        return plain_response(["databas: svarar inte"], well=False)
    lines = [
        "databas: svarar",
        f"brevbärare: {pulse_sentence(found.worker_at, now)}",
        f"klocka: {pulse_sentence(found.beat_at, now)}",
        f"äldsta väntande brev: {duration_in_words(now - found.oldest_waiting) if found.oldest_waiting else 'inget'}",
        f"webbplats: {site.sentence}",
    ]
    well = is_recent(found.worker_at, now) and is_recent(found.beat_at, now) and site.ok
    return plain_response(lines, well=well)


def is_healthy() -> bool:
    """Return whether both the worker and Celery's beat have reported recently."""
    now, found = timezone.now(), outbox_health()
    return is_recent(found.worker_at, now) and is_recent(found.beat_at, now)


def is_recent(at: datetime | None, now: datetime) -> bool:
    """Return whether something reported within the time after which the outbox counts it as silent."""
    return at is not None and now - at <= SILENT_AFTER


def pulse_sentence(at: datetime | None, now: datetime) -> str:
    """Return in Swedish how long ago something reported, or that it has not."""
    return f"hördes för {duration_in_words(now - at)} sedan" if at else "har inte hörts"


def duration_in_words(length: timedelta) -> str:
    """Return a duration in whole seconds, minutes or hours: "40 sekunder", "12 minuter", "3 timmar"."""
    seconds = max(int(length.total_seconds()), 0)
    if seconds < 120:
        return count(seconds, "sekund,sekunder")
    return count(seconds // 60, "minut,minuter") if seconds < 7200 else count(seconds // 3600, "timme,timmar")


def plain_response(lines: list[str], *, well: bool) -> HttpResponse:
    """Return the lines as plain text with status 200 when `well`, otherwise 503."""
    page = HttpResponse(
        "\n".join([*lines, ""]), status=200 if well else 503, content_type="text/plain; charset=utf-8"
    )
    page["Cache-Control"] = "no-store"
    return page
