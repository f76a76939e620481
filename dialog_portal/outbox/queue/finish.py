"""Writing down how a try ended: what becomes of the letter, and whether it was still this worker's to say."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from dialog_portal.outbox.models import Attempt, Letter, Outcome, State
from dialog_portal.outbox.queue import circuit_breaker, fast_finish
from dialog_portal.outbox.queue.begin import begin, enough_lease
from dialog_portal.outbox.queue.claim import Claim
from dialog_portal.outbox.queue.refusals import ABOUT_RECEIVER, try_doubted_letters_again
from dialog_portal.outbox.queue.retry import time_to_retry
from dialog_portal.outbox.queue.states import change, change_by_try
from dialog_portal.outbox.smtp.answers import Result

log = logging.getLogger(__name__)


def finish(claim: Claim, result: Result, *, wipe: bool) -> bool:
    """Write down how a try ended; False when the letter was no longer this worker's.

    It is idempotent, because nobody knows whether it was committed when the connection broke: what it has written
    itself it finds, and leaves.
    """
    if _is_common(claim, result) and fast_finish.accept(claim, result, timezone.now(), wipe=wipe).finished:
        return True
    with transaction.atomic():
        if (before := _written_before(claim, result)) is not None:
            return before
        now = timezone.now()
        heard = _record_about_host(claim, result, now)
        result = replace(result, outcome=heard.outcome)
        changed = _settle(claim, result, now, paused=heard.paused, wipe=wipe)
        Attempt.objects.filter(pk=claim.attempt).update(
            ended=now, outcome=result.outcome, code=result.code, text=result.text, late=not changed
        )
        if claim.probing and result.outcome == Outcome.ACCEPTED:
            try_doubted_letters_again(now)
    if not changed:
        log.info("letter %s was no longer ours when its try ended (%s)", claim.letter, result.outcome)
    return changed


def finish_and_begin(claim: Claim, result: Result, following: Claim, *, wipe: bool) -> bool:
    """Write down how a try ended and begin the following letter, in one commit; return whether its text may leave."""
    if not fast_finish.is_possible():
        with transaction.atomic():
            finish(claim, result, wipe=wipe)
            return begin(following)
    done = fast_finish.NOTHING
    if _is_common(claim, result):
        now = timezone.now()
        done = fast_finish.accept(
            claim, result, now, wipe=wipe, following=following, enough=enough_lease(now)
        )
    if not done.finished:
        finish(claim, result, wipe=wipe)
    return done.begun or begin(following)


def _is_common(claim: Claim, result: Result) -> bool:
    """Whether the try ended as most do, so that one statement can say it."""
    return result.outcome == Outcome.ACCEPTED and not claim.probing and fast_finish.is_possible()


def _written_before(claim: Claim, result: Result) -> bool | None:
    """Return what this very result led to if it was committed before and only the answer was lost, else None."""
    ended = Attempt.objects.filter(pk=claim.attempt, ended__isnull=False)
    doubted = (Outcome.REFUSED,) if result.outcome in ABOUT_RECEIVER else ()
    same = ended.filter(outcome__in=(result.outcome, *doubted), code=result.code, text=result.text)
    late = same.values_list("late", flat=True).first()
    return None if late is None else not late


def _settle(claim: Claim, result: Result, now: datetime, *, paused: bool, wipe: bool) -> bool:
    """Change the letter. The fence decides: as long as nobody else claimed it, what this worker saw is the truth."""
    mine = Letter.objects.filter(pk=claim.letter, fence=claim.fence)
    state, changes = _consequences(claim, result, now, paused=paused, wipe=wipe)
    changes |= {"lease_until": None, "worker": ""}
    if change_by_try(mine.filter(state=State.SENDING), state, **changes):
        return True
    if result.outcome != Outcome.ACCEPTED:
        return False
    undelivered = mine.exclude(state__in=(State.ACCEPTED, State.BOUNCED))
    if row := undelivered.select_for_update().first():
        _mark_as_left(row, changes)
        return True
    Letter.objects.filter(pk=claim.letter).update(maybe_twice=True)
    return False


def _mark_as_left(row: Letter, changes: dict[str, Any]) -> None:
    """It was stopped or given up while its text was leaving: then it has left, and that is what staff must see."""
    reason = "Brevet hade redan lämnats till mottagarens server."
    change(row, State.ACCEPTED, by=None, reason=reason, cannot="ha lämnats", **changes)


def _record_about_host(claim: Claim, result: Result, now: datetime) -> circuit_breaker.Heard:
    """Tell the circuit breaker what is news to it; return what the try means and whether the server is paused."""
    refused = result.outcome in (Outcome.HOST, Outcome.POLICY, *ABOUT_RECEIVER)
    if refused or (claim.probing and result.outcome != Outcome.WITHDRAWN):
        return circuit_breaker.record_result(claim.host, claim.letter, claim.address, result, now)
    return circuit_breaker.Heard(result.outcome, paused=False)


def _consequences(
    claim: Claim, result: Result, now: datetime, *, paused: bool, wipe: bool
) -> tuple[State, dict[str, Any]]:
    """Return the letter's new state after each outcome, and what changes with it."""
    said = {"last_code": result.code, "last_text": result.text}
    counted = {"attempts_made": claim.tries + 1, **said}
    match result.outcome:
        case Outcome.ACCEPTED:
            return State.ACCEPTED, {"accepted_at": now, **counted, **({"raw": None} if wipe else {})}
        case Outcome.WITHDRAWN:
            return claim.before, {}
        case Outcome.HOST:
            return State.RETRYING, {"due_at": now, **said}
        case Outcome.ADDRESS | Outcome.MAILBOX:
            return State.FAILED, counted
        case Outcome.POLICY if not paused and _is_refused_alone(claim):
            return State.FAILED, counted
        case outcome:
            due_at = now + time_to_retry(outcome, claim.tries)
            unknown = {"maybe_twice": True} if outcome == Outcome.UNKNOWN else {}
            return State.RETRYING, {"due_at": due_at, **counted, **unknown}


def _is_refused_alone(claim: Claim) -> bool:
    """Whether the server refuses this very letter again and again while it takes others: the fault is the letter's."""
    refusals = Attempt.objects.filter(letter=claim.letter, outcome=Outcome.POLICY).count()
    return refusals >= circuit_breaker.PAUSE_AFTER - 1
