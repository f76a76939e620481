"""The public pages that lead to the notes: start, year and meeting; and what the law asks for."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from meetings.models import AgendaState, Meeting, MeetingState, MeetingStep, Round
from meetings.models.meeting import MeetingQuerySet
from minutes.models import Edition
from minutes.publishing.bake import public_page
from parties.models import Category, in_year

PUBLIC = (MeetingState.ANNOUNCED, MeetingState.INVITED, MeetingState.HELD)
SHOWN = 6  # meetings in each list of the start page
LATEST = 40  # editions to find them in: a meeting whose notes are corrected over and over is shown once


def public_meetings() -> MeetingQuerySet:
    """Return the meetings that the public may know of: all that were ever announced, also those cancelled since."""
    announced = MeetingStep.objects.filter(meeting=OuterRef("pk"), after__in=PUBLIC)
    rows = Meeting.objects.filter(Q(state__in=PUBLIC) | Exists(announced))
    return rows.select_related("round").order_by("starts_at", "pk")


def public_rounds() -> QuerySet[Round]:
    """Return the years with a public meeting. Each year stops looking at its first one, however many there are."""
    return Round.objects.filter(Exists(public_meetings().filter(round=OuterRef("pk"))))


@public_page
def start(request: HttpRequest) -> HttpResponse:
    """What the dialogues are, what comes next, and the newest notes."""
    context = {
        "coming": public_meetings().coming()[:SHOWN],
        "newest": newest_editions(),
        "rounds": public_rounds(),
        "categories": Category.objects.order_by("position"),
    }
    return render(request, "public/start.html", context)


def newest_editions() -> list[Edition]:
    """Return the newest edition of each meeting, newest first: a correction moves its meeting to the top."""
    rows = Edition.objects.select_related("minutes__meeting__round").order_by("-published_at", "-pk")
    seen: dict[int, Edition] = {}
    for edition in rows[:LATEST]:
        seen.setdefault(edition.minutes_id, edition)
    return list(seen.values())[:SHOWN]


@public_page
def year(request: HttpRequest, year: int) -> HttpResponse:
    """One year: its purposes, meetings and notes."""
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
def meeting(request: HttpRequest, year: int, slug: str) -> HttpResponse:
    """One meeting: when, where, with whom, the settled agenda, and the notes when there are any."""
    row = get_object_or_404(public_meetings().select_related("host", "agenda"), round__year=year, slug=slug)
    settled = row.agenda.state == AgendaState.SETTLED
    context = {
        "meeting": row,
        "agenda": row.agenda.clocked(public_only=True) if settled else [],
        "parties": row.invitations.in_order(),
        "edition": Edition.objects.filter(minutes__meeting=row).last(),
    }
    return render(request, "public/meeting.html", context)


@public_page
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement that the law asks for."""
    return render(request, "public/accessibility.html", {"contact": settings.MAIL_REPLY_TO})


@public_page
def personal_data(request: HttpRequest) -> HttpResponse:
    """How personal data are handled."""
    return render(request, "public/personal_data.html", {"contact": settings.MAIL_REPLY_TO})
