"""Who may send which letter: taken in one short transaction, given up in another, and fenced in between."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from dialog_portal.outbox.models import WAITING, Attempt, Host, Letter, LetterStep, Outcome, State, held
from dialog_portal.outbox.queue import fast_finish, limits
from dialog_portal.outbox.queue.fast_finish import enough_lease
from dialog_portal.outbox.queue.worker_names import is_gone
from dialog_portal.outbox.smtp.answers import Result

SOFT = (5, 15, 30, 60, 120)  # minutes to the next try; from then on every two hours until the deadline
UNKNOWN_MINUTES = 10
POLICY_MINUTES = 1
NEEDED = ("pk", "state", "fence", "attempts_made", "envelope_from", "address", "raw")  # of a row, to send it


@dataclass(frozen=True)
class Claim:
    """A letter in this worker's hands, for as long as nobody else's fence is higher."""

    letter: int
    fence: int
    attempt: int
    before: str
    tries: int
    sender: str
    address: str
    sealed: bytes
    at: datetime
    host: str
    probing: bool  # the server was in doubt when this was taken, so its answer is news


def take(host_name: str, worker: str, most: int, *, limited: bool = True) -> list[Claim]:
    """Take up to so many letters that are due, most urgent first; none when the server bears no more."""
    with transaction.atomic():
        host, _ = Host.objects.select_for_update().get_or_create(name=host_name)
        now = timezone.now()
        size = limits.room(host, worker, now, most) if limited else most
        due = Letter.objects.due(now).select_for_update(skip_locked=True)
        rows: list[Any] = list(due.values_list(*NEEDED, named=True)[:size])
        _abandon([row.pk for row in rows if row.state == State.SENDING], now)
        return _mark(rows, host, worker, now) if rows else []


def _mark(rows: list[Any], host: Host, worker: str, now: datetime) -> list[Claim]:
    """Compare and set: every row must still be as it was read, on databases without row locks too."""
    taken = Letter.objects.due(now).filter(pk__in=[row.pk for row in rows]).order_by()
    lease = now + timedelta(seconds=settings.MAIL_LEASE)
    count = taken.update(state=State.SENDING, fence=F("fence") + 1, lease_until=lease, worker=worker)
    if count != len(rows):
        raise RuntimeError("letters changed while they were locked")
    attempts = Attempt.objects.bulk_create(
        Attempt(letter_id=row.pk, fence=row.fence + 1, worker=worker, claimed=now, started=None if n else now)
        for n, row in enumerate(rows)
    )
    return [_claim(row, attempt, host, now) for row, attempt in zip(rows, attempts, strict=True)]


def _claim(row: Any, attempt: Attempt, host: Host, now: datetime) -> Claim:
    return Claim(
        letter=row.pk,
        fence=row.fence + 1,
        attempt=attempt.pk,
        before=State.QUEUED if row.state == State.QUEUED else State.RETRYING,
        tries=row.attempts_made,
        sender=row.envelope_from,
        address=row.address,
        sealed=bytes(row.raw or b""),
        at=now,
        host=host.name,
        probing=host.doubtful,
    )


def _abandon(letters: list[int], now: datetime) -> None:
    """Close what another worker left open. A try that had begun may have succeeded: the letter may arrive twice."""
    if not letters:
        return
    left = Attempt.objects.filter(letter__in=letters, ended=None)
    begun = list(left.exclude(started=None).values_list("letter", flat=True))
    left.filter(started=None).delete()
    left.update(ended=now, outcome=Outcome.UNKNOWN, text="Arbetsprocessen hördes inte av igen.")
    Letter.objects.filter(pk__in=begun).update(maybe_twice=True)


def may_go(claim: Claim) -> bool:
    """Whether the letter is still this worker's to send, was not stopped, and has lease enough for its text.

    Each letter is looked at anew when only its text is left: what was stopped before this look does not leave.
    """
    if fast_finish.possible():
        return fast_finish.still(claim.letter, claim.fence)
    enough = enough_lease(timezone.now())
    return Letter.objects.filter(
        pk=claim.letter, fence=claim.fence, state=State.SENDING, lease_until__gt=enough
    ).exists()


def give_back(claims: Iterable[Claim]) -> None:
    """Put letters back in line, untouched: no byte of them has left."""
    with transaction.atomic():
        for claim in claims:
            mine = Letter.objects.filter(pk=claim.letter, fence=claim.fence, state=State.SENDING)
            mine.update(state=claim.before, lease_until=None, worker="")
            Attempt.objects.filter(pk=claim.attempt, ended=None).delete()


def finish(claim: Claim, result: Result, *, wipe: bool, following: Claim | None = None) -> bool:
    """Write down how a try ended, and that the next one begins; False when the letter was no longer this worker's.

    It may be done again when nobody knows whether it was committed: what it has written itself it finds, and leaves.
    """
    common = result.outcome == Outcome.ACCEPTED and not claim.probing and fast_finish.possible()
    if common and _accepted(claim, result, wipe=wipe, following=following):
        return True
    with transaction.atomic():
        if (before := _written_before(claim, result)) is not None:
            return before
        now = timezone.now()
        changed = _settle(claim, result, now, wipe=wipe)
        Attempt.objects.filter(pk=claim.attempt).update(
            ended=now, outcome=result.outcome, code=result.code, text=result.text, late=not changed
        )
        if following is not None:
            Attempt.objects.filter(pk=following.attempt).update(started=now)
        return changed


def _written_before(claim: Claim, result: Result) -> bool | None:
    """What this very end answered when it was committed and the connection broke before that could be said."""
    ended = Attempt.objects.filter(pk=claim.attempt, ended__isnull=False)
    same = ended.filter(outcome=result.outcome, code=result.code, text=result.text)
    late = same.values_list("late", flat=True).first()
    return None if late is None else not late


def _accepted(claim: Claim, result: Result, *, wipe: bool, following: Claim | None) -> bool:
    """The common case in one statement; False leaves everything as it was for the longer way."""
    after = following.attempt if following else None
    return fast_finish.accept(claim.letter, claim.fence, claim.attempt, result, wipe=wipe, following=after)


def _settle(claim: Claim, result: Result, now: datetime, *, wipe: bool) -> bool:
    """The letter's new state. The fence decides: as long as nobody else took it, what this worker saw is the truth."""
    paused = _tell_host(claim, result, now)
    mine = Letter.objects.filter(pk=claim.letter, fence=claim.fence)
    changes = _changes(claim, result, now, paused=paused, wipe=wipe)
    if mine.filter(state=State.SENDING).update(lease_until=None, worker="", **changes):
        return True
    if result.outcome != Outcome.ACCEPTED:
        return False
    if mine.exclude(state__in=(State.ACCEPTED, State.BOUNCED)).exists():
        return _left_all_the_same(mine.get(), changes)
    Letter.objects.filter(pk=claim.letter).update(maybe_twice=True)
    return False


