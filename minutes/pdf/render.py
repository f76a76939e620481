"""The notes as one PDF for archive and listeners, PDF/A-3a and PDF/UA-1; the same bytes each time."""

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
from minutes.pdf.typeset import UNPRINTABLE
from minutes.sanitise import clean
from minutes.sanitise.text import normalise

logger = logging.getLogger(__name__)

CHILD = Path(__file__).with_name("typeset.py")
WALL_SECONDS = 60.0
PASSED_ON = ("PATH", "LD_LIBRARY_PATH")  # what the child sees of our environment: no keys, no addresses

LINE_LENGTH, CELL_PADDING = 80, 3  # in letters of a table

PDF_TOO_SLOW = (
    "PDF:en blev inte klar i tid. Dela upp långa avsnitt eller förenkla tabellerna och försök igen."
)
PDF_FAILED = "PDF:en kunde inte skapas. Förenkla text som är mycket lång eller inklistrad och försök igen."


class PdfFailed(Exception):
    """No PDF came out; the message is a Swedish sentence for staff."""


def render_pdf(document: Document) -> bytes:
    """The PDF of the notes, or PdfFailed; a few seconds, since it starts cold, once for each edition."""
    return typeset_in_child(pdf_html(document))


def pdf_html(document: Document) -> str:
    """The document as the one HTML page that becomes the PDF, sanitised again whatever it was when stored."""
    context = {
        "document": document,
        "sections": [replace(section, html=fit_tables(clean(section.html))) for section in document.sections],
        "approved": f"{document.approved_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    }
    return normalise(render_to_string("pdf/minutes.html", context))


def fit_tables(html: str) -> str:
    """The sanitised HTML, with equal columns in each table whose words side by side are wider than the paper."""
    return re.sub("<table>.*?</table>", lambda found: widen_table(found[0]), html)


def widen_table(table: str) -> str:
    """The table, marked when the longest words of its columns do not fit on one line."""
    rows = [re.split("<t[hd][^>]*>", row)[1:] for row in table.split("<tr>")[1:]]
    needed = sum(
        max(longest_word(cell) for cell in column) + CELL_PADDING for column in zip(*rows, strict=True)
    )
    return table.replace("<table>", '<table class="even">', 1) if needed > LINE_LENGTH else table


def longest_word(html: str) -> int:
    return max((len(word) for word in re.sub("<[^>]*>", " ", html).split()), default=0)


def typeset_in_child(html: str) -> bytes:
    """The page as PDF, set by a child process of its own.

    The child has limits on time and memory, so that no text can hang or fell a worker, and only the packaged fonts,
    so that no machine sets it differently.
    """
    with tempfile.TemporaryDirectory(prefix="pdf-") as room:
        try:
            done = subprocess.run(  # noqa: S603  # our own program, and the text goes in on stdin
                [sys.executable, "-I", str(CHILD)],
                input=html.encode(),
                capture_output=True,
                timeout=WALL_SECONDS,
                check=False,
                cwd=room,
                env={name: os.environ[name] for name in PASSED_ON if name in os.environ} | {"TMPDIR": room},
            )
        except subprocess.TimeoutExpired:
            logger.warning("a PDF was stopped after %s seconds", WALL_SECONDS)
            raise PdfFailed(PDF_TOO_SLOW) from None
    if done.returncode == UNPRINTABLE:
        raise PdfFailed(unprintable_sentence(done.stderr.decode()))
    if done.returncode != 0 or not done.stdout.startswith(b"%PDF-"):
        logger.error("a PDF failed with exit code %s, %s bytes out", done.returncode, len(done.stdout))
        raise PdfFailed(PDF_FAILED)
    return done.stdout


def unprintable_sentence(characters: str) -> str:
    """What to tell staff about characters that the fonts of the PDF lack."""
    named = ", ".join(f"{character} (U+{ord(character):04X})" for character in characters[:5])
    return f"PDF:en kan inte visa tecknen: {named}. Skriv dem med ord eller ta bort dem."
