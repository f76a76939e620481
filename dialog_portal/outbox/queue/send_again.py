"""Send a letter after all: try now, correct the address, or take back a stop."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils import timezone

from dialog_portal.base.states import NotAllowed
from dialog_portal.base.typed_text import unquoted_address
from dialog_portal.outbox import mime
from dialog_portal.outbox.draft import LONGEST_TRY, check_deliverable, date_header, new_message_id
from dialog_portal.outbox.encrypted_bytes import decrypt_letter, encrypt_letter
from dialog_portal.outbox.inbox import bounces
from dialog_portal.outbox.models import Letter, State
from dialog_portal.outbox.queue.states import change, lock, must_not_be_about_account, note, refusal
from dialog_portal.outbox.queue.wake_up import wake_up_on_commit


@transaction.atomic
def undo(letter: Letter, *, by: Any) -> Letter:
    """Take back a stop, or the note that somebody was told in another way."""
    row = lock(letter)
    if row.state == State.STOPPED:
        return _queue_again(row, by=by)
    if not row.told_otherwise:
        raise refusal(row, "ångras")
    return note(row, "Ångrat", by=by, told_otherwise="")


def _queue_again(row: Letter, *, by: Any) -> Letter:
    """Put a stopped letter back in the queue."""
    if row.useful_until <= timezone.now():
        raise NotAllowed("Brevet är inte aktuellt längre.")
    if not row.can_be_undone:
        raise NotAllowed("Brevet kan inte skickas längre: innehållet är borta.")
    wake_up_on_commit()
    return change(row, State.QUEUED, by=by, reason="Ångrat", cannot="släppas", **_due_now(row))


def _due_now(row: Letter) -> dict[str, Any]:
    """What makes a letter due at once, with a new time to try in."""
    now = timezone.now()
    return {"due_at": now, "deadline": min(row.useful_until, now + LONGEST_TRY), "told_otherwise": ""}


def _retry(row: Letter, *, by: Any, reason: str, **changes: Any) -> Letter:
    """Make a waiting or failed letter due at once; raise NotAllowed if it cannot be sent again."""
    if row.useful_until <= timezone.now():
        raise NotAllowed("Brevet är inte aktuellt längre. Kontakta personen på annat sätt.")
    if row.state == State.SENDING:
        raise NotAllowed("Brevet håller just på att skickas. Vänta en stund och ladda om sidan.")
    if row.state not in (State.QUEUED, State.RETRYING, State.FAILED):
        raise refusal(row, "skickas en gång till")
    wake_up_on_commit()
    changes |= _due_now(row)
    if row.state == State.FAILED:
        return change(row, State.RETRYING, by=by, reason=reason, cannot="skickas", **changes)
    return note(row, reason, by=by, **changes)


@transaction.atomic
def try_now(letter: Letter, *, by: Any) -> Letter:
    """Try a waiting or failed letter at once, with the same bytes."""
    return _retry(lock(letter), by=by, reason="Försök nu")


@transaction.atomic
def correct_address(letter: Letter, address: str, *, by: Any) -> Letter:
    """Send a letter that has not got through to another address: the same row and text, a new Message-ID."""
    unquoted_address(address)
    check_deliverable(address)
    row = lock(letter)
    must_not_be_about_account(row, "få en ny adress")
    if address == row.address:
        raise NotAllowed("Det är samma adress som förut. Välj Försök nu i stället.")
    if row.raw is None:
        raise refusal(row, "få en ny adress. Innehållet finns inte kvar, så skriv ett nytt brev")
    reason = f"Ny adress: {row.address} blev {address}"
    return _retry(row, by=by, reason=reason, **_readdressed(row, address))


def _readdressed(row: Letter, address: str) -> dict[str, Any]:
    """What becomes of a letter's row with another address; its fence rises, so that no old answer counts for it."""
    identity = new_message_id()
    new = {
        "To": mime.address_header(row.name, address),
        "Message-ID": identity,
        "Date": date_header(timezone.now()),
    }
    raw = mime.replace_headers(decrypt_letter(row.raw or b""), new)
    return {
        "address": address,
        "message_id": identity,
        "envelope_from": bounces.return_address(identity),
        "raw": encrypt_letter(raw),
        "sha256": sha256(raw).hexdigest(),
        "size": len(raw),
        "fence": row.fence + 1,
        "attempts_made": 0,
        "last_code": "",
        "last_text": "",
    }
