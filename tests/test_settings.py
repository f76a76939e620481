"""A server for real never starts half configured: what is missing stops it with one clear sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import services
from tests.check import BASE, FOR_REAL

pytestmark = pytest.mark.once


def start(var: Path, **changed: str) -> tuple[int, str]:
    """Read the settings as a server does; the status, and the last line of what it said."""
    kept = {name: value for name, value in os.environ.items() if name not in services.portal_variables()}
    done = subprocess.run(
        [sys.executable, "-c", "import dialog_portal.settings"],
        cwd=BASE,
        env={**kept, **FOR_REAL, "VAR_DIR": str(var), **changed},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr.strip().rpartition("\n")[2]


def test_production_starts_with_what_the_check_gives_it(tmp_path: Path):
    assert start(tmp_path) == (0, "")


@pytest.mark.parametrize("name", sorted(set(FOR_REAL) - {"PRODUCTION"}))
def test_production_does_not_start_without(tmp_path: Path, name: str):
    status, said = start(tmp_path, **{name: ""})
    assert (status, "ImproperlyConfigured" in said, name in said) == (1, True, True)


def test_production_is_reached_over_https_only(tmp_path: Path):
    status, said = start(tmp_path, BASE_URL="http://dialog.example")
    assert (status, "BASE_URL must begin with https://" in said) == (1, True)


def test_development_needs_nothing(tmp_path: Path):
    assert start(tmp_path, **dict.fromkeys(FOR_REAL, "")) == (0, "")


def test_no_host_of_the_tests_is_the_products_own(tmp_path: Path):
    kept = {name: value for name, value in os.environ.items() if name not in services.portal_variables()}
    done = subprocess.run(
        [sys.executable, "-c", "from dialog_portal.settings import ALLOWED_HOSTS; print(*ALLOWED_HOSTS)"],
        cwd=BASE,
        env={**kept, "VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["127.0.0.1", "localhost", "[::1]"]
