"""Addresses of the staff's start page, the style page and the health probe."""

from django.urls import URLPattern, path

from dialog_portal.dashboard.health import health
from dialog_portal.dashboard.start_page import start
from dialog_portal.dashboard.style_guide import style

__all__ = ["health", "staff"]

staff: list[URLPattern] = [
    path("", start, name="start"),
    path("stil/", style, name="style"),
]
