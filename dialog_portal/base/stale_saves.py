"""Optimistic locking: a row is saved only as the person saw it; whoever is second sees both texts and loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import models, transaction

from dialog_portal.base.states import NotAllowed


class Versioned(models.Model):
    """A row whose version rises each time somebody saves what they typed."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True


Row = TypeVar("Row", bound=Versioned)


class StaleSave(NotAllowed):
    """Somebody else saved the row meanwhile; `theirs` is the row as it stands now, None when it was removed."""

    def __init__(self, theirs: Any) -> None:
        super().__init__(
            "Någon annan sparade ändringar medan du skrev."
            if theirs
            else "Någon har tagit bort det du redigerar."
        )
        self.theirs = theirs


@dataclass(frozen=True)
class Saved(Generic[Row]):
    """A row that was saved, and the names of the fields that got another value."""

    row: Row
    fields: list[str]


def lock_if_unchanged(row: Row, *, seen_version: int | None) -> Row:
    """Return the stored row, locked until the caller's transaction ends.

    Raise StaleSave when its version is not `seen_version`: somebody else saved it, or removed it.
    """
    stored = type(row)._default_manager.select_for_update().filter(pk=row.pk).first()
    if stored is None or stored.version != seen_version:
        raise StaleSave(stored)
    return stored


@transaction.atomic
def save_if_unchanged(row: Row, values: Mapping[str, Any], *, seen_version: int | None) -> Saved[Row]:
    """Save values in a row that is as the person saw it, and raise its version.

    The lock is held until the caller's transaction ends, so that what follows from the change is saved with it or
    not at all. Raise StaleSave when somebody else saved the row since `seen_version`, and ValidationError when a value
    is not one that its field takes.
    """
    stored = lock_if_unchanged(row, seen_version=seen_version)
    fields = differences(stored, values)
    stored.version += 1
    _write(stored, values, update_fields=["version"])
    return Saved(stored, fields)


@transaction.atomic
def save_new(row: Row, values: Mapping[str, Any]) -> Saved[Row]:
    """Store a row for the first time. Raise ValidationError when a value is not one that its field takes."""
    fields = differences(row, values)
    _write(row, values, update_fields=None)
    return Saved(row, fields)


def _write(row: models.Model, values: Mapping[str, Any], *, update_fields: list[str] | None) -> None:
    """Save the columns and then the relations to many, which need the row."""
    many = {field.name for field in row._meta.many_to_many}
    columns = [name for name in values if name not in many]
    for name in columns:
        setattr(row, name, values[name])
    row.clean_fields(exclude=[field.name for field in row._meta.fields if field.name not in values])
    row.save(update_fields=None if update_fields is None else [*columns, *update_fields])
    for name in many & values.keys():
        getattr(row, name).set(values[name])


def differences(row: models.Model, values: Mapping[str, Any]) -> list[str]:
    """Return the names of the fields whose stored value is another than the given one."""
    return [name for name, value in values.items() if not same(stored_value(row, name), value)]


def stored_value(row: models.Model, name: str) -> Any:
    """Return a field's value in the form that people read and forms clean to: several related rows as a list."""
    if any(field.name == name for field in row._meta.many_to_many):
        return list(getattr(row, name).all()) if row.pk else []
    return getattr(row, name)


def same(stored: Any, other: Any) -> bool:
    """Return whether two values are the same; the order of several related rows does not matter."""
    return set(stored) == set(other or ()) if isinstance(stored, list) else bool(stored == other)
