"""The public pages that lead to the notes: start, all years, a year, a meeting."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from meetings.models import Meeting, MeetingState, MeetingStep, Round
from meetings.models.meeting import MeetingQuerySet
from minutes.models import Edition, Redirect, TextKind, TextRevision
from minutes.publishing.bake import changes_at, public_page
from minutes.publishing.parties_of_year import categories_of_year
from minutes.publishing.texts import Content, public_content
from parties.models import Category, in_year

PUBLIC_STATES = (MeetingState.ANNOUNCED, MeetingState.INVITED, MeetingState.HELD)
MEETINGS_PER_LIST = 6  # meetings in each list of the start page
EDITIONS_SEARCHED = 40  # editions read to find them; several may belong to one meeting, which is listed once


def public_meetings() -> MeetingQuerySet:
    """Return the meetings that are public: all that have been announced, also those that were cancelled afterwards."""
    announced = MeetingStep.objects.filter(meeting=OuterRef("pk"), after__in=PUBLIC_STATES)
    rows = Meeting.objects.filter(Q(state__in=PUBLIC_STATES) | Exists(announced))
    return rows.select_related("round").order_by("starts_at", "pk")


def public_rounds() -> QuerySet[Round]:
    """Return the years (rounds) with a page: those with a public meeting or a published text."""
    # EXISTS stops at the first meeting of a year, so the time does not grow with the number of meetings
    met = Exists(public_meetings().filter(round=OuterRef("pk")))
    written = Exists(TextRevision.objects.published().filter(text__round=OuterRef("pk")))
    return Round.objects.filter(met | written)


@public_page
def front_page(request: HttpRequest) -> HttpResponse:
    """Show what the dialogues are, the coming meetings and the newest notes."""
    context = front_page_context(public_content(TextKind.START))
    for meeting in context["coming"]:
        changes_at(request, meeting.ends_at)
    changes_at(request, next_year())  # the categories are those of the year
    return render(request, "public/start.html", context)


def next_year() -> datetime:
    """Return the moment when the next year begins."""
    year = timezone.localdate().year + 1
    return datetime(year, 1, 1, tzinfo=timezone.get_current_timezone())


def front_page_context(content: Content) -> dict[str, Any]:
    """Return what the start page shows around its text."""
    return {
        "text": content,
        "coming": list(public_meetings().coming()[:MEETINGS_PER_LIST]),
        "newest": newest_editions(),
        "rounds": public_rounds(),
        "categories": Category.objects.filter(in_year(timezone.localdate().year)).order_by("position"),
    }


def newest_editions() -> list[Edition]:
    """Return the newest edition of each meeting, newest first, at most MEETINGS_PER_LIST.

    A correction is an edition of its own, so it moves its meeting to the top.
    """
    rows = Edition.objects.select_related("minutes__meeting__round").order_by("-published_at", "-pk")
    seen: dict[int, Edition] = {}
    for edition in rows[:EDITIONS_SEARCHED]:
        seen.setdefault(edition.minutes_id, edition)
    return list(seen.values())[:MEETINGS_PER_LIST]


@public_page
def years_page(request: HttpRequest) -> HttpResponse:
    """List all years with the number of their meetings and published notes."""
    meetings = Count("meetings", filter=Q(meetings__in=public_meetings().order_by()), distinct=True)
    notes = Count("meetings__minutes", filter=Q(meetings__minutes__editions__isnull=False), distinct=True)
    rows = public_rounds().annotate(number=meetings, notes=notes).order_by("-year")
    return render(request, "public/years.html", {"rounds": rows})


@public_page
def year_page(request: HttpRequest, year: int) -> HttpResponse:
    """Show what the dialogues of a year are, its parties, meetings and notes. Raise Http404 if nothing is public."""
    row = get_object_or_404(public_rounds(), year=year)
    return render(request, "public/year.html", year_context(row, public_content(TextKind.YEAR, row)))


def year_context(row: Round, content: Content) -> dict[str, Any]:
    """Return what the page of a year shows around its text."""
    published = Exists(Edition.objects.filter(minutes__meeting=OuterRef("pk")))
    return {
        "round": row,
        "text": content,
        "meetings": public_meetings().filter(round=row).annotate(published=published),
        "purposes": row.purposes.all(),
        "categories": list(categories_of_year(row.year, content)),
        "replaced": Redirect.objects.filter(target=reverse("public:year", args=[row.year])),
    }


@public_page
def meeting_page(request: HttpRequest, year: int, slug: str) -> HttpResponse:
    """Show a meeting: time, place, parties, the agenda when it is settled, and the notes when they are published."""
    row = get_object_or_404(public_meetings().select_related("host", "agenda"), round__year=year, slug=slug)
    agenda = row.agenda.timed_items_for_guests() if row.agenda.has_been_settled else []
    context = {
        "meeting": row,
        "agenda": agenda,
        "described": any(item.description for _, item in agenda),
        "parties": row.invitations.in_use().in_order(),
        "edition": Edition.objects.filter(minutes__meeting=row).last(),
    }
    return render(request, "public/meeting.html", context)
