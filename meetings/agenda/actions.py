"""Actions on an agenda: its points, their order, and how far it has been agreed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.authorship import Part, record_authorship
from dialog_portal.base.stale_saves import save_if_unchanged
from dialog_portal.base.states import NotAllowed, step
from meetings.audit_events import MeetingsEvent
from meetings.models import Agenda, AgendaItem, AgendaState
from meetings.models.agenda import AGENDA_NEXT

CONTENT = ("title", "description", "minutes", "presenter", "internal")
FIELDS_IN_NOTES = frozenset({"title", "internal"})  # as ItemForm names them


def must_not_be_settled(agenda: Agenda) -> None:
    """Raise NotAllowed when the agenda is settled."""
    if agenda.state == AgendaState.SETTLED:
        raise NotAllowed("Dagordningen är fastlagd. Öppna den igen om du vill ändra i den.")


def lock_unsettled(agenda: Agenda) -> Agenda:
    """Return the agenda, locked until the transaction ends; raise NotAllowed when it is settled."""
    now = Agenda.objects.select_for_update().get(pk=agenda.pk)
    must_not_be_settled(now)
    return now


@transaction.atomic
def add_item(agenda: Agenda, item: AgendaItem, *, by: User) -> AgendaItem:
    """Put a new point last. A button that was pressed twice makes one: the second press returns the first one's."""
    item.agenda = lock_unsettled(agenda)
    last = item.agenda.items.last()
    if last and all(getattr(last, name) == getattr(item, name) for name in CONTENT):
        return last
    item.position = last.position + 1 if last else 1
    item.save()
    event = record(by, MeetingsEvent.POINT_ADDED, item.agenda, item=item.pk)
    record_authorship(event, item.agenda, Part.POINTS)
    return item


@transaction.atomic
def change_item(
    item: AgendaItem, values: Mapping[str, Any], *, seen_version: int | None, by: User
) -> AgendaItem:
    """Change a point; one that was moved meanwhile stays at its new place.

    Raise NotAllowed when the agenda is settled, and StaleSave when somebody else saved the point since `seen_version`.
    """
    agenda = lock_unsettled(item.agenda)
    saved = save_if_unchanged(item, values, seen_version=seen_version)
    event = record(by, MeetingsEvent.POINT_CHANGED, agenda, item=item.pk, fields=saved.fields)
    if FIELDS_IN_NOTES & set(saved.fields):
        record_authorship(event, agenda, Part.POINTS)
    return saved.row


@transaction.atomic
def delete_item(item: AgendaItem, *, by: User) -> dict[str, Any]:
    """Take a point away; return what `restore_item` needs to put it back as it was.

    A point with notes stays: the notes would lose what they are about.
    """
    agenda = lock_unsettled(item.agenda)
    if any(section.html for section in item.sections.all()):
        raise NotAllowed("Punkten har minnesanteckningar och kan inte tas bort.")
    removed = {"pk": item.pk, "position": place_of(agenda, item), "version": item.version}
    removed |= {name: getattr(item, name) for name in CONTENT}
    event = record(by, MeetingsEvent.POINT_REMOVED, agenda, item=item.pk)
    record_authorship(event, agenda, Part.POINTS)
    item.delete()
    return removed


@transaction.atomic
def restore_item(agenda: Agenda, removed: dict[str, Any], *, by: User) -> AgendaItem:
    """Put a removed point back where it was. Doing it twice makes one point."""
    now = lock_unsettled(agenda)
    item, created = AgendaItem.objects.get_or_create(pk=removed["pk"], defaults={**removed, "agenda": now})
    place_item(now, item, removed["position"])
    if created:
        event = record(by, MeetingsEvent.POINT_RESTORED, now, item=item.pk)
        record_authorship(event, now, Part.POINTS)
    return item


@transaction.atomic
def move_item(item: AgendaItem, *, to: int, by: User) -> tuple[int, int]:
    """Move a point to a place counted from 1, or to the nearest end; return from where to where."""
    agenda = lock_unsettled(item.agenda)
    before, after = place_of(agenda, item), place_item(agenda, item, to)
    event = record(by, MeetingsEvent.POINT_MOVED, agenda, item=item.pk, before=before, after=after)
    record_authorship(event, agenda, Part.POINTS)
    return before, after


def place_of(agenda: Agenda, item: AgendaItem) -> int:
    """Return which point in order it is, counted from 1; raise NotAllowed when somebody has taken it away."""
    order = list(agenda.items.values_list("pk", flat=True))
    if item.pk not in order:
        raise NotAllowed("Någon har redan tagit bort punkten.")
    return order.index(item.pk) + 1


def place_item(agenda: Agenda, item: AgendaItem, place: int) -> int:
    """Number the points from 1 again with this one at its place; return the place it got."""
    rows = [row for row in agenda.items.all() if row.pk != item.pk]
    place = max(1, min(place, len(rows) + 1))
    rows.insert(place - 1, item)
    for number, row in enumerate(rows, 1):
        row.position = number
    AgendaItem.objects.bulk_update(rows, ["position"])
    return place


@transaction.atomic
def take_step(agenda: Agenda, to: AgendaState, *, by: User) -> Agenda:
    """Send the agenda for consultation, settle it, or open it again; an empty one can only stay a draft."""
    now = Agenda.objects.select_for_update().get(pk=agenda.pk)
    if to != AgendaState.DRAFT and not now.items.exists():
        raise NotAllowed("Dagordningen har inga punkter än.")
    record(by, MeetingsEvent.AGENDA_STATE_CHANGED, now, before=now.state, after=to)
    return step(now, AGENDA_NEXT, to, by=by)
