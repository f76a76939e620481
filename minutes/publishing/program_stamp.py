"""A stamp of the program that renders public pages: another one means that every page may look different."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings

SOURCES = (
    "templates/**/*",
    "dialog_portal/**/*.py",
    "parties/**/*.py",
    "meetings/**/*.py",
    "minutes/**/*.py",
)
STATIC_NAMES = "staticfiles.json"  # which file name each stylesheet and script has now
SHOWN_SETTINGS = ("BASE_URL", "MAIL_REPLY_TO")  # settings that public pages show


@cache
def program_stamp() -> str:
    """Return a SHA-256 over the templates, the code, the names of static files, and the settings that pages show.

    It is made once in a process: who changes the program restarts the workers.
    """
    stamp = hashlib.sha256(repr([getattr(settings, name) for name in SHOWN_SETTINGS]).encode())
    for path in program_files():
        stamp.update(f"\0{path.name}\0".encode())
        stamp.update(path.read_bytes())
    return stamp.hexdigest()


def program_files() -> Iterator[Path]:
    """Yield the files that decide how pages look, always in the same order."""
    for pattern in SOURCES:
        yield from sorted(path for path in settings.BASE_DIR.glob(pattern) if path.is_file())
    names = settings.STATIC_ROOT / STATIC_NAMES
    if names.is_file():
        yield names
