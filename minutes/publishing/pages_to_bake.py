"""Which public pages there are, and which of them show what has changed.

To add a page: its view (`public_page` in bake.py), a function in PAGES, in SHOWN_ON what the page shows that has pages
of its own or none, and in `watched_tables.py` the tables that it reads. Tests say what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from django.db.models import Q
from django.urls import reverse

from meetings.models import Agenda, Invitation, Meeting, Round
from minutes.models import BakedPage, Edition, Minutes, PublicText, TextKind
from minutes.publishing import redirect_file  # noqa: F401  # makes its file one of BAKED_FILES
from minutes.publishing.bake import BAKED_FILES
from minutes.publishing.pages import public_meetings, public_rounds


class Subject(NamedTuple):
    """One thing that public pages show: its kind, and its primary key (0 when there is only one)."""

    kind: str
    key: int


class Page(NamedTuple):
    """A public address, and the subject whose page it is."""

    address: str
    subject: Subject


START = Subject("start", 0)
FIXED = Subject("fixed", 0)


def pages_of_edition(edition: Edition) -> list[str]:
    """Return the addresses of the files that a publication changes; a page comes after what it links to."""
    meeting = edition.minutes.meeting
    return [
        *(page.address for page in files_of_edition(edition)),
        *(page.address for page in notes_and_meeting(meeting, published=True)),
        reverse("public:year", args=[meeting.round.year]),
        reverse("public:years"),
        reverse("public:start"),
    ]


def files_of_edition(edition: Edition) -> Iterator[Page]:
    """Yield the PDF and the JSON of an edition."""
    meeting = edition.minutes.meeting
    place = [meeting.round.year, meeting.slug, edition.number]
    for name in ("notes_pdf", "notes_json"):
        yield Page(reverse(f"public:{name}", args=place), Subject("meeting", meeting.pk))


def notes_and_meeting(meeting: Meeting, *, published: bool) -> Iterator[Page]:
    """Yield the page of the notes if they are published, then the meeting's own."""
    for name in ("notes", "meeting") if published else ("meeting",):
        address = reverse(f"public:{name}", args=[meeting.round.year, meeting.slug])
        yield Page(address, Subject("meeting", meeting.pk))


def meeting_pages(keys: set[int]) -> Iterator[Page]:
    """Yield the files of each edition, the notes and the meeting's own page."""
    editions = Edition.objects.filter(minutes__meeting__in=keys).select_related("minutes__meeting__round")
    published = set()
    for edition in editions:
        published.add(edition.minutes.meeting_id)
        yield from files_of_edition(edition)
    for meeting in Meeting.objects.filter(pk__in=keys).select_related("round"):
        yield from notes_and_meeting(meeting, published=meeting.pk in published)


def year_pages(keys: set[int]) -> Iterator[Page]:
    """Yield the page of each year (round)."""
    for pk, year in Round.objects.filter(pk__in=keys).values_list("pk", "year"):
        yield Page(reverse("public:year", args=[year]), Subject("year", pk))


def start_pages(_keys: set[int]) -> Iterator[Page]:
    """Yield the start page and the list of all years, which show the same things."""
    for name in ("years", "start"):
        yield Page(reverse(f"public:{name}"), START)


def fixed_pages(_keys: set[int]) -> Iterator[Page]:
    """Yield the pages that consist of one text, and the files that are no pages."""
    for name in ("accessibility", "personal_data"):
        yield Page(reverse(f"public:{name}"), FIXED)
    for address in BAKED_FILES:
        yield Page(address, FIXED)


def no_pages(_keys: set[int]) -> Iterator[Page]:
    """Yield nothing: a kind that has no pages of its own, or had them in an earlier version."""
    return iter(())


# The pages of each kind of subject. In the order in which they are written: a page comes after what it links to.
PAGES: dict[str, Callable[[set[int]], Iterator[Page]]] = {
    "fixed": fixed_pages,
    "meeting": meeting_pages,
    "year": year_pages,
    "start": start_pages,
}
WRITING_ORDER = {kind: place for place, kind in enumerate(PAGES)}


def subjects(kind: str, keys: Iterable[int]) -> Iterator[Subject]:
    """Yield the subjects of one kind with these keys."""
    return (Subject(kind, key) for key in keys)


def with_meetings(keys: set[int]) -> Iterator[Subject]:
    """Yield where meetings are shown: their years and the start page."""
    yield from subjects("year", Meeting.objects.filter(pk__in=keys).values_list("round", flat=True))
    yield START


def with_agendas(keys: set[int]) -> Iterator[Subject]:
    """Yield where agendas are shown: their meetings."""
    yield from subjects("meeting", Agenda.objects.filter(pk__in=keys).values_list("meeting", flat=True))


