"""Actions on a meeting: add, change, move to another time or place, copy, cancel, mark as held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.authorship import Part, record_authorship
from dialog_portal.base.stale_saves import lock_if_unchanged, save_if_unchanged
from dialog_portal.base.states import NotAllowed, take_step
from dialog_portal.base.swedish import moment, span
from meetings.audit_events import MeetingsEvent
from meetings.invitations.actions import rerender
from meetings.mailings.actions import reminder_schedule
from meetings.mailings.actions.reply_link import prolong_reply_links
from meetings.mailings.letters.recipients import with_known_time
from meetings.models import Agenda, AgendaItem, Meeting, MeetingState, MeetingStep, Round, TimeAndPlace
from meetings.models.meeting import MEETING_NEXT, Group
from meetings.models.time_and_place import time_and_place_values
from meetings.planning.dates import moments_as_typed
from meetings.replies.actions.needs import erase_needs_of_meeting
from parties.models import Category, Party

DOUBLE_PRESS_WINDOW = timedelta(
    minutes=1
)  # a second press within this time is the same press: the page was slow
COLUMNS_NOT_TYPED = ("id", "slug", "state")
MEETING_FIELDS_IN_NOTES = frozenset(  # as MeetingForm names them
    {"title", "day", "start", "end", "venue", "room", "street", "town", "online", "host", "diary_number"}
    | {"outside_reference"}
)
MEETING_SLUG_STEM = 70  # characters, of the 80 that the column holds: there is room for a number
MOMENT_FIELDS = ("starts_at", "ends_at", "reply_by")
# What a copy has in common with its source
COPIED_FIELDS = ("host", "venue", "room", "street", "town", "serves_meal", "seats")


def is_moved(before: Meeting, now: Meeting) -> bool:
    """Return whether what people have in their calendars is wrong now: start, end, place or link to the meeting.

    A town that was missing and is filled in is no move: people need no letter about it.
    """
    said = TimeAndPlace(**{**time_and_place_values(now), "town": now.town if before.town else ""})
    return any(
        getattr(before, name) != getattr(said, name) for name in ("starts_at", "ends_at", "where", "online")
    )


def unused_meeting_slug(round_: Round, title: str) -> str:
    """Return a slug made of the title that no other meeting of the round has.

    The round's row must be locked, so that nobody takes the same slug at the same time.
    """
    word = slugify(title)[:MEETING_SLUG_STEM].strip("-") or "mote"
    taken = set(Meeting.objects.filter(round=round_, slug__startswith=word).values_list("slug", flat=True))
    return next(slug for slug in numbered_slugs(word) if slug not in taken)


def numbered_slugs(word: str) -> Iterator[str]:
    """Yield the word itself, then word-2, word-3 and so on, without end."""
    yield word
    number = 2
    while True:
        yield f"{word}-{number}"
        number += 1


@transaction.atomic
def add_meeting(
    meeting: Meeting, *, categories: Iterable[Category], by: User, reason: str = "Mötet lades upp."
) -> Meeting:
    """Store a new meeting with an empty agenda. Its slug is made of the title and does not change with it.

    A meeting of a group without a host of its own has the group's host.

    A button that was pressed twice makes one meeting: the second press returns the meeting that the first one made.
    If a value was corrected in between it makes a second meeting, so that the correction is not lost.
    """
    round_ = Round.objects.select_for_update().get(pk=meeting.round_id)
    categories = list(categories)
    if meeting.group and meeting.host is None:
        meeting.host = meeting.group.host
    if earlier := find_double_press(meeting, categories, by=by, reason=reason):
        return earlier
    meeting.slug = unused_meeting_slug(round_, meeting.title)
    meeting.save()
    meeting.categories.set(categories)
    Agenda.objects.create(meeting=meeting)
    meeting.steps.create(before="", after=meeting.state, by=by, reason=reason)
    record_authorship(record(by, MeetingsEvent.MEETING_ADDED, meeting), meeting, Part.FACTS)
    return meeting


def find_double_press(
    meeting: Meeting, categories: list[Category], *, by: User, reason: str
) -> Meeting | None:
    """Return the meeting with the same values that the same person added within DOUBLE_PRESS_WINDOW, or None.

    The round's row must be locked, so that two presses are handled one after the other.
    """
    since = timezone.now() - DOUBLE_PRESS_WINDOW
    lately = MeetingStep.objects.filter(before="", by=by, reason=reason, at__gte=since)
    rows = Meeting.objects.filter(pk__in=lately.values("meeting"), **typed_columns(meeting)).prefetch_related(
        "categories"
    )
    return next((row for row in rows if set(row.categories.all()) == set(categories)), None)


def typed_columns(meeting: Meeting) -> dict[str, Any]:
    """Return the values of all columns that people fill in, by column name."""
    columns = [field for field in Meeting._meta.concrete_fields if field.editable]
    return {
        field.attname: getattr(meeting, field.attname)
        for field in columns
        if field.name not in COLUMNS_NOT_TYPED
    }


CANCELLED_SENTENCE = "Mötet är inställt och kan inte ändras. Kopiera det till en ny dag i stället."


def must_not_be_cancelled(meeting: Meeting) -> None:
    """Raise NotAllowed if the meeting is cancelled. Guests may have a letter about it, so it must not change."""
    if meeting.cancelled:
        raise NotAllowed(CANCELLED_SENTENCE)


class HeldInFuture(NotAllowed):
    """Raised when a held meeting would get a start in the future."""

    field = "day"


@dataclass(frozen=True)
class MeetingChange:
    """A changed meeting. `outdated` is true if people have been given a time or place that is wrong now."""

    meeting: Meeting
    outdated: bool


@transaction.atomic
def change_meeting(
    meeting: Meeting, values: Mapping[str, Any], *, seen_version: int | None, by: User
) -> MeetingChange:
    """Change a meeting and everything that depends on it, in one transaction, so that no outdated letter is sent.

    If the time or place changed and people know of the meeting, its calendar sequence and letter version rise, links
    are valid longer, and waiting letters with the old time are not sent. If only the last day to answer changed, the
    waiting letters are rendered again. Raise StaleSave if somebody else saved the meeting since `seen_version`,
    HeldInFuture if a held meeting would start in the future, and NotAllowed if the meeting is cancelled.
    """
    before = lock_if_unchanged(meeting, seen_version=seen_version)
    must_not_be_cancelled(before)
    values = with_host_of_group(before, values)
    saved = save_if_unchanged(before, values, seen_version=seen_version, by=by)
    now = saved.row
    if now.state == MeetingState.HELD and now.starts_at > timezone.now():
        raise HeldInFuture("Mötet är genomfört, så dagen kan inte ligga framåt i tiden.")
    _record_change(before, now, saved.fields, by=by)
    reminder_schedule.move_reminders(now, by=by)  # also when only the last day to answer changed
    if is_moved(before, now):
        return MeetingChange(now, _apply_move(before, now, by=by))
    if now.reply_by != before.reply_by:
        reason = "Sista svarsdag ändrades innan brevet lämnades."
        rerender.rerender_for_deadline(now, by=by, reason=reason)
    return MeetingChange(now, outdated=False)


def with_host_of_group(before: Meeting, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the values with the host of a newly chosen group, unless a host was chosen that is not the former group's.

    The group decides who is invited, and its host has the meeting at home.
    """
    group = values.get("group")
    if group is None or group == before.group:
        return values
    replaceable = (None, before.group.host if before.group else None)
    return {**values, "host": group.host} if values.get("host", before.host) in replaceable else values


