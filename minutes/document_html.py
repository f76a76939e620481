"""Render the notes as the HTML that is stored with their edition."""

from __future__ import annotations

from django.template.loader import render_to_string

from minutes.document import Document


def notes_html(document: Document) -> str:
    """Return the notes as HTML without the page around them, so that the page may change and the edition never does."""
    return render_to_string("public/notes_body.html", {"document": document})
