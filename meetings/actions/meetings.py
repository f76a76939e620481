"""What changes a meeting: adding, changing, copying, cancelling it, and saying that it has been held."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from dialog_portal.links.actions import prolong
from dialog_portal.outbox.actions import stop
from dialog_portal.outbox.models import Letter
from dialog_portal.states import NotAllowed, step
from dialog_portal.swedish import moment, span
from meetings.actions import planned
from meetings.letters.links import LINK_LIFE
from meetings.letters.purposes import told
from meetings.models import Agenda, AgendaItem, Meeting, MeetingState, Purpose, Round
from meetings.models.meeting import NEXT, Group
from parties.models import Category

Appointment = tuple[datetime, datetime, str, str]
KEPT = (
    "host",
    "venue",
    "room",
    "street",
    "serves_meal",
    "seats",
)  # what a copy has in common with its source


def appointment(meeting: Meeting) -> Appointment:
    """What people put in their calendars: when and where."""
    return meeting.starts_at, meeting.ends_at, meeting.where, meeting.online


def free_slug(round_: Round, title: str) -> str:
    """An address word that no other meeting of the round has. The round's row must be locked."""
    word = slugify(title)[:70].strip("-") or "mote"
    taken = set(Meeting.objects.filter(round=round_, slug__startswith=word).values_list("slug", flat=True))
    return next(slug for slug in candidates(word) if slug not in taken)


def candidates(word: str) -> Iterable[str]:
    yield word
    number = 2
    while True:
        yield f"{word}-{number}"
        number += 1


@transaction.atomic
def add_meeting(
    meeting: Meeting, *, categories: Iterable[Category], by: Any, reason: str = "Mötet lades upp."
) -> Meeting:
    """Store a new meeting with an empty agenda. Its address word comes from its title and stays."""
    round_ = Round.objects.select_for_update().get(pk=meeting.round_id)
    meeting.slug = free_slug(round_, meeting.title)
    meeting.save()
    meeting.categories.set(categories)
    Agenda.objects.create(meeting=meeting)
    meeting.steps.create(before="", after=meeting.state, by=by, reason=reason)
    return meeting


def may_change(meeting: Meeting) -> None:
    """Raises NotAllowed when the meeting is cancelled: people have been told, so it stays as it was."""
    if meeting.cancelled:
        raise NotAllowed("Mötet är inställt och kan inte ändras. Kopiera det till en ny dag i stället.")


@transaction.atomic
def changed(meeting: Meeting, *, before: Appointment, by: Any) -> bool:
    """Draw the consequences of a saved change; answers whether people now hold a wrong time or place.

    Then the calendar's sequence and the letters' version rise, and old letters that have not left never will.
    """
    planned.replan(meeting, by=by)  # the deadline may have moved alone
    if appointment(meeting) == before:
        return False
    known = meeting.state in (MeetingState.ANNOUNCED, MeetingState.INVITED) or told(meeting).exists()
    reason = f"Ny tid eller plats: {span(meeting.starts_at, meeting.ends_at)}, {meeting.where}."
    meeting.steps.create(before=meeting.state, after=meeting.state, by=by, reason=reason)
    if not known or meeting.state == MeetingState.HELD:
        return False
    meeting.sequence += 1
    meeting.letter_version += 1
    meeting.save(update_fields=["sequence", "letter_version"])
    prolong([row.link for row in meeting.invitees.select_related("link")], meeting.ends_at + LINK_LIFE)
    stop_waiting(meeting, by=by, reason="Mötets tid eller plats ändrades innan brevet hade lämnats.")
    return True


def stop_waiting(meeting: Meeting, *, by: Any, reason: str) -> None:
    """Letters of the meeting that have not left say something that no longer holds, also those that failed.

    The notes from it still hold, and so does the word to a substitute that they need not come.
    """
    letters = Letter.objects.filter(campaign=meeting.campaign)
    false = letters.exclude(purpose=Purpose.DISTRIBUTION).exclude(
        purpose=Purpose.SUBSTITUTE, key__startswith="taken_back:"
    )
    stop(false, by=by, reason=reason, final=True)


@transaction.atomic
def copy_meeting(
    source: Meeting,
    *,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    reply_by: datetime,
    group: Group | None,
    by: Any,
) -> Meeting:
    """The same meeting on another day or with another group: place, seats and agenda, but no letters.

    In another group its host is the host, and the place is left open: it was the first host's.
    """
    kept = {name: getattr(source, name) for name in KEPT}
    if group and group != source.group and group.host != source.host:
        kept |= {"host": group.host, "venue": "", "room": "", "street": ""}
    made = Meeting(
        round=source.round,
        title=title,
        starts_at=starts_at,
        ends_at=ends_at,
        reply_by=reply_by,
        group=group,
        message=source.message,
        officer=by,
        **kept,
    )
    add_meeting(made, categories=source.categories.all(), by=by, reason=f"Kopierades från {source.title}.")
    copy_items(source.agenda, made.agenda, internal=True)
    return made


def copy_items(source: Agenda, target: Agenda, *, internal: bool) -> None:
    """The points of one agenda as a draft in another, with or without the internal ones."""
    items = source.items.all() if internal else source.items.filter(internal=False)
    AgendaItem.objects.bulk_create(copied(item, target) for item in items)


def copied(item: AgendaItem, target: Agenda) -> AgendaItem:
    return AgendaItem(
        agenda=target,
        position=item.position,
        title=item.title,
        description=item.description,
        minutes=item.minutes,
        presenter=item.presenter,
        internal=item.internal,
    )


@transaction.atomic
def cancel(meeting: Meeting, *, reason: str, by: Any) -> Meeting:
    """Call the meeting off: its calendar sequence rises, and letters that wait are stopped."""
    meeting = step(meeting, NEXT, MeetingState.CANCELLED, by=by, reason=reason)
    meeting.sequence += 1
    meeting.save(update_fields=["sequence"])
    planned.skip(meeting, by=by, reason="Mötet är inställt.")
    stop_waiting(meeting, by=by, reason="Mötet ställdes in innan brevet hade lämnats.")
    return meeting


@transaction.atomic
def hold(meeting: Meeting, *, by: Any) -> Meeting:
    """Say that the meeting has been held; not before it has begun."""
    now = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if timezone.now() < now.starts_at:
        raise NotAllowed(
            f"Mötet börjar {moment(now.starts_at)}. Det kan markeras som genomfört först när det har börjat."
        )
    planned.skip(now, by=by, reason="Mötet har redan hållits.")
    return step(now, NEXT, MeetingState.HELD, by=by)
