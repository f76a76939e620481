"""Actions on rounds and their groups: add, change, copy a round to another year, remove a group."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, prefetch_related_objects
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.authorship import Part, record_authorship
from dialog_portal.base.stale_saves import SaveResult, lock_if_unchanged, save_if_unchanged, save_new
from dialog_portal.base.states import NotAllowed
from meetings.audit_events import MeetingsEvent
from meetings.mailings.actions.wording import copy_wordings
from meetings.models import Agenda, AgendaItem, Group, Meeting, MeetingState, MeetingStep, Round
from meetings.planning.actions.meetings import (
    COPIED_FIELDS,
    MEETING_SLUG_STEM,
    change_meeting,
    copied_item,
    hosted_by,
    numbered_slugs,
)
from meetings.planning.dates import weeks_between, weeks_later
from parties.models import Party, in_year

YEAR_TAKEN = "Det finns redan en omgång för {}."
NAME_TAKEN = "Omgången har redan en grupp som heter {}."

ROUND_FIELDS_IN_NOTES = frozenset({"diary_number"})  # as RoundForm names them


@transaction.atomic
def add_round(values: Mapping[str, Any], *, by: User) -> Round:
    """Add a round. Raise NotAllowed if the year already has one."""
    saved = _save_unique(YEAR_TAKEN.format(values["year"]), lambda: save_new(Round(), values, by=by))
    record(by, MeetingsEvent.ROUND_ADDED, saved.row, fields=saved.fields)
    return saved.row


@transaction.atomic
def change_round(row: Round, values: Mapping[str, Any], *, seen_version: int | None, by: User) -> Round:
    """Change a round. Raise NotAllowed if the year is taken, StaleSave if somebody else saved since `seen_version`."""
    saved = _save_unique(
        YEAR_TAKEN.format(values.get("year")),
        lambda: save_if_unchanged(row, values, seen_version=seen_version, by=by),
    )
    event = record(by, MeetingsEvent.ROUND_CHANGED, saved.row, fields=saved.fields)
    if ROUND_FIELDS_IN_NOTES & set(saved.fields):
        record_authorship(event, saved.row, Part.FACTS)
    return saved.row


def _save_unique(refusal: str, save: Callable[[], SaveResult]) -> SaveResult:
    """Return what `save` returns. Raise NotAllowed with the text `refusal` if a unique value is already taken."""
    try:
        with transaction.atomic():
            return save()
    except IntegrityError as taken:  # also when the button was pressed twice
        raise NotAllowed(refusal) from taken


@transaction.atomic
def copy_round(source: Round, *, year: int, meetings: Iterable[Meeting], by: User) -> Round:
    """Add a round with the same plan as `source`: groups, wordings, the chosen meetings, and what is valid that year.

    Sent letters, answers, diary numbers, greetings and online links belong to their year and are not copied. Raise
    NotAllowed if the year already has a round.
    """
    same = {name: getattr(source, name) for name in ("signer", "signer_title", "reminds")}
    made = _save_unique(YEAR_TAKEN.format(year), lambda: Round.objects.create(year=year, **same))
    made.purposes.set(source.purposes.filter(in_year(year)))
    made.focus_areas.set(source.focus_areas.filter(in_year(year)))
    copy_wordings(source, made)
    groups = copy_groups(source, made)
    copy_meetings(list(meetings), made, groups, weeks_between(source.year, year), by=by)
    record(by, MeetingsEvent.ROUND_COPIED, made, source=source.pk)
    return made


def copy_groups(source: Round, made: Round) -> dict[int, Group]:
    """Copy the groups with their parties that exist when the new year begins.

    Return the new groups by the old groups' ids. A party that ends during the year is left out of the meetings after
    that day, by `intended_parties`.
    """
    groups, begins = {}, date(made.year, 1, 1)
    for old in source.groups.select_related("host").order_by("pk"):
        host = old.host if old.host and old.host.exists_on(begins) else None
        groups[old.pk] = made.groups.create(name=old.name, host=host)
        groups[old.pk].parties.set(old.parties.active(begins))
    return groups


def copy_meetings(
    sources: list[Meeting], made: Round, groups: dict[int, Group], weeks: int, *, by: User
) -> None:
    """Copy the meetings that are not cancelled, with their public agenda items, in a fixed number of queries."""
    prefetch_related_objects(sources, "host", "group__host")
    slugs: set[str] = set()
    pairs = [
        (old, copied_meeting(old, made, groups, weeks, slugs))
        for old in sources
        if old.state != MeetingState.CANCELLED
    ]
    Meeting.objects.bulk_create(new for _, new in pairs)
    agendas = {old.pk: Agenda(meeting=new) for old, new in pairs}
    Agenda.objects.bulk_create(agendas.values())
    reason = "Kopierades från förra omgången."
    MeetingStep.objects.bulk_create(
        MeetingStep(meeting=new, before="", after=new.state, by=by, reason=reason) for _, new in pairs
    )
    copy_categories(pairs, made.year)
    items = AgendaItem.objects.filter(agenda__meeting__in=agendas, internal=False).annotate(
        source=F("agenda__meeting")
    )
    AgendaItem.objects.bulk_create(copied_item(item, agendas[item.source]) for item in items)


def copied_meeting(
    old: Meeting, made: Round, groups: dict[int, Group], weeks: int, slugs: set[str]
) -> Meeting:
    """Return an unsaved copy for the new round, `weeks` later. Its slug is added to `slugs`, the round's used ones."""
    starts_at = weeks_later(old.starts_at, weeks)
    years = str(old.round.year), str(made.year)
    slug = next(
        word for word in numbered_slugs(old.slug[:MEETING_SLUG_STEM].replace(*years)) if word not in slugs
    )
    slugs.add(slug)
    group = groups.get(old.group_id or 0)
    return Meeting(
        round=made,
        title=old.title.replace(*years),
        slug=slug,
        group=group,
        starts_at=starts_at,
        ends_at=starts_at + (old.ends_at - old.starts_at),
        reply_by=min(weeks_later(old.reply_by, weeks), starts_at),
        officer=old.officer if old.officer and old.officer.is_active else None,
        **{name: getattr(old, name) for name in COPIED_FIELDS} | host_of_copy(old, group, starts_at),
    )


