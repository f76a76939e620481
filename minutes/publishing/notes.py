"""The public page of a meeting's notes, and each edition as PDF and JSON."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from minutes.models import Edition
from minutes.publishing.bake import public_page


def editions_of_meeting(year: int, slug: str) -> QuerySet[Edition]:
    """Return the editions of a meeting's notes, the newest last."""
    rows = Edition.objects.filter(minutes__meeting__round__year=year, minutes__meeting__slug=slug)
    return rows.select_related("rendering", "minutes__meeting__round").order_by("number")


@public_page
def notes_page(request: HttpRequest, year: int, slug: str) -> HttpResponse:
    """Show the newest edition with its files, and list the earlier editions. Raise Http404 if there is none."""
    found = list(editions_of_meeting(year, slug).defer("rendering__pdf", "rendering__json"))
    if not found:
        raise Http404
    context = {"edition": found[-1], "meeting": found[-1].minutes.meeting, "earlier": found[-2::-1]}
    return render(request, "public/notes.html", context)


@public_page
def edition_pdf(request: HttpRequest, year: int, slug: str, number: int) -> HttpResponse:
    """Return one edition as PDF, with the same bytes as in the letters."""
    edition = get_object_or_404(editions_of_meeting(year, slug), number=number)
    return HttpResponse(bytes(edition.rendering.pdf), content_type="application/pdf")


@public_page
def edition_json(request: HttpRequest, year: int, slug: str, number: int) -> HttpResponse:
    """Return one edition as JSON (open data)."""
    edition = get_object_or_404(editions_of_meeting(year, slug), number=number)
    return HttpResponse(edition.rendering.json, content_type="application/json")
