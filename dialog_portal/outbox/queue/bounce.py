"""A letter that a server had taken comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from dialog_portal.outbox.models import Host, Letter, LetterStep, State
from dialog_portal.outbox.queue.states import change, lock
from dialog_portal.outbox.smtp.answers import is_about_us

PAUSE_AFTER = 3  # letters in a row, to as many organisations, that come back because of us
LOOK_BACK = timedelta(hours=1)


@transaction.atomic
def mark_as_bounced(letter: Letter, *, by: Any, reason: str, code: str = "", text: str = "") -> Letter:
    """Say that an accepted letter came back: somebody must find out who has the post now."""
    said = {"last_code": code[:20], "last_text": text} if code or text else {}
    return change(lock(letter), State.BOUNCED, by=by, reason=reason, cannot="markeras som studsat", **said)


def bounced_because_of_us(letter: Letter) -> bool:
    """Return whether a letter came back because servers refuse all letters from us."""
    return letter.state == State.BOUNCED and is_about_us(letter.last_code, letter.last_text)


def pause_if_all_come_back(words: str) -> None:
    """Pause the mail server for a person when the last letters that came back did so because of us.

    One organisation that refuses us says nothing of the others, so each of the letters must be to another one.
    """
    since = timezone.now() - LOOK_BACK
    steps = (
        LetterStep.objects.filter(after=State.BOUNCED, at__gt=since).select_related("letter").order_by("-pk")
    )
    last = [step.letter for step in steps.defer("letter__raw")[:PAUSE_AFTER]]
    domains = {letter.address.rpartition("@")[2].lower() for letter in last if bounced_because_of_us(letter)}
    if len(domains) == PAUSE_AFTER:
        said = f"{words} (svar om flera brev som kom tillbaka)"
        Host.objects.filter(paused_at=None).update(paused_at=timezone.now(), trouble=said)
