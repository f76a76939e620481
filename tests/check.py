"""`make check`: read the code without running the suite, and say at the end which readings found something."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.services import portal_variables

BASE = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
OURS = ["dialog_portal", "parties", "meetings", "minutes", "benchmarks"]
KEY = "only-for-this-reading-0123456789-abcdefghijklmnopqrstuvwxyz"
FOR_REAL = {
    "PRODUCTION": "1",
    "BASE_URL": "https://dialog.example",
    "ALLOWED_HOSTS": "dialog.example",
    "SECRET_KEY": KEY,
    "LINK_KEYS": KEY,
    "LETTER_KEYS": KEY,
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "MAIL_URL": "smtp://127.0.0.1:1",
    "MAIL_FROM": "dialog@region.example",
}
MANAGE = [str(BIN / "python"), "manage.py"]
READINGS: list[tuple[str, list[str], dict[str, str]]] = [
    ("style", [str(BIN / "ruff"), "check", "--quiet", "."], {}),
    ("form", [str(BIN / "ruff"), "format", "--check", "--quiet", "."], {}),
    ("types", [str(BIN / "mypy"), "--no-error-summary", *OURS], {}),
    ("templates", [str(BIN / "djlint"), "templates", "--lint", "--quiet"], {}),
    ("form of templates", [str(BIN / "djangofmt"), "--check", "templates"], {}),
    ("form of stylesheets and scripts", [str(BIN / "oxfmt"), "--check", "static/css", "static/js"], {}),
    ("settings", [*MANAGE, "check", "--fail-level", "WARNING"], {}),
    ("settings in production", [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], FOR_REAL),
    ("migrations", [*MANAGE, "makemigrations", "--check", "--dry-run"], {}),
    ("house rules", [str(BIN / "python"), "-m", "pytest", "-q", "--no-header", "tests/house"], {}),
]


def read(name: str, command: list[str], env: dict[str, str]) -> bool:
    """One reading; what it found is printed when it found something."""
    begun = time.monotonic()
    found = subprocess.run(command, cwd=BASE, env=env, capture_output=True, text=True, check=False)
    fine = found.returncode == 0
    print(f"{'ok  ' if fine else 'BAD '} {name} ({time.monotonic() - begun:.1f} s)", flush=True)
    if not fine:
        print((found.stdout + found.stderr).strip(), flush=True)
    return fine


def main() -> int:
    """Every reading, whatever the ones before found."""
    kept = {name: value for name, value in os.environ.items() if name not in portal_variables()}
    with tempfile.TemporaryDirectory(prefix="dialogportalen-check-") as var:
        results = {
            name: read(name, command, {**kept, "VAR_DIR": var, **more}) for name, command, more in READINGS
        }
    bad = [name for name, fine in results.items() if not fine]
    print(f"Found something in: {', '.join(bad)}." if bad else "Nothing found.")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
