"""The staff's start page: my tasks and news, colleagues' tasks, the coming meetings and the state of the outbox."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.db.models import Case, Count, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.dashboard.news import news_for, previous_working_day
from dialog_portal.dashboard.tasks import tasks_for
from dialog_portal.outbox.health import outbox_health
from meetings.mailings.letters.recipients import with_invitation
from meetings.models import Answer, Invitee, Meeting
from meetings.replies.guest_list import count_waiting
from minutes.publishing.site_health import site_health

MEETINGS_SHOWN = 8  # coming meetings on the start page


@dataclass(frozen=True)
class ComingMeeting:
    """A coming meeting and the number of people with each answer.

    The numbers are: with a seat, on the waiting list, declined, sent a substitute, invited without an answer, not yet
    invited. The substitute is invited too and counted by their own answer.
    """

    meeting: Meeting
    seated: int
    queue: int
    no: int
    handed_over: int
    silent: int
    not_invited: int

    @property
    def listed(self) -> int:
        """Return the number of people on the meeting's list."""
        return self.seated + self.queue + self.no + self.handed_over + self.silent + self.not_invited


def start_page(request: HttpRequest) -> HttpResponse:
    """Show what is due and new for the person, then colleagues' tasks and meetings, and the state of the outbox."""
    now, user = timezone.now(), cast("User", request.user)
    mine, others = tasks_for(user, now)
    since, health = previous_working_day(now), outbox_health(now)
    context = {
        "mine": [task for task in mine if task.belongs_to in (None, user.pk)],
        "colleagues": [task for task in mine if task.belongs_to not in (None, user.pk)],
        "others": others,
        "news": news_for(user, since),
        "since": since,
        "coming": coming_meetings(user),
        "today": now,
        "health": health,
        "banners": (*health.banners, *site_health(now).banners),
        "letters_wait": any(task.letters for task in (*mine, *others)),
        "letters_stay": not settings.MAIL,
    }
    return render(request, "staff/start.html", context)


def coming_meetings(user: User | None = None) -> list[ComingMeeting]:
    """Return the next MEETINGS_SHOWN meetings, the person's own first, with the number of each answer."""
    rank = Case(When(officer=user, then=0), default=1) if user else Value(1)
    coming = Meeting.objects.coming().with_names().select_related("officer").annotate(rank=rank)
    meetings = list(coming.order_by("rank", "starts_at")[:MEETINGS_SHOWN])
    answers = Counter[tuple[int, str | bool]]()
    listed: Any = with_invitation(Invitee.objects.active().with_answer()).filter(meeting__in=meetings)
    rows = listed.order_by().values_list("meeting_id", "current_answer", "is_invited")
    for meeting, answer, is_invited, number in rows.annotate(Count("pk")):
        answers[meeting, answer or is_invited] += number
    queue = count_waiting(meetings)
    return [
        ComingMeeting(
            meeting,
            answers[meeting.pk, Answer.YES] - queue[meeting.pk],
            queue[meeting.pk],
            answers[meeting.pk, Answer.NO],
            answers[meeting.pk, Answer.SUBSTITUTE],
            answers[meeting.pk, True],
            answers[meeting.pk, False],
        )
        for meeting in meetings
    ]
