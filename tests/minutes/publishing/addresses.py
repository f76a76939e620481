"""Public addresses of the notes of a meeting."""

from __future__ import annotations

from django.urls import reverse

from meetings.models import Meeting


def address(name: str, meeting: Meeting, *more: int) -> str:
    return reverse(f"public:{name}", args=[meeting.round.year, meeting.slug, *more])