def with_invitations(keys: set[int]) -> Iterator[Subject]:
    """Yield where it is shown which parties are invited: their meetings."""
    meetings = Invitation.objects.filter(pk__in=keys).order_by().values_list("meeting", flat=True)
    yield from subjects("meeting", meetings.distinct())


def with_minutes(keys: set[int]) -> Iterator[Subject]:
    """Yield where notes are shown: their meetings, and where these are shown."""
    meetings = set(Minutes.objects.filter(pk__in=keys).values_list("meeting", flat=True))
    yield from subjects("meeting", meetings)
    yield from with_meetings(meetings)


def with_parties(keys: set[int]) -> Iterator[Subject]:
    """Yield where parties are shown: the public meetings that they host or are invited to, and every year."""
    shown = public_meetings().filter(Q(host__in=keys) | Q(invitations__party__in=keys))
    yield from subjects("meeting", shown.order_by().values_list("pk", flat=True).distinct())
    yield from every_year(keys)


def with_rounds(keys: set[int]) -> Iterator[Subject]:
    """Yield where rounds are shown: their own pages, those of their public meetings, whose addresses hold the year."""
    yield from subjects("year", keys)
    yield from subjects(
        "meeting", public_meetings().filter(round__in=keys).order_by().values_list("pk", flat=True)
    )
    yield START


def with_purposes(keys: set[int]) -> Iterator[Subject]:
    """Yield where purposes are shown: the years that have them."""
    yield from subjects("year", Round.objects.filter(purposes__in=keys).values_list("pk", flat=True))


def with_categories(_keys: set[int]) -> Iterator[Subject]:
    """Yield where categories are shown: every year, and the start page."""
    yield from every_year(_keys)
    yield START


def every_year(_keys: set[int]) -> Iterator[Subject]:
    """Yield all years: each lists its categories with their parties."""
    yield from subjects("year", public_rounds().values_list("pk", flat=True))


def with_redirects(keys: set[int]) -> Iterator[Subject]:
    """Yield where redirects are shown: in their file, and on the pages of years, which name what they replace."""
    yield FIXED
    yield from every_year(keys)


def with_texts(keys: set[int]) -> Iterator[Subject]:
    """Yield where texts are shown: a year with its first text gets a page that others link to."""
    for kind, round_ in PublicText.objects.filter(pk__in=keys).values_list("kind", "round"):
        if round_ is not None:
            yield Subject("year", round_)
        yield FIXED if kind in (TextKind.ACCESSIBILITY, TextKind.PERSONAL_DATA) else START


def with_years(_keys: set[int]) -> Iterator[Subject]:
    """Yield where years are shown beside their own pages: on the start page."""
    yield START


def nowhere(_keys: set[int]) -> Iterator[Subject]:
    """Yield nothing: a kind that is shown on its own pages only."""
    return iter(())


# Where else each kind of subject is shown than on pages of its own
SHOWN_ON: dict[str, Callable[[set[int]], Iterator[Subject]]] = {
    "agenda": with_agendas,
    "category": with_categories,
    "invitation": with_invitations,
    "meeting": with_meetings,
    "minutes": with_minutes,
    "party": with_parties,
    "purpose": with_purposes,
    "redirect": with_redirects,
    "round": with_rounds,
    "text": with_texts,
    "year": with_years,
}


def pages_of(changed: Iterable[Subject]) -> list[Page]:
    """Return the pages that show these subjects, also those that are baked and no longer exist, in writing order."""
    keys = keys_by_kind(changed)
    for kind, found in list(keys.items()):
        for shown in SHOWN_ON.get(kind, nowhere)(set(found)):
            keys.setdefault(shown.kind, set()).add(shown.key)
    pages: dict[str, Page] = {}
    for kind, found in sorted(keys.items(), key=lambda item: WRITING_ORDER.get(item[0], 0)):
        for page in (*baked_pages(kind, found), *PAGES.get(kind, no_pages)(found)):
            pages[page.address] = page
    return list(pages.values())


def keys_by_kind(found: Iterable[Subject]) -> dict[str, set[int]]:
    """Return the keys of each kind of subject."""
    keys: dict[str, set[int]] = {}
    for subject in found:
        keys.setdefault(subject.kind, set()).add(subject.key)
    return keys


def baked_pages(kind: str, keys: set[int]) -> list[Page]:
    """Return the pages of these subjects that have been baked, under the addresses that they had then."""
    rows = BakedPage.objects.filter(subject=kind, key__in=keys)
    return [Page(row.address, Subject(row.subject, row.key)) for row in rows]


def every_subject() -> set[Subject]:
    """Return all that has pages: what is public now, and what was when it was baked."""
    return {
        *(Subject(kind, key) for kind, key in BakedPage.objects.values_list("subject", "key").distinct()),
        *subjects("meeting", public_meetings().order_by().values_list("pk", flat=True)),
        *subjects("year", public_rounds().values_list("pk", flat=True)),
        FIXED,
        START,
    }
