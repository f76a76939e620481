"""Render the notes as one PDF for the archive and for screen readers (PDF/A-3a and PDF/UA-1).

The same notes give the same bytes each time. The typesetting itself is done by sandbox.py in a child process.
"""

import logging
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC
from pathlib import Path

from django.template.loader import render_to_string

from minutes.document import Document
from minutes.pdf.sandbox import EXIT_UNPRINTABLE
from minutes.sanitise import clean
from minutes.sanitise.text import normalise

logger = logging.getLogger(__name__)

SANDBOX_PROGRAM = Path(__file__).with_name("sandbox.py")
TYPESET_TIMEOUT = 60.0  # seconds
CHILD_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH")  # what the child process gets: no keys, no addresses

LINE_LENGTH, CELL_PADDING = 80, 3  # in characters of the text in a table

PDF_TOO_SLOW = (
    "PDF:en blev inte klar i tid. Dela upp långa avsnitt eller förenkla tabellerna och försök igen."
)
PDF_FAILED = "PDF:en kunde inte skapas. Förenkla text som är mycket lång eller inklistrad och försök igen."


class PdfFailed(Exception):
    """The PDF could not be made; the message is a Swedish sentence for staff."""


def render_pdf(document: Document) -> bytes:
    """Return the PDF of the notes. Raise PdfFailed when it cannot be made.

    It takes a few seconds, because a new process is started; it is done once for each edition.
    """
    return typeset_in_child(pdf_html(document))


def pdf_html(document: Document) -> str:
    """Return the HTML page that becomes the PDF; the text of each section is sanitised again."""
    context = {
        "document": document,
        "sections": [
            replace(section, html=mark_wide_tables(clean(section.html))) for section in document.sections
        ],
        "approved": f"{document.approved_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    }
    return normalise(render_to_string("pdf/minutes.html", context))


def mark_wide_tables(html: str) -> str:
    """Return the sanitised HTML, with each table marked whose longest words do not fit side by side on the paper."""
    return re.sub("<table>.*?</table>", lambda found: mark_if_wide(found[0]), html)


def mark_if_wide(table: str) -> str:
    """Return the table, with class "even" (columns of equal width) when its longest words do not fit on one line."""
    rows = [re.split("<t[hd][^>]*>", row)[1:] for row in table.split("<tr>")[1:]]
    needed = sum(
        max(longest_word(cell) for cell in column) + CELL_PADDING for column in zip(*rows, strict=True)
    )
    return table.replace("<table>", '<table class="even">', 1) if needed > LINE_LENGTH else table


def longest_word(html: str) -> int:
    """Return the length of the longest word in characters; 0 when there is no word."""
    return max((len(word) for word in re.sub("<[^>]*>", " ", html).split()), default=0)


def typeset_in_child(html: str) -> bytes:
    """Return the page as PDF, made by a child process. Raise PdfFailed when it fails or takes too long.

    The child process has limits on time and memory, so that no text can stop a worker, and it uses only the packaged
    fonts, so that the PDF is the same on every machine.
    """
    with tempfile.TemporaryDirectory(prefix="pdf-") as directory:
        environment = {name: os.environ[name] for name in CHILD_ENVIRONMENT if name in os.environ}
        try:
            done = subprocess.run(  # noqa: S603  # our own program, and the text is sent on stdin
                [sys.executable, "-I", str(SANDBOX_PROGRAM)],
                input=html.encode(),
                capture_output=True,
                timeout=TYPESET_TIMEOUT,
                check=False,
                cwd=directory,
                env=environment | {"TMPDIR": directory},
            )
        except subprocess.TimeoutExpired:
            logger.warning("a PDF was stopped after %s seconds", TYPESET_TIMEOUT)
            raise PdfFailed(PDF_TOO_SLOW) from None
    if done.returncode == EXIT_UNPRINTABLE:
        raise PdfFailed(unprintable_sentence(done.stderr.decode()))
    if done.returncode != 0 or not done.stdout.startswith(b"%PDF-"):
        logger.error("a PDF failed with exit code %s, %s bytes out", done.returncode, len(done.stdout))
        raise PdfFailed(PDF_FAILED)
    return done.stdout


def unprintable_sentence(characters: str) -> str:
    """Return the Swedish sentence about characters that the fonts of the PDF do not have; the first five are named."""
    named = ", ".join(f"{character} (U+{ord(character):04X})" for character in characters[:5])
    return f"PDF:en kan inte visa tecknen: {named}. Skriv dem med ord eller ta bort dem."
