"""Take back what an import wrote: remove what it added, and give back what it changed. All of it, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import models
from django.db.models import ProtectedError

from dialog_portal.base.states import NotAllowed
from parties.actions import mandates as mandate_actions
from parties.actions import parties as party_actions
from parties.imports.write import MODELS, mark_of
from parties.models import ImportedKind, ImportedRow, Party, RegisterImport

MOST_NAMED = 5  # rows that stand in the way
Unpack = Callable[[Any], Any]


def undo_written(stored: RegisterImport, *, unpack: Unpack, by: Any) -> dict[str, list[int]]:
    """Undo the rows, the last first. Return the primary keys of those that were removed, by kind.

    Raise NotAllowed with the names of what has been changed or is used since; the caller's transaction takes back the
    rest.
    """
    entries = list(stored.written.order_by("-pk"))
    rows = {
        entry.pk: MODELS[ImportedKind(entry.kind)].objects.filter(pk=entry.row).first() for entry in entries
    }
    refuse([name_of(rows[e.pk], e) for e in entries if rows[e.pk] is None or mark_of(rows[e.pk]) != e.mark])
    refuse([name for entry in entries if (name := undo_entry(entry, rows[entry.pk], unpack=unpack, by=by))])
    removed: dict[str, list[int]] = {}
    for entry in entries:
        if entry.before is None:
            removed.setdefault(entry.kind, []).append(entry.row)
    return removed


def refuse(names: list[str]) -> None:
    """Raise NotAllowed when there is a name of something that stands in the way."""
    if names:
        named = list(dict.fromkeys(names))
        more = f" och {len(named) - MOST_NAMED} till" if len(named) > MOST_NAMED else ""
        raise NotAllowed(
            "Importen går inte att ångra, för det här har ändrats eller använts sedan dess: "
            f"{', '.join(named[:MOST_NAMED])}{more}. Rätta i registret i stället."
        )


def name_of(row: Any, entry: ImportedRow) -> str:
    """Return the name of a row as staff know it."""
    return str(row) if row else f"en borttagen {ImportedKind(entry.kind).label}"


def undo_entry(entry: ImportedRow, row: Any, *, unpack: Unpack, by: Any) -> str:
    """Undo one row. Return its name when it is used and has to stay, else an empty text."""
    if entry.before is not None:
        give_back(ImportedKind(entry.kind), row, unpack(entry.before), by=by)
        return ""
    if isinstance(row, Party) and (row.groups.exists() or row.former_names.exists()):
        return str(row)
    try:
        row.delete()
    except ProtectedError:
        return name_of(row, entry)
    return ""


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
