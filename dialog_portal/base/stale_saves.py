"""Optimistic locking: a row is saved only if nobody else saved it since the user opened the form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import models, transaction
from django.utils import timezone

from dialog_portal.base.states import NotAllowed


class Versioned(models.Model):
    """A row with a version number that rises with each save of a form, and with who saved it last and when.

    `saved_by` and `saved_at` are empty in rows that were last saved before the columns existed.
    """

    version = models.PositiveIntegerField(default=1, editable=False)
    saved_by = models.ForeignKey(
        "access.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        db_index=False,  # nobody asks what a person saved last, and no account is ever deleted
    )
    saved_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    def note_save(self, by: Any) -> None:
        """Raise the version and note who saves the row, without storing it: the caller saves SAVE_COLUMNS."""
        self.version += 1
        self.saved_by, self.saved_at = by, timezone.now()


SAVE_COLUMNS = ("version", "saved_by", "saved_at")
VersionedRow = TypeVar("VersionedRow", bound=Versioned)
SaveResult = TypeVar("SaveResult")  # what an action that saves returns


class StaleSave(NotAllowed):
    """Raised when somebody else saved the row in the meantime. `theirs` is the stored row, None if it was deleted."""

    def __init__(self, theirs: Any) -> None:
        super().__init__(
            "Någon annan sparade ändringar medan du skrev."
            if theirs
            else "Någon har tagit bort det du redigerar."
        )
        self.theirs = theirs


@dataclass(frozen=True)
class Saved(Generic[VersionedRow]):
    """A saved row, and the names of the fields whose values changed."""

    row: VersionedRow
    fields: list[str]


def lock_if_unchanged(row: VersionedRow, *, seen_version: int | None) -> VersionedRow:
    """Return the stored row, locked until the caller's transaction ends.

    Raise StaleSave if its version is not `seen_version` or if it was deleted.
    """
    stored = type(row)._default_manager.select_for_update().filter(pk=row.pk).first()
    if stored is None or stored.version != seen_version:
        raise StaleSave(stored)
    return stored


@transaction.atomic
def save_if_unchanged(
    row: VersionedRow, values: Mapping[str, Any], *, seen_version: int | None, by: Any
) -> Saved[VersionedRow]:
    """Save values in a row that still has the version `seen_version`; add 1 to it, and note that `by` saved it.

    The row is locked until the caller's transaction ends, so that the effects of the change are saved together with it
    or not at all. Raise StaleSave if somebody else saved the row since `seen_version`, and ValidationError if a value
    is not valid for its field.
    """
    stored = lock_if_unchanged(row, seen_version=seen_version)
    fields = changed_fields(stored, values)
    stored.note_save(by)
    _store_values(stored, values, update_fields=list(SAVE_COLUMNS))
    return Saved(stored, fields)


@transaction.atomic
def save_new(row: VersionedRow, values: Mapping[str, Any], *, by: Any) -> Saved[VersionedRow]:
    """Store a new row. Raise ValidationError if a value is not valid for its field."""
    fields = changed_fields(row, values)
    row.saved_by, row.saved_at = by, timezone.now()
    _store_values(row, values, update_fields=None)
    return Saved(row, fields)


def _store_values(row: models.Model, values: Mapping[str, Any], *, update_fields: list[str] | None) -> None:
    """Save the columns, then the many-to-many relations, which need a stored row."""
    many = {field.name for field in row._meta.many_to_many}
    columns = [name for name in values if name not in many]
    for name in columns:
        setattr(row, name, values[name])
    row.clean_fields(exclude=[field.name for field in row._meta.fields if field.name not in values])
    row.save(update_fields=None if update_fields is None else [*columns, *update_fields])
    for name in many & values.keys():
        getattr(row, name).set(values[name])


def changed_fields(row: models.Model, values: Mapping[str, Any]) -> list[str]:
    """Return the names of the fields whose stored value differs from the given one."""
    return [name for name, value in values.items() if not is_same_value(stored_value(row, name), value)]


def stored_value(row: models.Model, name: str) -> Any:
    """Return the value of a field as a form would clean it: a many-to-many relation as a list of rows."""
    if any(field.name == name for field in row._meta.many_to_many):
        return list(getattr(row, name).all()) if row.pk else []
    return getattr(row, name)


def is_same_value(stored: Any, other: Any) -> bool:
    """Return whether two values are equal. The order of a many-to-many relation does not matter."""
    if isinstance(stored, list):
        return set(stored) == set(other or ())
    if isinstance(stored, str) and isinstance(other, str):  # browsers send a line break as CR LF
        return stored.splitlines() == other.splitlines()
    return bool(stored == other)
