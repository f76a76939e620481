"""A letter that a server had taken comes back."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from dialog_portal.outbox.models import Letter, State
from dialog_portal.outbox.queue.states import change, lock


@transaction.atomic
def mark_as_bounced(letter: Letter, *, by: Any, reason: str, code: str = "", text: str = "") -> Letter:
    """Say that an accepted letter came back: somebody must find out who has the post now."""
    said = {"last_code": code[:20], "last_text": text} if code or text else {}
    return change(lock(letter), State.BOUNCED, by=by, reason=reason, cannot="markeras som studsat", **said)
