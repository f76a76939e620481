"""The health probe: 200 while the portal does its work, 503 when a person should look. It tells no secrets."""

from __future__ import annotations

import logging

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from dialog_portal.desk.wellbeing import Wellbeing, ago, wellbeing

logger = logging.getLogger(__name__)


def health(request: HttpRequest) -> HttpResponse:
    """Plain lines for a probe and for the person who looks at what it saw."""
    try:
        connection.ensure_connection()
        found = wellbeing(timezone.now())
    except DatabaseError as trouble:
        logger.warning("The health probe met a database that does not answer: %s", type(trouble).__name__)
        return answer(["databas: svarar inte"], well=False)
    return answer(lines(found), well=not found.lost)


def lines(found: Wellbeing) -> list[str]:
    heard = {name: f"hördes för {ago(silence)} sedan" if silence is not None else "har inte hörts"
             for name, silence in found.silences.items()}  # fmt: skip
    return [
        "databas: svarar",
        f"brevbärare: {heard['worker']}",
        f"klocka: {heard['beat']}",
        f"äldsta väntande brev: {ago(found.waited) if found.waited else 'inget'}",
    ]


def answer(said: list[str], *, well: bool) -> HttpResponse:
    page = HttpResponse("\n".join([*said, ""]), status=200 if well else 503, content_type="text/plain; charset=utf-8")
    page["Cache-Control"] = "no-store"
    return page
