"""Actions on an agenda: add, change, delete, restore and move items, and change its state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.authorship import Part, record_authorship
from dialog_portal.base.stale_saves import save_if_unchanged
from dialog_portal.base.states import NotAllowed, take_step
from meetings.audit_events import MeetingsEvent
from meetings.models import Agenda, AgendaConsultation, AgendaItem, AgendaState
from meetings.models.agenda import AGENDA_NEXT

ITEM_CONTENT = ("title", "description", "minutes", "presenter", "internal")
ITEM_FIELDS_IN_NOTES = frozenset({"title", "internal"})  # as ItemForm names them


SETTLED_SENTENCE = "Dagordningen är fastlagd. Öppna den igen om du vill ändra i den."


def lock_unsettled_agenda(agenda: Agenda) -> Agenda:
    """Return the agenda, locked until the transaction ends. Raise NotAllowed if it is settled."""
    now = Agenda.objects.select_for_update().get(pk=agenda.pk)
    if now.state == AgendaState.SETTLED:
        raise NotAllowed(SETTLED_SENTENCE)
    return now


@transaction.atomic
def add_item(agenda: Agenda, item: AgendaItem, *, by: User) -> AgendaItem:
    """Add an item at the end of the agenda. Raise NotAllowed if the agenda is settled.

    A button that was pressed twice adds one item: the second press returns the item that the first one added.
    """
    item.agenda = lock_unsettled_agenda(agenda)
    last = item.agenda.items.last()
    if last and all(getattr(last, name) == getattr(item, name) for name in ITEM_CONTENT):
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
    """Change an item, but not its position, since somebody may have moved it in the meantime.

    Raise NotAllowed if the agenda is settled, and StaleSave if somebody else saved the item since `seen_version`.
    """
    agenda = lock_unsettled_agenda(item.agenda)
    saved = save_if_unchanged(item, values, seen_version=seen_version, by=by)
    event = record(by, MeetingsEvent.POINT_CHANGED, agenda, item=item.pk, fields=saved.fields)
    if ITEM_FIELDS_IN_NOTES & set(saved.fields):
        record_authorship(event, agenda, Part.POINTS)
    return saved.row


@transaction.atomic
def delete_item(item: AgendaItem, *, by: User) -> dict[str, Any]:
    """Delete an item and return what `restore_item` needs to restore it.

    Raise NotAllowed if the agenda is settled, or if notes have been written about the item.
    """
    agenda = lock_unsettled_agenda(item.agenda)
    if any(section.html for section in item.sections.all()):
        raise NotAllowed("Punkten har minnesanteckningar och kan inte tas bort.")
    removed: dict[str, Any] = {"pk": item.pk, "position": position_of(agenda, item), "version": item.version}
    removed |= {name: getattr(item, name) for name in ITEM_CONTENT}
    removed["sections"] = list(item.sections.values_list("pk", flat=True))
    event = record(by, MeetingsEvent.POINT_REMOVED, agenda, item=item.pk)
    record_authorship(event, agenda, Part.POINTS)
    item.delete()
    return removed


@transaction.atomic
def restore_item(agenda: Agenda, removed: dict[str, Any], *, by: User) -> AgendaItem:
    """Restore a deleted item at its old position, with its sections of the notes. Doing it twice makes one item.

    Raise NotAllowed if the agenda is settled.
    """
    now = lock_unsettled_agenda(agenda)
    values = {name: removed[name] for name in ("position", "version", *ITEM_CONTENT)}
    item, created = AgendaItem.objects.get_or_create(pk=removed["pk"], defaults={**values, "agenda": now})
    item.sections.model._default_manager.filter(pk__in=removed["sections"], item=None).update(item=item)
    set_position(now, item, removed["position"])
    if created:
        event = record(by, MeetingsEvent.POINT_RESTORED, now, item=item.pk)
        record_authorship(event, now, Part.POINTS)
    return item


@transaction.atomic
def move_item(item: AgendaItem, *, to: int, by: User) -> tuple[int, int]:
    """Move an item to position `to`, from 1, or the nearest one that exists. Return its old and new position."""
    agenda = lock_unsettled_agenda(item.agenda)
    before, after = position_of(agenda, item), set_position(agenda, item, to)
    event = record(by, MeetingsEvent.POINT_MOVED, agenda, item=item.pk, before=before, after=after)
    record_authorship(event, agenda, Part.POINTS)
    return before, after


def position_of(agenda: Agenda, item: AgendaItem) -> int:
    """Return the item's position in the agenda, from 1. Raise NotAllowed if somebody has deleted it."""
    order = list(agenda.items.values_list("pk", flat=True))
    if item.pk not in order:
        raise NotAllowed("Någon har redan tagit bort punkten.")
    return order.index(item.pk) + 1


def set_position(agenda: Agenda, item: AgendaItem, place: int) -> int:
    """Number all items from 1 with this one at `place`, or the nearest position that exists. Return its position."""
    rows = [row for row in agenda.items.all() if row.pk != item.pk]
    place = max(1, min(place, len(rows) + 1))
    rows.insert(place - 1, item)
    for number, row in enumerate(rows, 1):
        row.position = number
    AgendaItem.objects.bulk_update(rows, ["position"])
    return place


@transaction.atomic
def change_agenda_state(agenda: Agenda, to: AgendaState, *, by: User) -> Agenda:
    """Send the agenda for consultation, settle or reopen it. Raise NotAllowed if it is empty or in a wrong state.

    While it is open again, guests see it as it was settled. If it is settled with another content, those who have been
    sent an older one are owed a letter.
    """
    now = Agenda.objects.select_for_update().select_related("meeting").get(pk=agenda.pk)
    if to != AgendaState.DRAFT and not now.items.exists():
        raise NotAllowed("Dagordningen har inga punkter än.")
    before = AgendaState(now.state)
    record(by, MeetingsEvent.AGENDA_STATE_CHANGED, now, before=before, after=to)
    frozen: dict[str, Any] = {}
    if before == AgendaState.SETTLED:
        frozen = {"settled_items": item_values(now)}
    elif to == AgendaState.SETTLED:
        now.state, now.settled_items = to, None
        digest = now.digest_for_guests()
        news = digest != now.settled_digest
        frozen = {"settled_items": None, "settled_digest": digest, "settlements": now.settlements + news}
    return take_step(now, AGENDA_NEXT, to, by=by, **frozen)


def item_values(agenda: Agenda) -> list[dict[str, Any]]:
    """Return the content of each point, to be shown while the agenda is open for changes."""
    return list(agenda.items.values(*ITEM_CONTENT))


@transaction.atomic
def note_consultation(agenda: Agenda, values: Mapping[str, Any], *, by: User) -> AgendaConsultation:
    """Note that a body was consulted about the agenda outside the portal. Noting it twice makes one row.

    `values` are the body, the day, how it was done and a remark.
    """
    key = {name: values[name] for name in ("body", "held_on", "how")}
    row, created = agenda.consultations.get_or_create(**key, defaults={"remark": values["remark"], "by": by})
    if created:
        record(by, MeetingsEvent.CONSULTATION_NOTED, agenda, consultation=row.pk, held_on=row.held_on)
    return row


@transaction.atomic
def remove_consultation(consultation: AgendaConsultation, *, by: User) -> None:
    """Remove a consultation that was noted by mistake; the audit log keeps that it was noted, and by whom."""
    record(by, MeetingsEvent.CONSULTATION_REMOVED, consultation.agenda, consultation=consultation.pk)
    consultation.delete()
