"""One way to change a state: a table says which steps exist, one function takes them, every step leaves a row."""

from collections.abc import Mapping, Set
from typing import Any, TypeVar

from django.db import models, transaction

StateTable = Mapping[Any, Set[Any]]
SteppedRow = TypeVar("SteppedRow", bound=models.Model)


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
def take_step(row: SteppedRow, table: StateTable, to: Any, *, by: Any, reason: str = "") -> SteppedRow:
    """Take one step that the table allows and record it; answers the row as it stands now.

    The row is read again under a lock, because the caller's copy may be stale.
    """
    now: Any = type(row)._default_manager.select_for_update().get(pk=row.pk)
    if to not in table[now.state]:
        raise NotAllowed(f"{now} är {now.get_state_display().lower()} och kan inte bli {to.label.lower()}.")
    now.steps.create(before=now.state, after=to, by=by, reason=reason)
    now.state = to
    now.save(update_fields=["state"])
    row.state = to  # type: ignore[attr-defined]
    return now  # type: ignore[no-any-return]
