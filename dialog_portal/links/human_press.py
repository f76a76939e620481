"""Telling a person's press from a program's."""

from __future__ import annotations

from django.http import HttpRequest


def is_pressed_by_person(request: HttpRequest) -> bool:
    """Return whether the form was sent by a press; a script that clicks the button leaves `Sec-Fetch-User` out.

    Old browsers send none of these headers, and Safari (every browser on an iPhone) never sends this one, so there its
    absence says nothing. Chromium always names itself beside WebKit and is not taken for Safari.
    """
    told = any(name.startswith("Sec-Fetch-") for name in request.headers)
    agent = request.headers.get("User-Agent", "")
    safari = "AppleWebKit/" in agent and "Chrome/" not in agent and "Sec-Ch-Ua" not in request.headers
    return not told or safari or request.headers.get("Sec-Fetch-User") == "?1"
