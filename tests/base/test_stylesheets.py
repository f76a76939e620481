"""A page loads one stylesheet, in which the parts stand in the order of the list that names them."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.house.files import BASE

pytestmark = pytest.mark.once


@pytest.fixture
def collected(tmp_path: Path, settings: Any) -> Path:
    """Where our own static files were collected, as production does it."""
    settings.STATIC_ROOT = tmp_path
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    backend = "dialog_portal.base.stylesheets.BundlingStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}
    call_command("collectstatic", verbosity=0, interactive=False)
    return tmp_path


def served(collected: Path, name: str) -> str:
    """What a browser gets for a static file."""
    paths = json.loads((collected / "staticfiles.json").read_text())["paths"]
    return (collected / paths[name]).read_text()


@pytest.mark.parametrize("reader", ["portal", "public"])
def test_the_parts_stand_where_they_were_imported(collected: Path, reader: str):
    source = (BASE / "static" / "css" / f"{reader}.css").read_text()
    named = [line.split('"')[1] for line in source.splitlines() if line.startswith("@import")]
    parts = [(BASE / "static" / "css" / name).read_text() for name in named]
    assert len(named) >= 8
    assert served(collected, f"css/{reader}.css").endswith("".join(parts))


def test_parts_are_not_served_by_themselves(collected: Path):
    assert [
        str(path) for path in collected.rglob("*") if path.is_file() and path.parent.name == "parts"
    ] == []


def test_collecting_twice_changes_nothing(collected: Path):
    before = (collected / "staticfiles.json").read_text()
    call_command("collectstatic", verbosity=0, interactive=False)
    assert (collected / "staticfiles.json").read_text() == before
