"""Which public pages and files are baked: after a publication, regularly, and all of them."""

from __future__ import annotations

from django.urls import reverse

from minutes.models import Edition
from minutes.publishing.pages import public_meetings, public_rounds


def pages_of_edition(edition: Edition) -> list[str]:
    """Return the addresses of the files that a publication changes; a page comes after what it links to."""
    meeting = edition.minutes.meeting
    place = [meeting.round.year, meeting.slug]
    return [
        reverse("public:notes_pdf", args=[*place, edition.number]),
        reverse("public:notes_json", args=[*place, edition.number]),
        reverse("public:notes", args=place),
        reverse("public:meeting", args=place),
        reverse("public:year", args=place[:1]),
        reverse("public:start"),
    ]


def pages_from(first: int) -> list[str]:
    """Return the addresses of meetings and years from the year `first`, then those of the pages that link to them."""
    places = public_meetings().filter(round__year__gte=first).values_list("round__year", "slug")
    years = public_rounds().filter(year__gte=first).values_list("year", flat=True)
    return [
        *(reverse("public:meeting", args=place) for place in places),
        *(reverse("public:year", args=[year]) for year in years),
        reverse("public:years"),
        reverse("public:accessibility"),
        reverse("public:personal_data"),
        reverse("public:start"),
    ]


def pages_of_all_editions() -> list[str]:
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
