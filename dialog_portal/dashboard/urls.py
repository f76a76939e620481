"""Addresses of the staff's start page, the morning letter and the style guide, and the view of the health probe."""

from django.urls import URLPattern, path

from dialog_portal.dashboard.health import health_probe
from dialog_portal.dashboard.morning_letter_page import morning_letter
from dialog_portal.dashboard.start_page import start_page
from dialog_portal.dashboard.style_guide import style_guide

__all__ = ["health_probe", "staff"]

staff: list[URLPattern] = [
    path("", start_page, name="start"),
    path("morgonbrev/", morning_letter, name="morning_letter"),
    path("stil/", style_guide, name="style"),
]
