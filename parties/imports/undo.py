"""Take back what an import wrote: remove what it added, and give back what it changed. All of it, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.models import ProtectedError, Q

from dialog_portal.base.states import NotAllowed
from parties.actions import mandates as mandate_actions
from parties.actions import parties as party_actions
from parties.imports.write import MODELS, mark_of
from parties.models import ImportedKind, ImportedRow, RegisterImport

USES_OF_PARTY = ("groups", "former_names", "memberships")  # that the database would delete with a party
MOST_NAMED = 5  # rows that stand in the way
# What a row names is undone after it
UNDONE_FIRST = (ImportedKind.MANDATE, ImportedKind.PERSON, ImportedKind.MEMBERSHIP, ImportedKind.PARTY)
Unpack = Callable[[Any], Any]


def undo_written(stored: RegisterImport, *, unpack: Unpack, by: Any) -> dict[str, list[int]]:
    """Undo what an import wrote, mandates first. Return the primary keys of the rows that were removed, by kind.

    Raise NotAllowed with the names of what has been changed or is used since; the caller's transaction takes back the
    rest.
    """
    entries: dict[str, list[ImportedRow]] = {kind: [] for kind in UNDONE_FIRST}
    for entry in stored.written.all():
        entries[entry.kind].append(entry)
    rows = {kind: MODELS[kind].objects.in_bulk([e.row for e in entries[kind]]) for kind in UNDONE_FIRST}
    refuse(name for kind in UNDONE_FIRST for name in changed_since(entries[kind], rows[kind]))
    removed: dict[str, list[int]] = {}
    for kind in UNDONE_FIRST:
        for entry in entries[kind]:
            if entry.before is not None:
                give_back(kind, rows[kind][entry.row], unpack(entry.before), by=by)
        removed[kind] = [entry.row for entry in entries[kind] if entry.before is None]
        refuse(remove(kind, removed[kind]))
    return {kind: keys for kind, keys in removed.items() if keys}


def changed_since(entries: list[ImportedRow], rows: dict[int, Any]) -> Iterator[str]:
    """Yield the names of the rows that somebody has saved or removed since."""
    for entry in entries:
        row = rows.get(entry.row)
        if row is None:
            yield f"en borttagen {ImportedKind(entry.kind).label}"
        elif mark_of(row) != entry.mark:
            yield str(row)


def remove(kind: ImportedKind, keys: list[int]) -> list[str]:
    """Remove rows of one kind that the import added. Return the names of those that are used and have to stay."""
    rows = MODELS[kind].objects.filter(pk__in=keys)
    if kind == ImportedKind.PARTY:
        is_used = reduce(or_, (Q((f"{use}__isnull", False)) for use in USES_OF_PARTY))
        used = rows.filter(is_used).distinct()  # what the import added itself is removed before
        if used:
            return [str(party) for party in used]
    try:
        rows.delete()
    except ProtectedError as error:
        return [str(getattr(user, kind.value, user)) for user in error.protected_objects]
    return []


def refuse(names: Iterable[str]) -> None:
    """Raise NotAllowed when there is a name of something that stands in the way."""
    if named := list(dict.fromkeys(names)):
        more = f" och {len(named) - MOST_NAMED} till" if len(named) > MOST_NAMED else ""
        raise NotAllowed(
            "Importen går inte att ångra, för det här har ändrats eller använts sedan dess: "
            f"{', '.join(named[:MOST_NAMED])}{more}. Rätta i registret i stället."
        )


def give_back(kind: ImportedKind, row: Any, before: dict[str, Any], *, by: Any) -> None:
    """Give a row the values that it had."""
    values = {name: value_for(row, name, value) for name, value in before.items()}
    change = {
        ImportedKind.PARTY: party_actions.change_party,
        ImportedKind.PERSON: mandate_actions.change_person,
        ImportedKind.MANDATE: mandate_actions.change_mandate,
    }[kind]
    change(row, values, seen_version=row.version, by=by)  # type: ignore[operator]


def value_for(row: Any, name: str, stored: Any) -> Any:
    """Return a stored value with its type: a date was stored as text."""
    field = row._meta.get_field(name)
    return date.fromisoformat(stored) if isinstance(field, models.DateField) and stored else stored
