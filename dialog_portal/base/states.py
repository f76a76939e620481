"""State transitions: a table lists the allowed steps, `take_step` takes one of them and stores it as a Step row."""

from collections.abc import Mapping, Set
from typing import Any, TypeVar

from django.db import models, transaction

StateTable = Mapping[Any, Set[Any]]
SteppedRow = TypeVar("SteppedRow", bound=models.Model)


class NotAllowed(Exception):
    """Raised when an action is not possible now. The message is in Swedish and is shown to the user."""


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
def take_step(row: SteppedRow, table: StateTable, to: Any, *, by: Any, reason: str = "") -> SteppedRow:
    """Change the state of a row to `to`, store the step, and return the stored row.

    Raise NotAllowed if the table does not allow the step. The row is locked and read again, because the caller's copy
    may be stale; the caller's copy gets the new state too.
    """
    now: Any = type(row)._default_manager.select_for_update().get(pk=row.pk)
    if to not in table[now.state]:
        raise NotAllowed(f"{now} är {now.get_state_display().lower()} och kan inte bli {to.label.lower()}.")
    now.steps.create(before=now.state, after=to, by=by, reason=reason)
    now.state = to
    now.save(update_fields=["state"])
    row.state = to  # type: ignore[attr-defined]
    return now  # type: ignore[no-any-return]
