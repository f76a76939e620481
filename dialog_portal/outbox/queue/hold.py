"""Hold letters back and release them, one campaign or all; and go on after the mail server was paused."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from dialog_portal.base.audit import record
from dialog_portal.outbox.audit_events import OutboxEvent
from dialog_portal.outbox.draft import LONGEST_TRY
from dialog_portal.outbox.models import CONFIDENTIAL, Hold, Host, Letter, LetterQuerySet
from dialog_portal.outbox.queue.database_mark import accept_database, is_database_older
from dialog_portal.outbox.queue.departed_letters import mark_as_left
from dialog_portal.outbox.queue.states import note_many
from dialog_portal.outbox.queue.wake_up import wake_up_on_commit

DATABASE_IS_OLDER = "databasen är äldre än portalen, så brev som väntar kan redan ha lämnats"


@transaction.atomic
def hold(campaign: str, *, by: Any, reason: str) -> Hold:
    """Keep the letters of one campaign from leaving; an empty campaign holds every letter but those about accounts.

    Each letter that waits has it in its history, and the audit log names them all.
    """
    row, new = Hold.objects.get_or_create(campaign=campaign, defaults={"reason": reason, "by": by})
    if new:
        kept = note_many(letters_to_hold(campaign), f"Hålls kvar: {reason}", by=by)
        record(by, OutboxEvent.LETTERS_HELD, campaign or "allt", reason=reason, letters=kept)
    return row


def letters_to_hold(campaign: str) -> LetterQuerySet:
    """Return the letters that a hold keeps back."""
    letters = Letter.objects.waiting().except_accounts()
    return letters.filter(campaign=campaign) if campaign else letters


def letters_to_release(campaign: str) -> LetterQuerySet:
    """Return the letters that may leave when a hold is released: those that it keeps back and no other hold does."""
    others = Hold.objects.exclude(campaign=campaign)
    others = others.filter(Q(campaign="") | Q(campaign=OuterRef("campaign")))
    return letters_to_hold(campaign).filter(~Exists(others))


def _extend_deadlines(letters: LetterQuerySet) -> None:
    """The time that letters were kept waiting by a person does not count as time in which they were tried."""
    until = timezone.now() + LONGEST_TRY
    letters.filter(useful_until__lte=until).update(deadline=F("useful_until"))
    letters.filter(useful_until__gt=until, deadline__lt=until).update(deadline=until)


def hold_if_database_is_older() -> bool:
    """Hold every letter if the database is older than the portal, and return whether it is.

    Letters about accounts, which a hold need not reach, end as accepted if they are known to have left.
    """
    older = is_database_older()
    if older:
        hold("", by=None, reason=DATABASE_IS_OLDER)
        mark_as_left(Letter.objects.filter(purpose=CONFIDENTIAL), by=None)
    return older


@transaction.atomic
def release(campaign: str, *, by: Any) -> int:
    """Let held letters leave again, except those that are known to have left: they end as accepted.

    Return the number of those. Each released letter has it in its history. An empty campaign releases every letter
    whose campaign is not held by itself, also of a database that is older.
    """
    left = mark_as_left(letters_of(campaign), by=by)
    if Hold.objects.filter(campaign=campaign).delete()[0]:
        letters = letters_to_release(campaign)
        _extend_deadlines(letters)
        released = note_many(letters, "Släpptes", by=by)
        record(by, OutboxEvent.LETTERS_RELEASED, campaign or "allt", letters=released, had_left=left)
    if not campaign:
        accept_database()
    wake_up_on_commit()
    return left


def letters_of(campaign: str) -> LetterQuerySet:
    """Return the letters of a campaign; those of all when it is empty."""
    return Letter.objects.filter(campaign=campaign) if campaign else Letter.objects.all()


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
