"""Actions on redirects: save one, remove one. Both write the file that the web server reads, after the commit."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.stale_saves import save_if_unchanged, save_new
from minutes.audit_events import MinutesEvent
from minutes.models import Redirect
from minutes.publishing.redirect_file import write_redirects


@transaction.atomic
def save_redirect(row: Redirect, values: dict[str, Any], *, seen_version: int | None, by: User) -> Redirect:
    """Add or change a redirect. Raise StaleSave if somebody else changed it since `seen_version`."""
    saved = (
        save_if_unchanged(row, values, seen_version=seen_version, by=by)
        if row.pk
        else save_new(row, values, by=by)
    ).row
    record(by, MinutesEvent.REDIRECT_SAVED, saved, old_path=saved.old_path, target=saved.target)
    transaction.on_commit(write_redirects, robust=True)
    return saved


@transaction.atomic
def remove_redirect(row: Redirect, *, by: User) -> None:
    """Remove a redirect: its old address is not found any more."""
    record(by, MinutesEvent.REDIRECT_REMOVED, row, old_path=row.old_path, target=row.target)
    row.delete()
    transaction.on_commit(write_redirects, robust=True)
