"""What changes a meeting: adding, changing, copying, cancelling it, and saying that it has been held."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.states import NotAllowed, step
from dialog_portal.base.swedish import moment, span
from meetings.invitations.actions import rerender
from meetings.mailings.actions import reminder_schedule
from meetings.mailings.actions.reply_link import prolong_reply_links
from meetings.mailings.letters.recipients import who_know_when
from meetings.models import Agenda, AgendaItem, Meeting, MeetingState, MeetingStep, Round
from meetings.models.meeting import NEXT, Group
from meetings.replies.actions.needs import erase_needs_of_meeting
from parties.models import Category

Appointment = tuple[datetime, datetime, str, str]
A_MOMENT = timedelta(minutes=1)  # for a page that is slow to answer and a finger that presses again
GIVEN = ("id", "slug", "state")  # what nobody types
# What a copy has in common with its source
KEPT = ("host", "venue", "room", "street", "serves_meal", "seats")


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
    meeting: Meeting, *, categories: Iterable[Category], by: User, reason: str = "Mötet lades upp."
) -> Meeting:
    """Store a new meeting with an empty agenda. Its address word comes from its title and stays.

    A button that was pressed twice makes one meeting: the second press answers the one that the first made. What was
    corrected in between is another meeting, since it must not be lost.
    """
    round_ = Round.objects.select_for_update().get(pk=meeting.round_id)
    categories = list(categories)
    if made := just_made(meeting, categories, by=by, reason=reason):
        return made
    meeting.slug = free_slug(round_, meeting.title)
    meeting.save()
    meeting.categories.set(categories)
    Agenda.objects.create(meeting=meeting)
    meeting.steps.create(before="", after=meeting.state, by=by, reason=reason)
    record(by, "dialogmöte: la upp", meeting)
    return meeting


def just_made(meeting: Meeting, categories: list[Category], *, by: User, reason: str) -> Meeting | None:
    """The same meeting, if the same person made it in the same way a moment ago. The round's row must be locked."""
    since = timezone.now() - A_MOMENT
    lately = MeetingStep.objects.filter(before="", by=by, reason=reason, at__gte=since)
    rows = Meeting.objects.filter(pk__in=lately.values("meeting"), **typed(meeting)).prefetch_related(
        "categories"
    )
    return next((row for row in rows if set(row.categories.all()) == set(categories)), None)


def typed(meeting: Meeting) -> dict[str, Any]:
    """Every column that a person fills in, with what it holds."""
    columns = [field for field in Meeting._meta.concrete_fields if field.editable]
    return {field.attname: getattr(meeting, field.attname) for field in columns if field.name not in GIVEN}


def may_change(meeting: Meeting) -> None:
    """Raises NotAllowed when the meeting is cancelled: people have been told, so it stays as it was."""
    if meeting.cancelled:
        raise NotAllowed("Mötet är inställt och kan inte ändras. Kopiera det till en ny dag i stället.")


@transaction.atomic
def changed(
    meeting: Meeting,
    *,
    before: Appointment,
    by: User,
    reply_by_before: datetime | None = None,
    fields: Collection[str] = (),
) -> bool:
    """Draw the consequences of a saved change; answers whether people now hold a wrong time or place.

    Then the calendar's sequence and the letters' version rise, and old letters that have not left never will.
    When only the last day to answer was another before, those letters are written anew. `fields` are those that the
    form says were changed.
    """
    was = {} if meeting.starts_at == before[0] else {"start_before": before[0]}
    record(by, "dialogmöte: ändrade", meeting, fields=list(fields), **was)
    reminder_schedule.move_reminders(meeting, by=by)  # the deadline may have moved alone
    if appointment(meeting) == before:
        if reply_by_before not in (None, meeting.reply_by):
            rerender.rerender_for_deadline(
                meeting, by=by, reason="Sista svarsdag ändrades innan brevet lämnades."
            )
        return False
    known = (
        meeting.state in (MeetingState.ANNOUNCED, MeetingState.INVITED)
        or who_know_when(meeting.invitees.active()).exists()
    )
    reason = f"Ny tid eller plats: {span(meeting.starts_at, meeting.ends_at)}, {meeting.where}."
    meeting.steps.create(before=meeting.state, after=meeting.state, by=by, reason=reason)
    if not known or meeting.state == MeetingState.HELD:
        return False
    meeting.sequence += 1
    meeting.letter_version += 1
    meeting.save(update_fields=["sequence", "letter_version"])
    prolong_reply_links(meeting)
    rerender.rerender_for_move(
        meeting, by=by, reason="Mötets tid eller plats ändrades innan brevet hade lämnats."
    )
    return True


@transaction.atomic
def copy_meeting(
    source: Meeting,
    *,
    by: User,
    group: Group | None,
    **typed: Any,  # title, starts_at, ends_at and reply_by
) -> Meeting:
    """The same meeting on another day or with another group: place, seats and agenda, but no letters."""
    copy = Meeting(
        round=source.round, group=group, message=source.message, officer=by, **kept(source, group), **typed
    )
    reason = f"Kopierades från {source.title}."
    made = add_meeting(copy, categories=source.categories.all(), by=by, reason=reason)
    if made is copy:  # and not the one that an earlier press made
        copy_items(source.agenda, made.agenda)
    return made


def kept(source: Meeting, group: Group | None) -> dict[str, Any]:
    """What a copy has from its source. In another group its host is the host, and the place is left open."""
    same = {name: getattr(source, name) for name in KEPT}
    if group and group != source.group and group.host != source.host:
        same |= {"host": group.host, "venue": "", "room": "", "street": ""}
    return same


def copy_items(source: Agenda, target: Agenda) -> None:
    """Copy the points of one agenda as a draft into another, the internal ones too."""
    AgendaItem.objects.bulk_create(copied(item, target) for item in source.items.all())


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
def cancel(meeting: Meeting, *, reason: str, by: User) -> Meeting:
    """Call the meeting off: its calendar sequence rises, and letters that wait are stopped."""
    meeting = step(meeting, NEXT, MeetingState.CANCELLED, by=by, reason=reason)
    record(by, "dialogmöte: ställde in", meeting)
    meeting.sequence += 1
    meeting.save(update_fields=["sequence"])
    reminder_schedule.skip_reminders(meeting, by=by, reason="Mötet är inställt.")
    erase_needs_of_meeting(meeting)
    rerender.stop_outdated(meeting, by=by, reason="Mötet ställdes in innan brevet hade lämnats.")
    return meeting


@transaction.atomic
def hold(meeting: Meeting, *, by: User) -> Meeting:
    """Say that the meeting has been held; not before it has begun."""
    now = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if timezone.now() < now.starts_at:
        raise NotAllowed(
            f"Mötet börjar {moment(now.starts_at)}. Det kan markeras som genomfört först när det har börjat."
        )
    reminder_schedule.skip_reminders(now, by=by, reason="Mötet har redan hållits.")
    record(by, "dialogmöte: markerade som genomfört", now)
    return step(now, NEXT, MeetingState.HELD, by=by)
