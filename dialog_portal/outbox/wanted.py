"""Letters that anybody may ask for: the asking tells nobody whether the address is known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from dialog_portal.outbox.bell import ring_on_commit
from dialog_portal.outbox.models import Wanted

USEFUL = timedelta(days=1)  # who has waited longer for a letter has asked again, or given up


def want(purpose: str, address: str, *, task: str) -> None:
    """Store what is asked for and wake who answers it; the same work whosever the address is."""
    Wanted.objects.create(purpose=purpose, address=address)
    ring_on_commit(task)


def grant(purpose: str, write: Callable[[str], object]) -> None:
    """Let `write` store the letter for each address that waits; the row goes when the letter stands, not before.

    The newest come first, so that one that cannot be answered holds nobody up.
    """
    waiting = Wanted.objects.filter(purpose=purpose)
    waiting.filter(at__lt=timezone.now() - USEFUL).delete()
    for pk in list(waiting.order_by("-pk").values_list("pk", flat=True)):
        with transaction.atomic():
            row = waiting.select_for_update(skip_locked=True).filter(pk=pk).first()
            if row is not None:
                row.delete()
                write(row.address)
