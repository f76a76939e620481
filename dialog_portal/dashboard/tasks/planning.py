"""Tasks about planning: gaps in the plan, agendas to settle, invitations to send, meetings to mark as held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from dialog_portal.access.models import User
from dialog_portal.base.swedish import count, weekday
from dialog_portal.dashboard.tasks.task import Task, meeting_url
from meetings.invitations.behind_register import lacking_by_meeting, lapsed_by_meeting
from meetings.mailings.letters.recipients import MAILINGS
from meetings.mailings.pending_letters import pending
from meetings.models import (
    Agenda,
    AgendaItem,
    AgendaState,
    Invitation,
    Invitee,
    Meeting,
    MeetingState,
    Purpose,
)

# Times before the meeting
PLAN_AHEAD = timedelta(days=90)  # from here on, gaps in the plan are tasks
SETTLE_BEFORE = timedelta(days=49)  # the agenda is due: it is sent with the invitation
INVITE_BEFORE = timedelta(days=42)  # the invitation is due
WARN_BEFORE = timedelta(days=14)  # and a task is shown so long before it is due

STATES_BEFORE_INVITATION = (MeetingState.PLANNED, MeetingState.ANNOUNCED)


def plans_with_gaps(user: User, now: datetime) -> Iterator[Task]:
    """Yield planned meetings that nobody can be invited to yet, because parties, agenda or place are missing."""
    coming = Meeting.objects.filter(
        state__in=STATES_BEFORE_INVITATION, starts_at__gt=now, starts_at__lt=now + PLAN_AHEAD
    )
    rows: QuerySet[Any] = coming.annotate(
        parties=Exists(Invitation.objects.filter(meeting=OuterRef("pk"))),
        items=Exists(AgendaItem.objects.filter(agenda__meeting=OuterRef("pk"))),
    )
    for row in rows:
        lacks = [
            (row.parties, "Inga parter är valda."),
            (row.items, "Dagordningen är tom."),
            (row.venue or row.online, "Platsen saknas."),
            (row.town or not row.venue, "Orten saknas."),
        ]
        why = " ".join(sentence for there, sentence in lacks if not there)
        if why:
            url, due = meeting_url("staff:meeting_detail", row), row.starts_at - SETTLE_BEFORE
            yield Task("Gör klart planen", row.title, url, why, due, meeting=row.pk)


def agendas_to_settle(user: User, now: datetime) -> Iterator[Task]:
    """Yield agendas to settle before the invitation is sent; those under consultation are not the user's own task."""
    soon = now + SETTLE_BEFORE + WARN_BEFORE
    rows = Agenda.objects.filter(
        Exists(AgendaItem.objects.filter(agenda=OuterRef("pk"))),
        meeting__state__in=STATES_BEFORE_INVITATION,
        meeting__starts_at__gt=now,
        meeting__starts_at__lt=soon,
    ).exclude(state=AgendaState.SETTLED)
    for row in rows.select_related("meeting"):
        consulted = row.state == AgendaState.CONSULTED
        why = "Den är på avstämning." if consulted else "Dagordningen följer med inbjudan."
        due = row.meeting.starts_at - SETTLE_BEFORE
        url = meeting_url("staff:agenda", row.meeting)
        yield Task(
            "Lägg fast dagordningen",
            row.meeting.title,
            url,
            why,
            due,
            mine=not consulted,
            meeting=row.meeting_id,
        )


def invitations_to_send(user: User, now: datetime) -> Iterator[Task]:
    """Yield meetings with parties and a settled agenda, but without an invitation sent."""
    rows = Meeting.objects.filter(
        Exists(Invitation.objects.filter(meeting=OuterRef("pk"))),
        state__in=STATES_BEFORE_INVITATION,
        agenda__state=AgendaState.SETTLED,
        starts_at__gt=now,
        starts_at__lt=now + INVITE_BEFORE + WARN_BEFORE,
    )
    for row in rows:
        url = reverse("staff:letters_preview", args=[row.pk, Purpose.INVITATION])
        why = f"Mötet är {weekday(row.starts_at)}."
        yield Task("Skicka inbjudan", row.title, url, why, row.starts_at - INVITE_BEFORE, meeting=row.pk)


def late_invitations(user: User, now: datetime) -> Iterator[Task]:
    """Yield meetings with people who came to the list after the invitation was sent; they have none and no answer."""
    people = Invitee.objects.active().silent()
    people = people.filter(meeting__state=MeetingState.INVITED, meeting__starts_at__gt=now)
    rows = pending(MAILINGS[Purpose.INVITATION], people.select_related("meeting"))
    numbers = Counter(row.meeting_id for row in rows)
    for meeting in {row.meeting_id: row.meeting for row in rows}.values():
        url = reverse("staff:letters_preview", args=[meeting.pk, Purpose.INVITATION])
        number = numbers[meeting.pk]
        why = f"{count(number, 'person,personer')} på listan är inte {'inbjuden' if number == 1 else 'inbjudna'} än."
        yield Task("Skicka inbjudan", meeting.title, url, why, meeting.reply_by, meeting=meeting.pk)


def lists_behind_register(user: User, now: datetime) -> Iterator[Task]:
    """Yield meetings whose list differs from the register as it is on the day of the meeting."""
    lapsed, lacking = lapsed_by_meeting(now), lacking_by_meeting(now)
    for row in Meeting.objects.filter(pk__in=lapsed.keys() | lacking.keys()):
        said = [
            (lapsed[row.pk], "på listan har inget uppdrag på mötets dag."),
            (
                lacking[row.pk],
                f"{'part' if lacking[row.pk] == 1 else 'parter'} har någon som inte står på listan.",
            ),
        ]
        why = " ".join(f"{number} {words}" for number, words in said if number)
        url = meeting_url("staff:invitations", row)
        yield Task("Följ registret", row.title, url, why, row.reply_by, meeting=row.pk)


def meetings_that_passed(user: User, now: datetime) -> Iterator[Task]:
    """Yield meetings whose time is over but that are neither marked as held nor cancelled."""
    for row in Meeting.objects.filter(
        state__in=(*STATES_BEFORE_INVITATION, MeetingState.INVITED), ends_at__lt=now
    ):
        invited = row.state == MeetingState.INVITED
        verb = "Markera som genomfört" if invited else "Ställ in eller flytta mötet"
        why = "Mötets tid är över." if invited else "Mötets tid är över, men ingen blev inbjuden."
        yield Task(
            verb, row.title, meeting_url("staff:meeting_detail", row), why, row.ends_at, meeting=row.pk
        )
