"""Store letters, whole or not at all: from then on they are the outbox' to send."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from dialog_portal.outbox.draft import Draft, letter_from, validate_draft
from dialog_portal.outbox.models import Letter
from dialog_portal.outbox.queue.wake_up import wake_up_on_commit


@transaction.atomic
def post_all(drafts: Sequence[Draft], *, by: Any = None) -> list[Letter]:
    """Store letters in the caller's transaction and return their rows in the drafts' order.

    For a key that exists its old row is returned and nothing is stored. Raise ValidationError with one Swedish sentence
    for each letter that cannot be written; then none is stored.
    """
    errors = []
    for draft in drafts:
        try:
            validate_draft(draft)
        except ValidationError as error:
            errors.append(error)
    if errors:
        raise ValidationError(errors)
    Letter.objects.bulk_create(
        [letter_from(draft, by) for draft in drafts], batch_size=100, ignore_conflicts=True
    )
    keys = {draft.key for draft in drafts}
    stored = {row.key: row for row in Letter.objects.defer("raw").filter(key__in=keys)}
    wake_up_on_commit()
    return [stored[draft.key] for draft in drafts]


@transaction.atomic
def post(draft: Draft, *, by: Any = None) -> tuple[Letter, bool]:
    """Store one letter and return its row; False with it says that the key existed, and that the row is the old one."""
    validate_draft(draft)
    mine = letter_from(draft, by)
    Letter.objects.bulk_create([mine], ignore_conflicts=True)
    row = Letter.objects.get(key=draft.key)
    wake_up_on_commit()
    return row, row.message_id == mine.message_id
