"""All that people and other parts of the portal can do with letters."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from dialog_portal.base.audit import record
from dialog_portal.base.states import NotAllowed
from dialog_portal.base.typed_text import unquoted_address
from dialog_portal.outbox import mime
from dialog_portal.outbox.audit_events import OutboxEvent
from dialog_portal.outbox.draft import LONGEST_TRY, Draft, check, date, deliverable, message_id, written
from dialog_portal.outbox.encrypted_bytes import close, open_up
from dialog_portal.outbox.inbox import bounces
from dialog_portal.outbox.mime import Attachment, Content
from dialog_portal.outbox.models import NEXT, WAITING, Hold, Host, Letter, LetterQuerySet, LetterStep, State
from dialog_portal.outbox.queue.wake_up import ring_on_commit

__all__ = [
    "Attachment", "Content", "Draft", "bounced", "correct", "hold", "note", "post", "post_all", "read", "release",
    "resume", "stop", "told", "try_now", "undo",
]  # fmt: skip


@transaction.atomic
def post_all(drafts: Sequence[Draft], *, by: Any = None) -> list[Letter]:
    """Store letters in the caller's transaction, in the drafts' order; a key that exists answers its old row.

    Raises ValidationError with one Swedish sentence for each letter that cannot be written; then none is stored.
    """
    errors = []
    for draft in drafts:
        try:
            check(draft)
        except ValidationError as error:
            errors.append(error)
    if errors:
        raise ValidationError(errors)
    Letter.objects.bulk_create(
        [written(draft, by) for draft in drafts], batch_size=100, ignore_conflicts=True
    )
    stored = {
        row.key: row for row in Letter.objects.defer("raw").filter(key__in={draft.key for draft in drafts})
    }
    ring_on_commit()
    return [stored[draft.key] for draft in drafts]


@transaction.atomic
def post(draft: Draft, *, by: Any = None) -> tuple[Letter, bool]:
    """Store one letter; False says that the key existed and that the old row is answered."""
    check(draft)
    mine = written(draft, by)
    Letter.objects.bulk_create([mine], ignore_conflicts=True)
    row = Letter.objects.get(key=draft.key)
    ring_on_commit()
    return row, row.message_id == mine.message_id


def read(letter: Letter) -> Content | None:
    """What the recipient sees; None when the bytes have been wiped."""
    return mime.readable(open_up(letter.raw)) if letter.raw is not None else None


def _locked(letter: Letter) -> Letter:
    return Letter.objects.select_for_update().get(pk=letter.pk)


def _refuse(letter: Letter, cannot: str) -> NotAllowed:
    return NotAllowed(
        f"Brevet till {letter.name or letter.address} är {letter.get_state_display()} och kan inte {cannot}."
    )


def _step(letter: Letter, to: State, *, by: Any, reason: str, cannot: str, **changes: Any) -> Letter:
    """Take one step that the table allows, with what changes beside it, and record who took it."""
    if to != letter.state and to not in NEXT[State(letter.state)]:
        raise _refuse(letter, cannot)
    letter.steps.create(before=letter.state, after=to, by=by, reason=reason)
    for name, value in {"state": to, **changes}.items():
        setattr(letter, name, value)
    letter.save(update_fields=["state", *changes])
    return letter


@transaction.atomic
def stop(letters: LetterQuerySet, *, by: Any, reason: str, final: bool = False) -> int:
    """Stop those of the letters that still wait; answers how many.

    One that is being sent is stopped unless its text has begun to leave; then it ends as accepted, and says so.
    Final: what they say no longer holds, so those stopped or failed before cannot be sent again either.
    """
    if final:
        now = timezone.now()
        undelivered = letters.filter(state__in=(*WAITING, State.STOPPED, State.FAILED), useful_until__gt=now)
        undelivered = undelivered.select_for_update(of=("self",)).order_by("pk")
        old = list(undelivered.values_list("pk", flat=True))
        Letter.objects.filter(pk__in=old).update(useful_until=now)
    rows = list(
        letters.filter(state__in=WAITING).select_for_update(of=("self",)).order_by("pk").only("pk", "state")
    )
    LetterStep.objects.bulk_create(
        LetterStep(letter=row, before=row.state, after=State.STOPPED, by=by, reason=reason) for row in rows
    )
    return Letter.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=State.STOPPED, lease_until=None, worker="", last_code="", last_text=reason
    )


@transaction.atomic
def undo(letter: Letter, *, by: Any) -> Letter:
    """Take back a stop, or the note that somebody was told in another way."""
    row = _locked(letter)
    if row.state == State.STOPPED:
        now = timezone.now()
        if row.useful_until <= now:
            raise NotAllowed("Brevet är inte aktuellt längre.")
        if not row.can_be_undone:
            raise NotAllowed("Brevet kan inte skickas längre: innehållet är borta.")
        ring_on_commit()
        return _step(
            row,
            State.QUEUED,
            by=by,
            reason="Ångrat",
            cannot="släppas",
            told_otherwise="",
            due_at=now,
            deadline=min(row.useful_until, now + LONGEST_TRY),
        )
    if not row.told_otherwise:
        raise _refuse(row, "ångras")
    return _step(row, State(row.state), by=by, reason="Ångrat", cannot="ändras", told_otherwise="")


def _again(row: Letter, *, by: Any, reason: str, **changes: Any) -> Letter:
    """Put a letter in line for now, with a new time to try in."""
    now = timezone.now()
    if row.useful_until <= now:
        raise NotAllowed("Brevet är inte aktuellt längre. Kontakta personen på annat sätt.")
    if row.state == State.SENDING:
        raise NotAllowed("Brevet håller just på att skickas. Vänta en stund och ladda om sidan.")
    if row.state not in (State.QUEUED, State.RETRYING, State.FAILED):
        raise _refuse(row, "skickas en gång till")
    to = State.QUEUED if row.state == State.QUEUED else State.RETRYING
    ring_on_commit()
    deadline = min(row.useful_until, now + LONGEST_TRY)
    return _step(
        row,
        to,
        by=by,
        reason=reason,
        cannot="skickas",
        due_at=now,
        deadline=deadline,
        told_otherwise="",
        **changes,
    )


@transaction.atomic
def try_now(letter: Letter, *, by: Any) -> Letter:
    """Try a waiting or failed letter at once, with the same bytes."""
    return _again(_locked(letter), by=by, reason="Försök nu")


@transaction.atomic
def correct(letter: Letter, address: str, *, by: Any) -> Letter:
    """Send a letter that has not got through to another address: the same row and text, a new Message-ID."""
    unquoted_address(address)
    deliverable(address)
    row = _locked(letter)
    if address == row.address:
        raise NotAllowed("Det är samma adress som förut. Välj Försök nu i stället.")
    if row.raw is None:
        raise _refuse(row, "få en ny adress. Innehållet finns inte kvar, så skriv ett nytt brev")
    reason = f"Ny adress: {row.address} blev {address}"
    identity = message_id()
    new = {"To": mime.mailbox(row.name, address), "Message-ID": identity, "Date": date(timezone.now())}
    raw = mime.with_headers(open_up(row.raw), new)
    changes = {
        "address": address,
        "message_id": identity,
        "envelope_from": bounces.return_address(identity),
        "raw": close(raw),
        "sha256": sha256(raw).hexdigest(),
    }
    return _again(
        row,
        by=by,
        reason=reason,
        size=len(raw),
        fence=row.fence + 1,
        attempts_made=0,
        last_code="",
        last_text="",
        **changes,
    )


@transaction.atomic
def told(letter: Letter, how: str, *, by: Any) -> Letter:
    """Note that the person was told in another way; a letter that still waits is stopped."""
    row = _locked(letter)
    if row.state in (State.ACCEPTED, State.STOPPED):
        raise _refuse(row, "markeras så")
    to = State.STOPPED if row.waits else State(row.state)
    return _step(
        row, to, by=by, reason=f"Meddelad på annat sätt: {how}", cannot="markeras så", told_otherwise=how
    )


@transaction.atomic
def bounced(letter: Letter, *, by: Any, reason: str, code: str = "", text: str = "") -> Letter:
    """Say that a letter which a server had taken came back: somebody must find out who has the post now."""
    said = {"last_code": code[:20], "last_text": text} if code or text else {}
    return _step(_locked(letter), State.BOUNCED, by=by, reason=reason, cannot="markeras som studsat", **said)


def note(letter: Letter, reason: str) -> None:
    """A line in a letter's history that changes nothing."""
    letter.steps.create(before=letter.state, after=letter.state, reason=reason)


