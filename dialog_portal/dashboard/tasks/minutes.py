"""Tasks about minutes: start, finish, approve, distribute and publish them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from dialog_portal.access.models import User
from dialog_portal.base.swedish import day
from dialog_portal.dashboard.tasks.task import Task, meeting_url
from meetings.models import Meeting, MeetingState
from minutes.approval.authors import authors_of
from minutes.models import Minutes, MinutesState
from minutes.protected_people.actions import open_names


def meetings_without_notes(user: User, now: datetime) -> Iterator[Task]:
    """Yield held meetings whose notes nobody has started."""
    for row in Meeting.objects.filter(state=MeetingState.HELD, minutes__isnull=True):
        why = f"Mötet hölls {day(row.starts_at)}."
        yield Task(
            "Börja på anteckningarna",
            row.title,
            meeting_url("staff:minutes", row),
            why,
            row.ends_at,
            meeting=row.pk,
        )


def minutes_in_state(state: MinutesState) -> QuerySet[Minutes]:
    """Return the minutes in a state, with their meetings."""
    return Minutes.objects.filter(state=state).select_related("meeting")


def notes_to_finish(user: User, now: datetime) -> Iterator[Task]:
    """Yield drafts that are still being written."""
    for row in minutes_in_state(MinutesState.DRAFT):
        why = (
            f"Rättelse: {row.correction}" if row.correction else f"Mötet hölls {day(row.meeting.starts_at)}."
        )
        yield Task(
            "Skriv klart anteckningarna",
            row.meeting.title,
            meeting_url("staff:minutes", row.meeting),
            why,
            meeting=row.meeting_id,
        )


def notes_to_approve(user: User, now: datetime) -> Iterator[Task]:
    """Yield notes that wait for approval. Who has written in them since the last edition may not approve them."""
    rows = list(minutes_in_state(MinutesState.CIRCULATED))
    wrote = authors_of(rows)
    for row in rows:
        own = user in wrote[row.pk]
        own_words = "Du har skrivit i dem eller ändrat uppgifter, så någon annan fastställer."
        why = own_words if own else "Läs och fastställ, eller öppna dem igen."
        url = meeting_url("staff:minutes", row.meeting)
        yield Task(
            "Fastställ anteckningarna", row.meeting.title, url, why, mine=not own, meeting=row.meeting_id
        )


def notes_to_distribute(user: User, now: datetime) -> Iterator[Task]:
    """Yield approved notes that have not been sent to the participants."""
    for row in minutes_in_state(MinutesState.APPROVED):
        why = "De är fastställda men inte utskickade till deltagarna."
        yield Task(
            "Skicka ut anteckningarna",
            row.meeting.title,
            meeting_url("staff:minutes", row.meeting),
            why,
            meeting=row.meeting_id,
        )


def notes_to_publish(user: User, now: datetime) -> Iterator[Task]:
    """Yield distributed notes that are not published yet."""
    for row in minutes_in_state(MinutesState.DISTRIBUTED):
        why = "De är utskickade men inte publicerade."
        yield Task(
            "Publicera anteckningarna",
            row.meeting.title,
            meeting_url("staff:minutes", row.meeting),
            why,
            meeting=row.meeting_id,
        )


def editions_with_protected_names(user: User, now: datetime) -> Iterator[Task]:
    """Yield published editions that name somebody who has become protected, until somebody has dealt with it."""
    for row in open_names():
        url = reverse("staff:protected_name", args=[row.pk])
        about = f"{row.edition.minutes.meeting.title}, utgåva {row.edition.number}"
        yield Task(
            "Se till att namnet försvinner",
            about,
            url,
            "Utgåvan namnger någon med skyddade uppgifter.",
            row.found_at,
            meeting=row.edition.minutes.meeting_id,
        )