def _record_change(before: Meeting, now: Meeting, fields: list[str], *, by: User) -> None:
    """Add the change to the audit log, and `by` as an author of the notes if the notes show what was changed."""
    named = typed_field_names(before, now, fields)
    was = {} if now.starts_at == before.starts_at else {"start_before": before.starts_at}
    event = record(by, MeetingsEvent.MEETING_CHANGED, now, fields=named, **was)
    if was or MEETING_FIELDS_IN_NOTES & set(named):
        record_authorship(event, now, Part.FACTS, former_start=was.get("start_before"))


def typed_field_names(before: Meeting, now: Meeting, fields: list[str]) -> list[str]:
    """Return the names of the changed fields as the form has them: the audit log has always stored those names."""
    former, latter = moments_as_typed(before), moments_as_typed(now)
    moments = [name for name, value in latter.items() if former[name] != value]
    return [name for name in fields if name not in MOMENT_FIELDS] + moments


def _apply_move(before: Meeting, meeting: Meeting, *, by: User) -> bool:
    """Store that the time or place is new and stop or renew what shows the old one. Return whether anybody knows it."""
    known = (
        meeting.state in (MeetingState.ANNOUNCED, MeetingState.INVITED)
        or with_known_time(meeting.invitees.active()).exists()
    )
    reason = f"Ny tid eller plats: {span(meeting.starts_at, meeting.ends_at)}, {meeting.where}."
    meeting.steps.create(before=meeting.state, after=meeting.state, by=by, reason=reason)
    if not known or meeting.state == MeetingState.HELD:
        return False
    keep_time_and_place(before)
    meeting.sequence += 1
    meeting.letter_version += 1
    meeting.save(update_fields=["sequence", "letter_version"])
    keep_time_and_place(meeting)
    prolong_reply_links(meeting)
    rerender.rerender_for_move(
        meeting, by=by, reason="Mötets tid eller plats ändrades innan brevet hade lämnats."
    )
    return True


