"""Keeps the public pages about what is planned in step with the portal; notes are never touched here."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from minutes.models import Edition
from minutes.publishing.bake import file_of, one_at_a_time, render_page, write
from minutes.publishing.pages import public_meetings, public_rounds


def refresh() -> None:
    """Bake the start page and the pages of this year and the coming ones; files that did not change stay."""
    this_year = timezone.localdate().year
    bake_addresses(pages_from(this_year))


def rebuild() -> int:
    """Bake every public page from the database, as after a restore; answers how many there are."""
    addresses = [*editions_addresses(), *pages_from(0)]
    bake_addresses(addresses)
    return len(addresses)


def bake_addresses(addresses: list[str]) -> None:
    with one_at_a_time():
        for address in addresses:
            write(file_of(address), render_page(address))
        write(settings.PUBLIC_ROOT / "404.html", not_found())


def not_found() -> bytes:
    """What nginx answers for an address that has no file."""
    return render_to_string("404.html", {"base": "public/base.html"}).encode()


def pages_from(first: int) -> list[str]:
    """The addresses of meetings and years from a year on, then the pages that lead to them."""
    places = public_meetings().filter(round__year__gte=first).values_list("round__year", "slug")
    years = public_rounds().filter(year__gte=first).values_list("year", flat=True)
    return [
        *(reverse("public:meeting", args=place) for place in places),
        *(reverse("public:year", args=[year]) for year in years),
        reverse("public:accessibility"),
        reverse("public:personal_data"),
        reverse("public:start"),
    ]


def editions_addresses() -> list[str]:
    """The addresses of all published notes and their files."""
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
