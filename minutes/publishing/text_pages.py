"""The public pages that consist of a text that staff edit, as the public sees them and as staff preview them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from minutes.models import PublicText, TextKind
from minutes.publishing.bake import public_page
from minutes.publishing.pages import front_page_context, year_context
from minutes.publishing.texts import Content, defects, public_content

COMPLIANCE = {
    "fully": "helt förenlig",
    "partly": "delvis förenlig",
    "not": "inte förenlig",
}
METHODS = {
    "self": "Vi har granskat webbplatsen själva (självskattning).",
    "external": "Någon utomstående har granskat webbplatsen åt oss.",
}


@public_page
def accessibility_page(request: HttpRequest) -> HttpResponse:
    """Show the accessibility statement that the law requires."""
    return render(request, *accessibility(public_content(TextKind.ACCESSIBILITY)))


@public_page
def personal_data_page(request: HttpRequest) -> HttpResponse:
    """Show how personal data are processed."""
    return render(request, *personal_data(public_content(TextKind.PERSONAL_DATA)))


def accessibility(content: Content) -> tuple[str, dict[str, Any]]:
    """Return the template and the context of the accessibility statement."""
    context = {
        "text": content,
        "compliance": COMPLIANCE[content["compliance"]],
        "method": METHODS[content["method"]],
        "defects": list(defects(content)),
    }
    return "public/accessibility.html", context


def personal_data(content: Content) -> tuple[str, dict[str, Any]]:
    """Return the template and the context of the page about personal data."""
    return "public/personal_data.html", {"text": content}


def page_of_text(text: PublicText, content: Content) -> tuple[str, dict[str, Any]]:
    """Return the template and the context of the page that a text stands on, as it would be with this content."""
    if text.round:
        return "public/year.html", year_context(text.round, content)
    if text.kind == TextKind.START:
        return "public/start.html", front_page_context(content)
    return accessibility(content) if text.kind == TextKind.ACCESSIBILITY else personal_data(content)
