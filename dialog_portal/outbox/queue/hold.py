"""Hold letters back and release them, one campaign or all; and go on after the mail server was paused."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from dialog_portal.base.audit import record
from dialog_portal.outbox.audit_events import OutboxEvent
from dialog_portal.outbox.draft import LONGEST_TRY
from dialog_portal.outbox.models import Hold, Host, Letter, LetterQuerySet
from dialog_portal.outbox.queue.states import note_many
from dialog_portal.outbox.queue.wake_up import wake_up_on_commit


@transaction.atomic
def hold(campaign: str, *, by: Any, reason: str) -> Hold:
    """Keep the letters of one campaign from leaving; an empty campaign holds every letter but those about accounts.

    Each letter that waits has it in its history, and the audit log names them all.
    """
    row, new = Hold.objects.get_or_create(campaign=campaign, defaults={"reason": reason, "by": by})
    if new:
        kept = note_many(_letters_to_hold(campaign), f"Hålls kvar: {reason}", by=by)
        record(by, OutboxEvent.LETTERS_HELD, campaign or "allt", reason=reason, letters=kept)
    return row


def _letters_to_hold(campaign: str) -> LetterQuerySet:
    """Return the letters that a hold keeps back."""
    letters = Letter.objects.waiting().except_accounts()
    return letters.filter(campaign=campaign) if campaign else letters


def _extend_deadlines(letters: LetterQuerySet) -> None:
    """The time that letters were kept waiting by a person does not count as time in which they were tried."""
    until = timezone.now() + LONGEST_TRY
    letters.filter(useful_until__lte=until).update(deadline=F("useful_until"))
    letters.filter(useful_until__gt=until, deadline__lt=until).update(deadline=until)


@transaction.atomic
def release(campaign: str, *, by: Any) -> None:
    """Let held letters leave again; each of them has it in its history."""
    if Hold.objects.filter(campaign=campaign).delete()[0]:
        letters = _letters_to_hold(campaign)
        _extend_deadlines(letters)
        released = note_many(letters, "Släpptes", by=by)
        record(by, OutboxEvent.LETTERS_RELEASED, campaign or "allt", letters=released)
    wake_up_on_commit()


@transaction.atomic
def resume(*, by: Any) -> None:
    """Try the mail server again after it was paused or closed because it would not take our letters."""
    hosts = list(Host.objects.select_for_update())  # before the letters, as a worker locks them
    if any(host.paused_at for host in hosts):
        _extend_deadlines(Letter.objects.waiting())
    Host.objects.update(
        paused_at=None, closed_until=None, failures=0, refusals=0, refused_at=None, trouble=""
    )
    record(by, OutboxEvent.SERVER_TRIED_AGAIN)
    wake_up_on_commit()
