"""Distinguish a button pressed by a person from one clicked by a program, such as a mail scanner."""

from __future__ import annotations

from django.http import HttpRequest


def is_pressed_by_person(request: HttpRequest) -> bool:
    """Return whether a person may have pressed the button; a script that clicks it sends no `Sec-Fetch-User: ?1`.

    Old browsers send no `Sec-Fetch-` headers, and Safari (every browser on an iPhone) never sends `Sec-Fetch-User`, so
    for them its absence says nothing. Chromium writes "Chrome/" beside "AppleWebKit/" and is not mistaken for Safari.
    """
    sends_fetch_headers = any(name.startswith("Sec-Fetch-") for name in request.headers)
    agent = request.headers.get("User-Agent", "")
    safari = "AppleWebKit/" in agent and "Chrome/" not in agent and "Sec-Ch-Ua" not in request.headers
    return not sends_fetch_headers or safari or request.headers.get("Sec-Fetch-User") == "?1"