def _left_all_the_same(letter: Letter, changes: dict[str, Any]) -> bool:
    """It was stopped or given up while its text was leaving: then it has left, and that is what staff must see."""
    reason = "Brevet hade redan lämnats till mottagarens server."
    LetterStep.objects.create(letter=letter, before=letter.state, after=State.ACCEPTED, reason=reason)
    Letter.objects.filter(pk=letter.pk, fence=letter.fence).update(lease_until=None, worker="", **changes)
    return True


def _tell_host(claim: Claim, result: Result, now: datetime) -> bool:
    if claim.probing or result.outcome in (Outcome.HOST, Outcome.POLICY):
        return limits.note(claim.host, result, now) if result.outcome != Outcome.WITHDRAWN else False
    return False


def _changes(claim: Claim, result: Result, now: datetime, *, paused: bool, wipe: bool) -> dict[str, Any]:
    """What the letter's row becomes after each outcome."""
    said = {"last_code": result.code, "last_text": result.text}
    counted = {"attempts_made": claim.tries + 1, **said}
    match result.outcome:
        case Outcome.ACCEPTED:
            gone = {"raw": None} if wipe else {}
            return {"state": State.ACCEPTED, "accepted_at": now, **counted, **gone}
        case Outcome.WITHDRAWN:
            return {"state": claim.before}
        case Outcome.HOST:
            return {"state": State.RETRYING, "due_at": now, **said}
        case Outcome.ADDRESS | Outcome.MAILBOX:
            return {"state": State.FAILED, **counted}
        case Outcome.UNKNOWN:
            return {**_later(now, UNKNOWN_MINUTES), "maybe_twice": True, **counted}
        case Outcome.SOFT:
            return {**_later(now, SOFT[min(claim.tries, len(SOFT) - 1)]), **counted}
        case Outcome.POLICY:
            hopeless = not paused and _refusals_before(claim) >= limits.PAUSE_AFTER - 1
            return {**({"state": State.FAILED} if hopeless else _later(now, POLICY_MINUTES)), **counted}
    raise ValueError(result.outcome)


def _later(now: datetime, minutes: int) -> dict[str, Any]:
    return {"state": State.RETRYING, "due_at": now + timedelta(minutes=minutes)}


def _refusals_before(claim: Claim) -> int:
    """How often the server refused this very letter while it took others: then it is the letter and not us."""
    return Attempt.objects.filter(letter=claim.letter, outcome=Outcome.POLICY).count()


# --- The sweep -------------------------------------------------------------------------------------------------------


def free_abandoned(now: datetime) -> int:
    """End the leases of workers that have died on this machine; answers how many workers those were."""
    hands = (
        Letter.objects.filter(state=State.SENDING, lease_until__gt=now)
        .order_by()
        .values_list("worker", flat=True)
    )
    dead = [worker for worker in hands.distinct() if worker and is_gone(worker)]
    if dead:
        Letter.objects.filter(state=State.SENDING, worker__in=dead).update(lease_until=now)
    return len(dead)


@transaction.atomic
def give_up_overdue(now: datetime) -> int:
    """Fail what did not get through in time, so that somebody can ring instead; answers how many.

    What a person holds, or what waits for a person to mend the server, is not late as long as it can be of use.
    """
    late = Letter.objects.filter(state__in=WAITING, deadline__lte=now).exclude(
        state=State.SENDING, lease_until__gt=now
    )
    if Host.objects.filter(paused_at__isnull=False).exists():
        late = late.filter(useful_until__lte=now)
    late = late.filter(~held() | Q(useful_until__lte=now))
    rows = list(late.select_for_update(skip_locked=True, of=("self",)).order_by("pk").defer("raw"))
    _abandon([row.pk for row in rows if row.state == State.SENDING], now)
    return Letter.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=State.FAILED, lease_until=None, worker="", last_text="Tiden gick ut innan brevet kunde lämnas."
    )


def wipe_useless(now: datetime) -> int:
    """Forget the bytes of letters that were stopped, failed or came back, and that nobody can send again any more."""
    ended = Letter.objects.filter(state__in=(State.STOPPED, State.FAILED, State.BOUNCED))
    return ended.filter(raw__isnull=False, useful_until__lte=now).update(raw=None)


def forget_old(now: datetime) -> int:
    """Remove what is known of letters that were of no use any more so long ago that nobody may still ask for it."""
    until = now - timedelta(days=settings.LETTER_FACTS_DAYS)
    old = Letter.objects.exclude(state__in=WAITING).filter(useful_until__lte=until)
    number = old.count()
    old.delete()
    return number