def host_of_copy(old: Meeting, group: Group | None, starts_at: datetime) -> dict[str, Any]:
    """Return the host of a copied meeting: the new group's for the old group's, else the same if it still exists.

    Another host has another place.
    """
    if old.group and old.host == old.group.host:
        return hosted_by(old, group.host if group else None)
    there = old.host and old.host.exists_on(timezone.localdate(starts_at))
    return hosted_by(old, old.host if there else None)


def copy_categories(pairs: list[tuple[Meeting, Meeting]], year: int) -> None:
    """Give the new meetings the categories of the old ones, if they are valid in the new year."""
    through = Meeting.categories.through
    new_of = {old.pk: new.pk for old, new in pairs}
    links = through.objects.filter(in_year(year, "category__"), meeting__in=new_of)
    through.objects.bulk_create(
        through(meeting_id=new_of[meeting], category_id=category)
        for meeting, category in links.values_list("meeting_id", "category_id")
    )


@transaction.atomic
def add_group(round_: Round, values: Mapping[str, Any], *, by: User) -> Group:
    """Add a group to a round. Raise NotAllowed if the round has a group with that name."""
    saved = _save_unique(
        NAME_TAKEN.format(values["name"]), lambda: save_new(Group(round=round_), values, by=by)
    )
    record(by, MeetingsEvent.GROUP_ADDED, saved.row, fields=saved.fields)
    return saved.row


@transaction.atomic
def change_group(group: Group, values: Mapping[str, Any], *, seen_version: int | None, by: User) -> Group:
    """Change a group; a new host is also the host of its coming meetings, unless they have a host of their own.

    Raise NotAllowed if the name is taken, StaleSave if somebody else saved since `seen_version`.
    """
    before = lock_if_unchanged(group, seen_version=seen_version).host
    saved = _save_unique(
        NAME_TAKEN.format(values.get("name")),
        lambda: save_if_unchanged(group, values, seen_version=seen_version, by=by),
    )
    record(by, MeetingsEvent.GROUP_CHANGED, saved.row, fields=saved.fields)
    if saved.row.host != before:
        _change_host_of_meetings(saved.row, before, by=by)
    return saved.row


def _change_host_of_meetings(group: Group, before: Party | None, *, by: User) -> None:
    """Give the group's host to its coming meetings that had the former host, or none."""
    coming = group.meetings.coming().exclude(state=MeetingState.HELD).filter(Q(host=before) | Q(host=None))
    for meeting in coming.select_for_update():  # so that nobody else saves one of them in between
        change_meeting(meeting, {"host": group.host}, seen_version=meeting.version, by=by)


@transaction.atomic
def remove_group(group: Group, *, by: User) -> None:
    """Delete a group. Raise NotAllowed if it has meetings."""
    if group.meetings.exists():
        raise NotAllowed(f"Gruppen {group} har möten. Flytta dem till en annan grupp först.")
    record(by, MeetingsEvent.GROUP_REMOVED, group)
    group.delete()