@transaction.atomic
def hold(campaign: str, *, by: Any, reason: str) -> Hold:
    """Keep the letters of one campaign from leaving; an empty campaign holds every letter."""
    row, new = Hold.objects.get_or_create(campaign=campaign, defaults={"reason": reason, "by": by})
    if new:
        record(by, OutboxEvent.LETTERS_HELD, campaign or "allt", reason=reason)
    return row


def _anew(letters: LetterQuerySet) -> None:
    """The time that letters were kept waiting by a person does not count as time in which they were tried."""
    until = timezone.now() + LONGEST_TRY
    letters.waiting().filter(useful_until__lte=until).update(deadline=F("useful_until"))
    letters.waiting().filter(useful_until__gt=until, deadline__lt=until).update(deadline=until)


@transaction.atomic
def release(campaign: str, *, by: Any) -> None:
    """Let held letters leave again."""
    if Hold.objects.filter(campaign=campaign).delete()[0]:
        _anew(Letter.objects.filter(campaign=campaign) if campaign else Letter.objects.all())
        record(by, OutboxEvent.LETTERS_RELEASED, campaign or "allt")
    ring_on_commit()


@transaction.atomic
def resume(*, by: Any) -> None:
    """Try the mail server again after it was paused or closed because it would not take our letters."""
    if Host.objects.filter(paused_at__isnull=False).exists():
        _anew(Letter.objects.all())
    Host.objects.update(
        paused_at=None, closed_until=None, failures=0, refusals=0, refused_at=None, trouble=""
    )
    record(by, OutboxEvent.SERVER_TRIED_AGAIN)
    ring_on_commit()
