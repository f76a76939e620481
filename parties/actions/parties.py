"""Actions on parties, memberships and categories: add and change all three; rename, end and reopen a party."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import models, transaction
from django.utils.text import slugify

from dialog_portal.base.audit import record
from dialog_portal.base.authorship import Part, record_authorship
from dialog_portal.base.stale_saves import lock_if_unchanged, save_if_unchanged, save_new
from dialog_portal.base.states import NotAllowed
from parties.audit_events import PartiesEvent
from parties.models import NO_MUNICIPALITY, Cadence, Category, FormerName, Membership, Municipality, Party

REGISTER_SLUG_STEM = 50  # characters; the shortest slug column holds 60, so there is room for a number
PARTY_FIELDS_IN_NOTES = frozenset({"name", "code"})  # as PartyForm names them


def unused_slug(model: type[models.Model], name: str) -> str:
    """Return a slug made of a name that no row of the model has. It does not change with the name: links stay valid."""
    stem = slugify(name)[:REGISTER_SLUG_STEM].strip("-") or str(model._meta.model_name)
    taken = set(model._default_manager.filter(slug__startswith=stem).values_list("slug", flat=True))
    return stem if stem not in taken else next(s for n in range(2, 9999) if (s := f"{stem}-{n}") not in taken)


@transaction.atomic
def add_party(values: Mapping[str, Any], *, by: Any) -> Party:
    """Add a party. With a `code` it is a municipality."""
    own, municipal = _split_values(values)
    added = save_new(Party(slug=unused_slug(Party, own["name"])), own, by=by)
    fields = [*added.fields, *_set_municipality(added.row, municipal)]
    record(by, PartiesEvent.PARTY_ADDED, added.row, fields=fields)
    return added.row


@transaction.atomic
def change_party(party: Party, values: Mapping[str, Any], *, seen_version: int | None, by: Any) -> Party:
    """Change a party. With a `code` it is a municipality, with an empty one it is not.

    Raise StaleSave if somebody else saved the party since `seen_version`.
    """
    own, municipal = _split_values(values)
    saved = save_if_unchanged(party, own, seen_version=seen_version, by=by)
    fields = [*saved.fields, *_set_municipality(saved.row, municipal)]
    event = record(by, PartiesEvent.PARTY_CHANGED, saved.row, fields=fields)
    if PARTY_FIELDS_IN_NOTES & set(fields):
        record_authorship(event, saved.row, Part.FACTS)
    return saved.row


def _split_values(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the values of the Party row and those of its Municipality row."""
    municipal = {name: values[name] for name in NO_MUNICIPALITY if name in values}
    return {name: value for name, value in values.items() if name not in municipal}, municipal


def _set_municipality(party: Party, values: Mapping[str, Any]) -> list[str]:
    """Store or delete the party's Municipality row. Return the names of the fields that changed."""
    if not values:
        return []
    stored = Municipality.objects.filter(party=party).first()
    before = {name: getattr(stored, name) if stored else empty for name, empty in NO_MUNICIPALITY.items()}
    if values["code"]:
        Municipality.objects.update_or_create(party=party, defaults=dict(values))
    else:
        Municipality.objects.filter(party=party).delete()
    return [name for name, value in values.items() if before[name] != value]


@transaction.atomic
def rename_party(
    party: Party, *, name: str, since: date, seen_version: int | None, by: Any, full_name: str = ""
) -> Party:
    """Give a party a new name from the day `since`. Notes of meetings before that day keep the old name.

    Raise StaleSave if somebody else saved the party since `seen_version`.
    """
    now = lock_if_unchanged(party, seen_version=seen_version)
    FormerName.objects.create(party=now, name=now.name, until=since)
    event = record(by, PartiesEvent.PARTY_RENAMED, now, before=now.name, after=name, since=since)
    record_authorship(event, now, Part.FACTS)
    return save_if_unchanged(
        now, {"name": name, "full_name": full_name}, seen_version=seen_version, by=by
    ).row


@transaction.atomic
def end_party(party: Party, *, on: date, seen_version: int | None, by: Any) -> Party:
    """End a party from the day `on`: it is not invited after that, but stays in the register.

    Raise StaleSave if somebody else saved the party since `seen_version`.
    """
    now = lock_if_unchanged(party, seen_version=seen_version)
    return _set_end(now, on, PartiesEvent.PARTY_ENDED, by=by)


@transaction.atomic
def reopen_party(party: Party, *, by: Any) -> Party:
    """Undo the end of a party. Raise NotAllowed if it has not been ended."""
    now = Party.objects.select_for_update().get(pk=party.pk)
    if now.ended is None:
        raise NotAllowed(f"{party} har inte upphört.")
    return _set_end(now, None, PartiesEvent.PARTY_REOPENED, by=by)


def _set_end(now: Party, ended: date | None, kind: PartiesEvent, *, by: Any) -> Party:
    """Set or clear the end of a party whose row is locked."""
    record(by, kind, now, before=now.ended, after=ended)
    return save_if_unchanged(now, {"ended": ended}, seen_version=now.version, by=by).row


@transaction.atomic
def add_membership(membership: Membership, *, by: Any) -> Membership:
    """Add a party to a category for some years."""
    membership.save()
    record(by, PartiesEvent.MEMBERSHIP_ADDED, membership.party, **_membership_detail(membership))
    return membership


@transaction.atomic
def change_membership(
    membership: Membership, values: Mapping[str, Any], *, seen_version: int | None, by: Any
) -> Membership:
    """Change a party's membership of a category.

    Raise StaleSave if somebody else saved the membership since `seen_version`.
    """
    now = save_if_unchanged(membership, values, seen_version=seen_version, by=by).row
    record(by, PartiesEvent.MEMBERSHIP_CHANGED, now.party, **_membership_detail(now))
    return now


def _membership_detail(membership: Membership) -> dict[str, Any]:
    """Return the detail that the audit log stores about a membership."""
    years = {"category": membership.category_id, "from": membership.from_year, "to": membership.to_year}
    return {"membership": membership.pk, **years}


@transaction.atomic
def add_category(values: Mapping[str, Any], *, cadences: Iterable[Cadence], by: Any) -> Category:
    """Add a category with its cadences."""
    added = save_new(Category(slug=unused_slug(Category, values["name"])), values, by=by)
    category = _save_cadences(added.row, cadences)
    record(by, PartiesEvent.CATEGORY_ADDED, category, fields=added.fields, cadences=_cadence_texts(category))
    return category


@transaction.atomic
def change_category(
    category: Category,
    values: Mapping[str, Any],
    *,
    cadences: Iterable[Cadence],
    removed: Iterable[Cadence],
    seen_version: int | None,
    by: Any,
) -> Category:
    """Change a category and its cadences. Raise StaleSave if somebody else saved them since `seen_version`."""
    saved = save_if_unchanged(category, values, seen_version=seen_version, by=by)
    for cadence in removed:
        cadence.delete()
    category = _save_cadences(saved.row, cadences)
    record(
        by, PartiesEvent.CATEGORY_CHANGED, category, fields=saved.fields, cadences=_cadence_texts(category)
    )
    return category


def _save_cadences(category: Category, cadences: Iterable[Cadence]) -> Category:
    for cadence in cadences:
        cadence.category = category
        cadence.save()
    return category


def _cadence_texts(category: Category) -> list[str]:
    """Return the cadences as Swedish texts, for the audit log."""
    return [str(cadence) for cadence in category.cadences.all()]
