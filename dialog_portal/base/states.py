"""State transitions: a table lists the allowed steps, `take_step` takes one of them and stores it as a Step row."""

from collections.abc import Mapping, Set
from typing import Any, TypeVar

from django.db import models, transaction

StateTable = Mapping[Any, Set[Any]]
SteppedRow = TypeVar("SteppedRow", bound=models.Model)


class NotAllowed(Exception):
    """Raised when an action is not possible now. The message is in Swedish and is shown to the user."""

    field: str | None = None  # the field of a form that the message is about


class Step(models.Model):
    """A step that was taken: from which state to which, when, why, and by whom (null: the portal itself)."""

    before = models.CharField(max_length=20)
    after = models.CharField(max_length=20)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        abstract = True
        ordering = ("pk",)


@transaction.atomic
def take_step(
    row: SteppedRow,
    table: StateTable,
    to: Any,
    *,
    by: Any,
    reason: str = "",
    refusal: str = "",
    **changes: Any,
) -> SteppedRow:
    """Change the state of a row to `to`, store the step, and return the stored row.

    `changes` are other fields to save with the state. Raise NotAllowed if the table does not allow the step, with the
    text `refusal` if there is one. The row is locked and read again, because the caller's copy may be stale; the
    caller's copy gets the new state too.
    """
    now: Any = type(row)._default_manager.select_for_update().get(pk=row.pk)
    _check_step(now, table, to, refusal)
    now.steps.create(before=now.state, after=to, by=by, reason=reason)
    for name, value in {"state": to, **changes}.items():
        setattr(now, name, value)
    now.save(update_fields=["state", *changes])
    row.state = to  # type: ignore[attr-defined]
    return now  # type: ignore[no-any-return]


@transaction.atomic
def take_steps(
    rows: "models.QuerySet[Any]", table: StateTable, to: Any, *, by: Any, reason: str = "", **changes: Any
) -> int:
    """Take the same step for many rows, store it for each, and return the number of rows.

    The rows are locked in the order of their primary keys, so that two callers cannot deadlock. Raise NotAllowed, and
    change nothing, if the table does not allow the step for one of them.
    """
    locked = list(rows.select_for_update(of=("self",)).order_by("pk").only("pk", "state"))
    for row in locked:
        _check_step(row, table, to)
    steps = rows.model._meta.get_field("steps")
    steps.related_model._base_manager.bulk_create(
        steps.related_model(**{steps.field.name: row}, before=row.state, after=to, by=by, reason=reason)
        for row in locked
    )
    rows.model._base_manager.filter(pk__in=[row.pk for row in locked]).update(state=to, **changes)
    return len(locked)


def _check_step(row: Any, table: StateTable, to: Any, refusal: str = "") -> None:
    if to not in table[row.state]:
        raise NotAllowed(
            refusal or f"{row} är {row.get_state_display().lower()} och kan inte bli {to.label.lower()}."
        )
