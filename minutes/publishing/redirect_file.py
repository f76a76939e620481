"""The file of redirects: nginx includes it in a map, and the portal reads it for an address that it does not know.

Each line holds an old path and a new one. Reading it needs no database, as little as the public pages do.
"""

from __future__ import annotations

from pathlib import Path

from minutes.models import Redirect
from minutes.publishing.bake import BAKED_FILES, public_file

ADDRESS = "/.redirects.conf"  # the dot keeps it from being served


def redirect_file() -> Path:
    """Return where the file lies."""
    return public_file(ADDRESS)


def redirect_lines() -> bytes:
    """Return the content of the file: each old path with and without a slash at its end, in small letters."""
    rows = Redirect.objects.values_list("old_path", "target")
    lines = [f"{path.lower()}{end} {target};\n" for path, target in rows for end in ("", "/")]
    return "".join(lines).encode()


BAKED_FILES[ADDRESS] = redirect_lines


def target_of(path: str) -> str:
    """Return where an old address leads, "" if nowhere."""
    try:
        lines = redirect_file().read_text().splitlines()
    except FileNotFoundError:
        return ""
    pairs = dict(line.removesuffix(";").split(" ") for line in lines)
    return pairs.get(path.lower(), "")
