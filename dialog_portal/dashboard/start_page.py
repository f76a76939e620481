"""The staff's start page: my tasks, others' tasks, the coming meetings and the state of the outbox."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.dashboard.tasks import tasks_for
from dialog_portal.outbox.health import outbox_health
from meetings.models import Answer, Invitee, Meeting
from meetings.replies.guest_list import count_waiting
from minutes.publishing.site_health import site_health

MEETINGS_SHOWN = 8  # coming meetings on the start page


@dataclass(frozen=True)
class ComingMeeting:
    """A coming meeting and the number of people with each answer.

    The numbers are: with a seat, on the waiting list, declined, sent a substitute, no answer. The substitute is
    invited too and counted by their own answer.
    """

    meeting: Meeting
    seated: int
    queue: int
    no: int
    handed_over: int
    silent: int

    @property
    def invited(self) -> int:
        """Return the number of invited people."""
        return self.seated + self.queue + self.no + self.handed_over + self.silent


def start_page(request: HttpRequest) -> HttpResponse:
    """Show the person's own tasks, those that wait for others, the coming meetings and the state of the outbox."""
    now = timezone.now()
    mine, others = tasks_for(cast("User", request.user), now)
    health = outbox_health(now)
    context = {
        "mine": mine,
        "others": others,
        "coming": coming_meetings(),
        "today": now,
        "health": health,
        "banners": (*health.banners, *site_health(now).banners),
        "letters_wait": any(task.letters for task in (*mine, *others)),
    }
    return render(request, "staff/start.html", context)


def coming_meetings() -> list[ComingMeeting]:
    """Return the next MEETINGS_SHOWN meetings with the number of each answer."""
    meetings = list(Meeting.objects.coming().with_names()[:MEETINGS_SHOWN])
    answers = Counter[tuple[int, str | None]]()
    listed: Any = Invitee.objects.active().with_answer()
    rows = listed.filter(meeting__in=meetings).order_by().values_list("meeting_id", "current_answer")
    for meeting, answer, number in rows.annotate(Count("pk")):
        answers[meeting, answer] = number
    queue = count_waiting(meetings)
    return [
        ComingMeeting(
            meeting,
            answers[meeting.pk, Answer.YES] - queue[meeting.pk],
            queue[meeting.pk],
            answers[meeting.pk, Answer.NO],
            answers[meeting.pk, Answer.SUBSTITUTE],
            answers[meeting.pk, None],
        )
        for meeting in meetings
    ]
