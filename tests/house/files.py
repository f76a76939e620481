"""The project's own files, as git keeps them."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

BASE = Path(__file__).resolve().parents[2]


def tracked(*patterns: str) -> list[Path]:
    """Files that git keeps or is about to, in order."""
    command = [
        "git",
        "-c",
        "safe.directory=*",
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "--",
    ]
    listed = subprocess.run(
        [*command, *patterns], cwd=BASE, check=True, capture_output=True, text=True
    ).stdout
    return sorted({BASE / name for name in listed.split("\0") if name and (BASE / name).is_file()})


def tracked_text() -> Iterator[tuple[str, str]]:
    """Name and content of every tracked file that is text."""
    for path in tracked():
        try:
            yield str(path.relative_to(BASE)), path.read_text()
        except UnicodeDecodeError:
            continue
