"""Actions on redirects: save one, remove one. A worker then writes the file that the web server reads."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.stale_saves import save_if_unchanged, save_new
from dialog_portal.outbox.queue.wake_up import wake_up_on_commit
from minutes.audit_events import MinutesEvent
from minutes.models import Redirect
from minutes.publishing.refresh import TASK


@transaction.atomic
def save_redirect(row: Redirect, values: dict[str, Any], *, seen_version: int | None, by: User) -> Redirect:
    """Add or change a redirect. Raise StaleSave if somebody else changed it since `seen_version`."""
    saved = (
        save_if_unchanged(row, values, seen_version=seen_version, by=by)
        if row.pk
        else save_new(row, values, by=by)
    ).row
    record(by, MinutesEvent.REDIRECT_SAVED, saved, old_path=saved.old_path, target=saved.target)
    wake_up_on_commit(TASK)
    return saved


@transaction.atomic
def remove_redirect(row: Redirect, *, by: User) -> None:
    """Remove a redirect: its old address is not found any more."""
    record(by, MinutesEvent.REDIRECT_REMOVED, row, old_path=row.old_path, target=row.target)
    row.delete()
    wake_up_on_commit(TASK)
