"""Actions on a meeting: adding, changing, copying, cancelling it, and saying that it has been held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.authorship import Part, record_authorship
from dialog_portal.base.stale_saves import lock_if_unchanged, save_if_unchanged
from dialog_portal.base.states import NotAllowed, step
from dialog_portal.base.swedish import moment, span
from meetings.audit_events import MeetingsEvent
from meetings.invitations.actions import rerender
from meetings.mailings.actions import reminder_schedule
from meetings.mailings.actions.reply_link import prolong_reply_links
from meetings.mailings.letters.recipients import with_known_time
from meetings.models import Agenda, AgendaItem, Meeting, MeetingState, MeetingStep, Round
from meetings.models.meeting import NEXT, Group
from meetings.planning.dates import days_and_clock
from meetings.replies.actions.needs import erase_needs_of_meeting
from parties.models import Category

Appointment = tuple[datetime, datetime, str, str]
DOUBLE_PRESS = timedelta(minutes=1)  # for a page that is slow to answer and a finger that presses again
NOT_TYPED = ("id", "slug", "state")
FIELDS_IN_NOTES = frozenset(  # as MeetingForm names them
    {"title", "day", "start", "end", "venue", "room", "street", "online", "host", "diary_number"}
    | {"outside_reference"}
)
MOMENTS = ("starts_at", "ends_at", "reply_by")
# What a copy has in common with its source
COPIED = ("host", "venue", "room", "street", "serves_meal", "seats")


def appointment(meeting: Meeting) -> Appointment:
    """Return what people put in their calendars: when and where."""
    return meeting.starts_at, meeting.ends_at, meeting.where, meeting.online


def free_slug(round_: Round, title: str) -> str:
    """Return an address word that no other meeting of the round has. The round's row must be locked."""
    word = slugify(title)[:70].strip("-") or "mote"
    taken = set(Meeting.objects.filter(round=round_, slug__startswith=word).values_list("slug", flat=True))
    return next(slug for slug in numbered(word) if slug not in taken)


