"""One way to change a state: a table says which steps exist, one function takes them, every step leaves a row."""

from collections.abc import Mapping, Set
from typing import Any, TypeVar

from django.db import models, transaction

Table = Mapping[Any, Set[Any]]
Row = TypeVar("Row", bound=models.Model)


class NotAllowed(Exception):
    """What was asked for is not possible now; the message is Swedish and meant for the person who asked."""


class Step(models.Model):
    """A step that was taken: from which state to which, when, and by whom (nobody means the portal itself)."""

    before = models.CharField(max_length=20)
    after = models.CharField(max_length=20)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        abstract = True
        ordering = ("pk",)


@transaction.atomic
def step(
    row: Row, table: Table, to: Any, *, by: Any, reason: str = "", refusal: str = "", **changes: Any
) -> Row:
    """Take one step that the table allows, record it, and return the row as it stands now.

    The row is read again under a lock, because the caller's copy may be stale. `changes` are fields that change with
    the state. Raise NotAllowed, with the refusal when there is one, if the table has no such step.
    """
    now: Any = type(row)._default_manager.select_for_update().get(pk=row.pk)
    _check(now, table, to, refusal)
    now.steps.create(before=now.state, after=to, by=by, reason=reason)
    for name, value in {"state": to, **changes}.items():
        setattr(now, name, value)
    now.save(update_fields=["state", *changes])
    row.state = to  # type: ignore[attr-defined]
    return now  # type: ignore[no-any-return]


@transaction.atomic
def step_many(
    rows: "models.QuerySet[Any]", table: Table, to: Any, *, by: Any, reason: str = "", **changes: Any
) -> int:
    """Take the same step for many rows, record it for each, and return how many they are.

    They are locked in the order of their keys, so that two callers never wait for each other. Raise NotAllowed, and
    change nothing, if the table does not allow the step for one of them.
    """
    locked = list(rows.select_for_update(of=("self",)).order_by("pk").only("pk", "state"))
    for row in locked:
        _check(row, table, to)
    steps = rows.model._meta.get_field("steps")
    steps.related_model._base_manager.bulk_create(
        steps.related_model(**{steps.field.name: row}, before=row.state, after=to, by=by, reason=reason)
        for row in locked
    )
    rows.model._base_manager.filter(pk__in=[row.pk for row in locked]).update(state=to, **changes)
    return len(locked)


def _check(row: Any, table: Table, to: Any, refusal: str = "") -> None:
    if to not in table[row.state]:
        raise NotAllowed(
            refusal or f"{row} är {row.get_state_display().lower()} och kan inte bli {to.label.lower()}."
        )
