"""The notes as PDF/A-3a and PDF/UA-1 in one file: for the archive and for those who listen, the same bytes each time."""

import logging
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC
from pathlib import Path

from django.template.loader import render_to_string

from minutes.document import Document
from minutes.pdf_child import UNPRINTABLE
from minutes.sanitise import clean
from minutes.sanitise.text import plain

logger = logging.getLogger(__name__)

CHILD = Path(__file__).with_name("pdf_child.py")
WALL_SECONDS = 60.0
PASSED_ON = ("PATH", "LD_LIBRARY_PATH")  # what the child sees of our environment: no keys, no addresses

TOO_SLOW = "PDF:en blev inte klar i tid. Dela upp de längsta avsnitten eller förenkla tabellerna och försök igen."
BROKEN = "PDF:en kunde inte skapas. Förenkla texten där den är ovanligt lång eller inklistrad, och försök igen."


class PdfFailed(Exception):
    """No PDF came out; the message is a Swedish sentence for staff."""


def render_pdf(document: Document) -> bytes:
    """The PDF of the notes, or PdfFailed.

    It is set by a child process with limits on time and memory, so that no text can hang or fell a worker, and with
    the packaged fonts alone, so that no machine sets it differently. A child starts cold and needs a few seconds,
    which is little for a file that is made once for each edition.
    """
    with tempfile.TemporaryDirectory(prefix="pdf-") as room:
        try:
            done = subprocess.run(  # noqa: S603  # our own program, and the text goes in on stdin
                [sys.executable, "-I", str(CHILD)],
                input=page(document).encode(),
                capture_output=True,
                timeout=WALL_SECONDS,
                cwd=room,
                env={name: os.environ[name] for name in PASSED_ON if name in os.environ} | {"TMPDIR": room},
            )
        except subprocess.TimeoutExpired:
            logger.warning("a PDF was stopped after %s seconds", WALL_SECONDS)
            raise PdfFailed(TOO_SLOW) from None
    if done.returncode == UNPRINTABLE:
        raise PdfFailed(unprintable(done.stderr.decode()))
    if done.returncode != 0 or not done.stdout.startswith(b"%PDF-"):
        logger.error("a PDF failed with exit code %s, %s bytes out", done.returncode, len(done.stdout))
        raise PdfFailed(BROKEN)
    return done.stdout


def page(document: Document) -> str:
    """The document as the one HTML page that becomes the PDF, sanitised again whatever it was when stored."""
    context = {
        "document": document,
        "sections": [replace(section, html=clean(section.html)) for section in document.sections],
        "approved": f"{document.approved_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    }
    return plain(render_to_string("pdf/minutes.html", context))


def unprintable(characters: str) -> str:
    """What to tell staff about characters that the fonts of the PDF lack."""
    named = ", ".join(f"{character} (U+{ord(character):04X})" for character in characters[:5])
    return f"PDF:en kan inte visa tecknen: {named}. Skriv dem med ord eller ta bort dem."