def numbered(word: str) -> Iterator[str]:
    """Yield the word, and then the word with 2, 3 and so on."""
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

    A button that was pressed twice makes one meeting: the second press returns the one that the first made. What was
    corrected in between is another meeting, since it must not be lost.
    """
    round_ = Round.objects.select_for_update().get(pk=meeting.round_id)
    categories = list(categories)
    if earlier := find_double_press(meeting, categories, by=by, reason=reason):
        return earlier
    meeting.slug = free_slug(round_, meeting.title)
    meeting.save()
    meeting.categories.set(categories)
    Agenda.objects.create(meeting=meeting)
    meeting.steps.create(before="", after=meeting.state, by=by, reason=reason)
    record_authorship(record(by, MeetingsEvent.MEETING_ADDED, meeting), meeting, Part.FACTS)
    return meeting


def find_double_press(
    meeting: Meeting, categories: list[Category], *, by: User, reason: str
) -> Meeting | None:
    """Return the same meeting, if the same person made it in the same way a moment ago.

    The round's row must be locked.
    """
    since = timezone.now() - DOUBLE_PRESS
    lately = MeetingStep.objects.filter(before="", by=by, reason=reason, at__gte=since)
    rows = Meeting.objects.filter(pk__in=lately.values("meeting"), **typed_columns(meeting)).prefetch_related(
        "categories"
    )
    return next((row for row in rows if set(row.categories.all()) == set(categories)), None)


def typed_columns(meeting: Meeting) -> dict[str, Any]:
    """Return every column that a person fills in, with what it holds."""
    columns = [field for field in Meeting._meta.concrete_fields if field.editable]
    return {
        field.attname: getattr(meeting, field.attname) for field in columns if field.name not in NOT_TYPED
    }


def must_not_be_cancelled(meeting: Meeting) -> None:
    """Raise NotAllowed when the meeting is cancelled: people have been told, so it stays as it was."""
    if meeting.cancelled:
        raise NotAllowed("Mötet är inställt och kan inte ändras. Kopiera det till en ny dag i stället.")


class HeldInFuture(NotAllowed):
    """A meeting that was marked as held cannot lie ahead."""


@dataclass(frozen=True)
class MeetingChange:
    """A meeting that was changed; `outdated` says whether people now hold a wrong time or place."""

    meeting: Meeting
    outdated: bool


@transaction.atomic
def change_meeting(
    meeting: Meeting, values: Mapping[str, Any], *, seen_version: int | None, by: User
) -> MeetingChange:
    """Change a meeting, with everything that follows from it, so that no old letter can slip out in between.

    With another time or place, once people know of the meeting, its calendar sequence and its letters' version rise,
    links live on, and old letters that have not left never will. When only the last day to answer is another, those
    letters are rendered again. Raise StaleSave when somebody else saved the meeting since `seen_version`, HeldInFuture
    when a held meeting would lie ahead, and NotAllowed when the meeting is cancelled.
    """
    before = lock_if_unchanged(meeting, seen_version=seen_version)
    must_not_be_cancelled(before)
    saved = save_if_unchanged(before, values, seen_version=seen_version)
    now = saved.row
    if now.state == MeetingState.HELD and now.starts_at > timezone.now():
        raise HeldInFuture("Mötet är genomfört, så dagen kan inte ligga framåt i tiden.")
    _record_change(before, now, saved.fields, by=by)
    reminder_schedule.move_reminders(now, by=by)  # the deadline may have moved alone
    if appointment(now) != appointment(before):
        return MeetingChange(now, _move(now, by=by))
    if now.reply_by != before.reply_by:
        reason = "Sista svarsdag ändrades innan brevet lämnades."
        rerender.rerender_for_deadline(now, by=by, reason=reason)
    return MeetingChange(now, outdated=False)


def _record_change(before: Meeting, now: Meeting, fields: list[str], *, by: User) -> None:
    """Say in the audit log what was changed, and who wrote what the notes show of it."""
    named = as_typed(before, now, fields)
    was = {} if now.starts_at == before.starts_at else {"start_before": before.starts_at}
    event = record(by, MeetingsEvent.MEETING_CHANGED, now, fields=named, **was)
    if was or FIELDS_IN_NOTES & set(named):
        record_authorship(event, now, Part.FACTS, former_start=was.get("start_before"))


def as_typed(before: Meeting, now: Meeting, fields: list[str]) -> list[str]:
    """Return the names of the changed fields as the form has them, which the audit log has told from the beginning."""
    former, latter = days_and_clock(before), days_and_clock(now)
    moments = [name for name, value in latter.items() if former[name] != value]
    return [name for name in fields if name not in MOMENTS] + moments


def _move(meeting: Meeting, *, by: User) -> bool:
    """Let a new time or place reach those who know of the old one; return whether anybody does."""
    known = (
        meeting.state in (MeetingState.ANNOUNCED, MeetingState.INVITED)
        or with_known_time(meeting.invitees.active()).exists()
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
    **values: Any,  # title, starts_at, ends_at and reply_by
) -> Meeting:
    """Add the same meeting on another day or with another group: place, seats and agenda, but no letters."""
    shared = values_of_copy(source, group)
    copy = Meeting(round=source.round, group=group, message=source.message, officer=by, **shared, **values)
    reason = f"Kopierades från {source.title}."
    added = add_meeting(copy, categories=source.categories.all(), by=by, reason=reason)
    if added is copy:  # and not the one that an earlier press made
        copy_items(source.agenda, added.agenda)
    return added


def values_of_copy(source: Meeting, group: Group | None) -> dict[str, Any]:
    """Return what a copy has from its source. In another group its host is the host, and the place is left open."""
    same = {name: getattr(source, name) for name in COPIED}
    if group and group != source.group and group.host != source.host:
        same |= {"host": group.host, "venue": "", "room": "", "street": ""}
    return same


def copy_items(source: Agenda, target: Agenda) -> None:
    """Copy the points of one agenda as a draft into another, the internal ones too."""
    AgendaItem.objects.bulk_create(copy_of_item(item, target) for item in source.items.all())


def copy_of_item(item: AgendaItem, target: Agenda) -> AgendaItem:
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
    record(by, MeetingsEvent.MEETING_CANCELLED, meeting)
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
    record(by, MeetingsEvent.MEETING_HELD, now)
    return step(now, NEXT, MeetingState.HELD, by=by)
