"""Letters that anybody may ask for: the asking tells nobody whether the address is known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from dialog_portal.outbox.models import Wanted
from dialog_portal.outbox.queue.wake_up import wake_up_on_commit

MAX_ADDRESS_LENGTH = Wanted._meta.get_field("address").max_length or 0
REQUEST_LIFE = timedelta(days=1)  # who has waited longer for a letter has asked again, or given up


def request_letter(purpose: str, address: str, *, task: str) -> None:
    """Store what is asked for and wake who answers it; the same work whosever the address is.

    An address longer than the column, as it may become in lower case, is nobody's: no row of ours can hold it.
    """
    if len(address) > MAX_ADDRESS_LENGTH:
        return
    Wanted.objects.create(purpose=purpose, address=address)
    wake_up_on_commit(task)


def write_requested_letters(purpose: str, write: Callable[[str], object]) -> None:
    """Let `write` store the letter for each address that waits; the row goes when the letter stands, not before.

    One that cannot be answered holds nobody up: the rest get theirs, and then the first trouble is raised.
    """
    troubles: list[Exception] = []
    waiting = Wanted.objects.filter(purpose=purpose)
    waiting.filter(at__lt=timezone.now() - REQUEST_LIFE).delete()
    for pk in list(waiting.order_by("-pk").values_list("pk", flat=True)):
        try:
            _write_one(pk, write)
        except Exception as trouble:  # noqa: BLE001 raised below, when the others have had their turn
            troubles.append(trouble)
    if troubles:
        raise troubles[0]


@transaction.atomic
def _write_one(pk: int, write: Callable[[str], object]) -> None:
    row = Wanted.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
    if row is not None:
        row.delete()
        write(row.address)
