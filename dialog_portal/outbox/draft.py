"""What somebody wants sent, looked through before it is stored: a bad name stops here, not in a worker at night."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from dialog_portal.base.typed_text import one_line
from dialog_portal.outbox import mime
from dialog_portal.outbox.encrypted_bytes import encrypt_letter
from dialog_portal.outbox.inbox import bounces
from dialog_portal.outbox.mime import Attachment
from dialog_portal.outbox.models import Letter, Priority

LONGEST_TRY = timedelta(hours=72)
MAX_BYTES = 15 * 1024 * 1024  # bytes; most servers take 20 to 25 MB of letter
CALENDAR_METHODS = {"PUBLISH", "REQUEST", "CANCEL", "REPLY"}
CONTENT_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+")


@dataclass(frozen=True)
class Draft:
    """A letter that is ready to be stored. The key makes it one: `purpose:meeting:recipient:version`."""

    key: str
    purpose: str
    campaign: str
    name: str
    address: str
    subject: str
    text: str
    html: str
    deadline: datetime
    priority: int = Priority.NORMAL
    due_at: datetime | None = None
    calendar: bytes | None = None
    calendar_method: str = "PUBLISH"
    attachments: tuple[Attachment, ...] = ()
    in_reply_to: str = ""
    reply_to: str = ""


def _line(label: str, value: str, longest: int, *, required: bool = True) -> None:
    if required and not value.strip():
        raise ValidationError(f"{label} saknas.")
    if len(value) > longest:
        raise ValidationError(f"{label} är längre än {longest} tecken.")
    try:
        one_line(value)
    except ValidationError as error:
        raise ValidationError(f"{label}: {error.messages[0]}") from error


def check_deliverable(address: str) -> None:
    """Refuse an address that no mail server can be told: what is not an address, or what ASCII cannot say."""
    try:
        validate_email(address)
        mime.machine_address(address).encode("ascii")
    except (ValidationError, UnicodeError) as error:
        if not address.rpartition("@")[0].isascii():
            raise ValidationError(
                "Delen före @ får bara ha bokstäverna a till z, inte till exempel å, ä eller ö."
            ) from error
        raise ValidationError("Det är inte en giltig e-postadress.") from error


def _address(label: str, value: str) -> None:
    _line(label, value, 254)
    try:
        check_deliverable(value)
    except ValidationError as error:
        raise ValidationError(f"{label} {value!r}: {error.messages[0]}") from error


def _file(file: Attachment) -> None:
    _line("Filnamnet", file.filename, 120)
    if any(char in file.filename for char in '"\\/') or not CONTENT_TYPE.fullmatch(file.content_type):
        raise ValidationError(f"Filen {file.filename!r} kan inte bifogas: namnet eller filtypen är ogiltig.")


def _whole(draft: Draft) -> None:
    if draft.deadline <= timezone.now():
        raise ValidationError("Tiden då brevet gör nytta har redan gått ut.")
    if not draft.text.strip():
        raise ValidationError("Brevet är tomt.")
    if draft.calendar_method not in CALENDAR_METHODS:
        raise ValidationError("Kalenderdelen har ett okänt slag.")
    if len(draft.text) + len(draft.html) + sum(len(file.data) for file in draft.attachments) > MAX_BYTES:
        raise ValidationError("Brevet är för stort. Bifogade filer får vara högst 15 MB tillsammans.")


def validate_draft(draft: Draft) -> None:
    """Raise a Swedish ValidationError when the letter could not be written or could write headers of its own."""
    try:
        _line("Nyckeln", draft.key, 200)
        _line("Ändamålet", draft.purpose, 40)
        _line("Utskicket", draft.campaign, 80, required=False)
        _line("Mottagarens namn", draft.name, 200, required=False)
        _line("Ämnet", draft.subject, 250)
        _line("Hänvisningen", draft.in_reply_to, 200, required=False)
        _address("Mottagarens adress", draft.address)
        if draft.reply_to:
            _address("Svarsadressen", draft.reply_to)
        for file in draft.attachments:
            _file(file)
        _whole(draft)
    except ValidationError as error:
        raise ValidationError(f"Brevet till {draft.name or draft.address}: {error.messages[0]}") from error


def new_message_id() -> str:
    return f"<{uuid4().hex}@{mime.machine_address(settings.MAIL_FROM).rpartition('@')[2]}>"


def date_header(moment: datetime) -> str:
    return format_datetime(timezone.localtime(moment))


def letter_headers(draft: Draft, identity: str, now: datetime) -> dict[str, str]:
    """The head of a letter: who, what and when, and a wish not to be answered by machines."""
    return {
        "From": mime.address_header(settings.MAIL_FROM_NAME, settings.MAIL_FROM),
        "To": mime.address_header(draft.name, draft.address),
        "Reply-To": mime.address_header("", draft.reply_to or settings.MAIL_REPLY_TO),
        "Subject": mime.encode_header("Subject", draft.subject),
        "Date": date_header(now),
        "Message-ID": identity,
        "In-Reply-To": draft.in_reply_to,
        "References": draft.in_reply_to,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        "Content-Language": "sv",
    }


def letter_from(draft: Draft, by: Any) -> Letter:
    """Return the row of a draft, with its bytes encrypted; not yet stored."""
    now, identity = timezone.now(), new_message_id()
    content = mime.Parts(draft.text, draft.html, draft.calendar, draft.calendar_method, draft.attachments)
    raw = mime.write_message(letter_headers(draft, identity, now), content, identity)
    due_at = draft.due_at or now
    return Letter(
        key=draft.key,
        purpose=draft.purpose,
        campaign=draft.campaign,
        name=draft.name,
        address=draft.address,
        subject=draft.subject,
        message_id=identity,
        envelope_from=bounces.return_address(identity),
        raw=encrypt_letter(raw),
        sha256=sha256(raw).hexdigest(),
        size=len(raw),
        priority=draft.priority,
        created=now,
        due_at=due_at,
        useful_until=draft.deadline,
        deadline=min(draft.deadline, due_at + LONGEST_TRY),
        sender=by,
    )