def keep_time_and_place(meeting: Meeting) -> None:
    """Store what letters of the meeting's present version say, for those who are told what it was before."""
    values = time_and_place_values(meeting)
    meeting.times_and_places.update_or_create(version=meeting.letter_version, defaults=values)


@transaction.atomic
def copy_meeting(
    source: Meeting,
    *,
    by: User,
    group: Group | None,
    **values: Any,  # title, starts_at, ends_at and reply_by
) -> Meeting:
    """Add the same meeting on another day or with another group: place, seats and agenda, but no guests or letters."""
    shared = values_of_copy(source, group)
    copy = Meeting(round=source.round, group=group, message=source.message, officer=by, **shared, **values)
    reason = f"Kopierades från {source.title}."
    added = add_meeting(copy, categories=source.categories.all(), by=by, reason=reason)
    if added is copy:  # not when the button was pressed twice: the first press has copied them
        copy_items(source.agenda, added.agenda)
    return added


def values_of_copy(source: Meeting, group: Group | None) -> dict[str, Any]:
    """Return what a copy takes from its source. A group with another host gives its host and an empty place."""
    same = {name: getattr(source, name) for name in COPIED_FIELDS}
    return same | hosted_by(source, group.host) if group and group != source.group else same


def hosted_by(source: Meeting, host: Party | None) -> dict[str, Any]:
    """Return what a copy has instead when this is its host: another host has another place, which is not known yet."""
    return {} if host == source.host else {"host": host, "venue": "", "room": "", "street": "", "town": ""}


def copy_items(source: Agenda, target: Agenda) -> None:
    """Copy all agenda items, internal ones too, into another agenda, which remains a draft."""
    AgendaItem.objects.bulk_create(copied_item(item, target) for item in source.items.all())


def copied_item(item: AgendaItem, target: Agenda) -> AgendaItem:
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
def cancel_meeting(meeting: Meeting, *, reason: str, by: User) -> Meeting:
    """Cancel the meeting: raise its calendar sequence, skip its reminders and stop its waiting letters.

    What guests wrote about their needs (such as food) is erased. Raise NotAllowed if the meeting is held or cancelled.
    """
    meeting = take_step(meeting, MEETING_NEXT, MeetingState.CANCELLED, by=by, reason=reason)
    record(by, MeetingsEvent.MEETING_CANCELLED, meeting)
    meeting.sequence += 1
    meeting.save(update_fields=["sequence"])
    reminder_schedule.skip_reminders(meeting, by=by, reason="Mötet är inställt.")
    erase_needs_of_meeting(meeting)
    rerender.stop_outdated(meeting, by=by, reason="Mötet ställdes in innan brevet hade lämnats.")
    return meeting


@transaction.atomic
def mark_as_held(meeting: Meeting, *, by: User) -> Meeting:
    """Mark the meeting as held and skip its reminders. Raise NotAllowed if it has not started."""
    now = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if timezone.now() < now.starts_at:
        raise NotAllowed(
            f"Mötet börjar {moment(now.starts_at)}. Det kan markeras som genomfört först när det har börjat."
        )
    reminder_schedule.skip_reminders(now, by=by, reason="Mötet har redan hållits.")
    record(by, MeetingsEvent.MEETING_HELD, now)
    return take_step(now, MEETING_NEXT, MeetingState.HELD, by=by)
