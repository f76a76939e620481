"""The notes as the HTML that is frozen with their edition."""

from __future__ import annotations

from django.template.loader import render_to_string

from minutes.document import Document


def notes_html(document: Document) -> str:
    """The notes themselves as HTML; frozen with the edition, so the page around them may change."""
    return render_to_string("public/notes_body.html", {"document": document})
