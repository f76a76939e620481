"""The file of redirects: nginx includes it in a map, and the portal reads it for an address that it does not know.

Each line holds an old path and a new one. Reading it needs no database, as little as the public pages do.
"""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from minutes.models import Redirect
from minutes.publishing.bake import baking_lock, write_file

FILE_NAME = ".redirects.conf"  # the dot keeps it from being served


def redirect_file() -> Path:
    return Path(settings.PUBLIC_ROOT) / FILE_NAME


def redirect_lines() -> bytes:
    """Return the content of the file: each old path with and without a slash at its end, in small letters."""
    rows = Redirect.objects.values_list("old_path", "target")
    lines = [f"{path.lower()}{end} {target};\n" for path, target in rows for end in ("", "/")]
    return "".join(lines).encode()


def write_redirects() -> None:
    """Write the file from the table as it is now."""
    with baking_lock():
        write_file(redirect_file(), redirect_lines())


def target_of(path: str) -> str:
    """Return where an old address leads, "" if nowhere."""
    try:
        lines = redirect_file().read_text().splitlines()
    except FileNotFoundError:
        return ""
    pairs = dict(line.removesuffix(";").split(" ") for line in lines)
    return pairs.get(path.lower(), "")
