"""The public pages that lead to the notes (start, year, meeting), and those about accessibility and personal data."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from meetings.models import AgendaState, Meeting, MeetingState, MeetingStep, Round
from meetings.models.meeting import MeetingQuerySet
from minutes.models import Edition
from minutes.publishing.bake import changes_at, public_page
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
    """Return the years (rounds) with at least one public meeting."""
    # EXISTS stops at the first meeting of a year, so the time does not grow with the number of meetings
    return Round.objects.filter(Exists(public_meetings().filter(round=OuterRef("pk"))))


@public_page
def front_page(request: HttpRequest) -> HttpResponse:
    """Show what the dialogues are, the coming meetings and the newest notes."""
    coming = list(public_meetings().coming()[:MEETINGS_PER_LIST])
    for meeting in coming:
        changes_at(request, meeting.ends_at)
    context = {
        "coming": coming,
        "newest": newest_editions(),
        "rounds": public_rounds(),
        "categories": Category.objects.order_by("position"),
    }
    return render(request, "public/start.html", context)


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
def year_page(request: HttpRequest, year: int) -> HttpResponse:
    """Show the purposes, meetings and notes of a year. Raise Http404 if it has no public meeting."""
    the_round = get_object_or_404(Round, year=year)
    published = Exists(Edition.objects.filter(minutes__meeting=OuterRef("pk")))
    meetings = list(public_meetings().filter(round=the_round).annotate(published=published))
    if not meetings:
        raise Http404
    context = {
        "round": the_round,
        "meetings": meetings,
        "purposes": the_round.purposes.all(),
        "categories": Category.objects.filter(in_year(year)),
    }
    return render(request, "public/year.html", context)


@public_page
def meeting_page(request: HttpRequest, year: int, slug: str) -> HttpResponse:
    """Show a meeting: time, place, parties, the agenda when it is settled, and the notes when they are published."""
    row = get_object_or_404(public_meetings().select_related("host", "agenda"), round__year=year, slug=slug)
    settled = row.agenda.state == AgendaState.SETTLED
    context = {
        "meeting": row,
        "agenda": row.agenda.timed_items(public_only=True) if settled else [],
        "parties": row.invitations.in_order(),
        "edition": Edition.objects.filter(minutes__meeting=row).last(),
    }
    return render(request, "public/meeting.html", context)


@public_page
def accessibility_page(request: HttpRequest) -> HttpResponse:
    """Show the accessibility statement that the law requires."""
    return render(request, "public/accessibility.html", {"contact": settings.MAIL_REPLY_TO})


@public_page
def personal_data_page(request: HttpRequest) -> HttpResponse:
    """Show how personal data are processed."""
    return render(request, "public/personal_data.html", {"contact": settings.MAIL_REPLY_TO})
