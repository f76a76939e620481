"""The step before the text of a letter leaves. After it, somebody may read the letter; before it, nobody can."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from dialog_portal.outbox.models import Attempt, Letter, State
from dialog_portal.outbox.queue import fast_finish
from dialog_portal.outbox.queue.claim import Claim

LEAST_LEFT = 0.3  # of the time a claim lasts, when a text begins to leave: longer than a letter's deadline


def begin(claim: Claim) -> bool:
    """Mark that the letter's text may begin to leave, and return True; False when it must not.

    It must not when the letter was stopped, when another worker has claimed it, or when too little of the lease is left
    for the text. The database orders this against every change of the letter: whoever stops it either comes first, and
    no text leaves, or finds the mark (see `may_have_begun` in the models) and knows that somebody may read it. A second
    call asks whether the letter may still leave.
    """
    now = timezone.now()
    enough = enough_lease(now)
    if fast_finish.is_possible():
        return fast_finish.fast_begin(claim, now, enough)
    mine = Letter.objects.filter(pk=claim.letter, fence=claim.fence, state=State.SENDING)
    with transaction.atomic():  # on SQLite it holds the only lock for writing from its first moment
        may_leave = mine.filter(lease_until__gt=enough).exists()
        return may_leave and bool(Attempt.objects.filter(pk=claim.attempt).update(started=now))


def enough_lease(now: datetime) -> datetime:
    """Return until when a claim must last at least for a text to begin to leave now."""
    return now + timedelta(seconds=settings.MAIL_LEASE * LEAST_LEFT)
