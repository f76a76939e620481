"""The public pages that lead to the notes: start, year and meeting; and what the law asks for."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from meetings.models import AgendaState, Meeting, MeetingState, MeetingStep, Round
from minutes.models import Edition
from minutes.publishing.bake import public_page
from parties.models import Category, in_year

TOLD = (MeetingState.ANNOUNCED, MeetingState.INVITED, MeetingState.HELD)


def told_meetings() -> QuerySet[Meeting]:
    """The meetings that the public may know of: everything that has been announced, also what was cancelled since."""
    told = MeetingStep.objects.filter(meeting=OuterRef("pk"), after__in=TOLD)
    return Meeting.objects.filter(Q(state__in=TOLD) | Exists(told)).with_names().order_by("starts_at")


@public_page
def start(request: HttpRequest) -> HttpResponse:
    """What the dialogues are, what comes next, and the newest notes."""
    newest = Edition.objects.select_related("minutes__meeting__round").order_by("-published_at")
    told = told_meetings()
    context = {
        "coming": told.filter(pk__in=Meeting.objects.coming())[:6],
        "newest": first_of_each_meeting(newest)[:6],
        "rounds": Round.objects.filter(meetings__in=told).distinct(),
        "categories": Category.objects.order_by("position"),
    }
    return render(request, "public/start.html", context)


def first_of_each_meeting(rows: QuerySet[Edition]) -> list[Edition]:
    """A correction moves its meeting to the top but does not make two entries."""
    seen: dict[int, Edition] = {}
    for edition in rows[:40]:
        seen.setdefault(edition.minutes_id, edition)
    return list(seen.values())


@public_page
def year(request: HttpRequest, year: int) -> HttpResponse:
    """One year: its purposes, meetings and notes."""
    the_round = get_object_or_404(Round, year=year)
    meetings = list(told_meetings().filter(round=the_round))
    if not meetings:
        raise Http404
    published = set(
        Edition.objects.filter(minutes__meeting__in=meetings).values_list("minutes__meeting", flat=True)
    )
    context = {
        "round": the_round,
        "meetings": [(meeting, meeting.pk in published) for meeting in meetings],
        "purposes": the_round.purposes.all(),
        "categories": Category.objects.filter(in_year(year)),
    }
    return render(request, "public/year.html", context)


@public_page
def meeting(request: HttpRequest, year: int, slug: str) -> HttpResponse:
    """One meeting: when, where, with whom, the settled agenda, and the notes when there are any."""
    row = get_object_or_404(told_meetings().select_related("agenda"), round__year=year, slug=slug)
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
