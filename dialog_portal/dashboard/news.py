"""What others have done in a person's meetings since a day: answers that have come, and steps that colleagues took."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.swedish import count
from meetings.models import AgendaStep, Answer, MeetingStep, Reply
from minutes.models import MinutesStep

LAST_WORKING_DAY = 4
ANSWER_WORDS = {
    Answer.YES: "kommer",
    Answer.NO: "kommer inte",
    Answer.SUBSTITUTE: "skickar ersättare",
}


@dataclass(frozen=True)
class News:
    """One thing that has happened in a meeting: a sentence about it, when it happened last, and its page."""

    meeting: str
    sentence: str
    at: datetime
    url: str


def previous_working_day(now: datetime) -> datetime:
    """Return the beginning of the last Monday to Friday before today, in Stockholm."""
    day = timezone.localdate(now) - timedelta(days=1)
    while day.weekday() > LAST_WORKING_DAY:
        day -= timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, time()))


def news_for(user: User, since: datetime) -> list[News]:
    """Return what others have done in the person's own meetings, the newest first; four queries."""
    found = [*answers_since(user, since), *steps_since(user, since)]
    return sorted(found, key=lambda news: news.at, reverse=True)


def answers_since(user: User, since: datetime) -> Iterator[News]:
    """Yield each meeting with answers that the person has not noted themselves; of each guest the last one counts."""
    later = Reply.objects.filter(invitee=OuterRef("invitee"), confirmed=True, pk__gt=OuterRef("pk"))
    rows: Any = (
        Reply.objects.confirmed()
        .filter(~Exists(later), at__gte=since, invitee__meeting__officer=user, invitee__withdrawn_at=None)
        .exclude(by=user)
        .values("invitee__meeting", "invitee__meeting__title")
        .annotate(
            newest=Max("at"),
            **{answer.name: Count("pk", filter=Q(answer=answer)) for answer in ANSWER_WORDS},
        )
        .order_by("invitee__meeting")
    )
    for row in rows:
        said = [f"{row[answer.name]} {words}" for answer, words in ANSWER_WORDS.items() if row[answer.name]]
        number = sum(row[answer.name] for answer in ANSWER_WORDS)
        sentence = f"{count(number, 'nytt svar,nya svar')}: {', '.join(said)}."
        url = reverse("staff:invitations", args=[row["invitee__meeting"]])
        yield News(row["invitee__meeting__title"], sentence, row["newest"], url)


def steps_since(user: User, since: datetime) -> Iterator[News]:
    """Yield the steps that colleagues have taken with the meetings, their agendas and their notes."""
    taken = Q(at__gte=since, by__isnull=False) & ~Q(by=user) & ~Q(before="")
    for step in MeetingStep.objects.filter(taken, meeting__officer=user).select_related("meeting", "by"):
        sentence = f"Mötet är {step.meeting.get_state_display()} ({step.by})."
        url = reverse("staff:meeting_detail", args=[step.meeting_id])
        yield News(step.meeting.title, sentence, step.at, url)
    agendas = AgendaStep.objects.filter(taken, agenda__meeting__officer=user)
    for turn in agendas.select_related("agenda__meeting", "by"):
        meeting = turn.agenda.meeting
        sentence = f"Dagordningen är {turn.agenda.get_state_display()} ({turn.by})."
        yield News(meeting.title, sentence, turn.at, reverse("staff:agenda", args=[meeting.pk]))
    notes = MinutesStep.objects.filter(taken, minutes__meeting__officer=user)
    for note in notes.select_related("minutes__meeting", "by"):
        meeting = note.minutes.meeting
        sentence = f"Anteckningarna {note.label[:1].lower()}{note.label[1:]} ({note.by})."
        yield News(meeting.title, sentence, note.at, reverse("staff:minutes", args=[meeting.pk]))
