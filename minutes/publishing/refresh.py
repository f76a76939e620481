"""Bake the public pages again: the current ones regularly, or all of them after a restore."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from minutes.models import Edition
from minutes.publishing.bake import baking_lock, public_file, render_page, write_file
from minutes.publishing.pages import public_meetings, public_rounds


def refresh_pages() -> None:
    """Bake the pages of this year and later years and the start page. Unchanged files and the notes are not written."""
    this_year = timezone.localdate().year
    bake_addresses(page_addresses_from(this_year))


def rebuild_pages() -> int:
    """Bake every public page from the database, for example after a restore. Return the number of pages."""
    addresses = [*edition_addresses(), *page_addresses_from(0)]
    bake_addresses(addresses)
    return len(addresses)


def bake_addresses(addresses: list[str]) -> None:
    """Render and write the pages at these addresses, and the page for addresses that do not exist."""
    with baking_lock():
        for address in addresses:
            write_file(public_file(address), render_page(address))
        write_file(settings.PUBLIC_ROOT / "404.html", not_found_page())


def not_found_page() -> bytes:
    """Return the page that nginx sends for an address without a file (404)."""
    return render_to_string("404.html", {"base": "public/base.html"}).encode()


def page_addresses_from(first: int) -> list[str]:
    """Return the addresses of meetings and years from the year `first`, then those of the pages that link to them."""
    places = public_meetings().filter(round__year__gte=first).values_list("round__year", "slug")
    years = public_rounds().filter(year__gte=first).values_list("year", flat=True)
    return [
        *(reverse("public:meeting", args=place) for place in places),
        *(reverse("public:year", args=[year]) for year in years),
        reverse("public:accessibility"),
        reverse("public:personal_data"),
        reverse("public:start"),
    ]


def edition_addresses() -> list[str]:
    """Return the addresses of all published notes and of the PDF and JSON of each edition."""
    found: dict[str, None] = {}
    for edition in Edition.objects.select_related("minutes__meeting__round"):
        place = [edition.minutes.meeting.round.year, edition.minutes.meeting.slug]
        for name, args in (
            ("notes_pdf", [*place, edition.number]),
            ("notes_json", [*place, edition.number]),
            ("notes", place),
        ):
            found[reverse(f"public:{name}", args=args)] = None
    return list(found)
