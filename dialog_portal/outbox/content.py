"""What the recipient of a letter sees."""

from __future__ import annotations

from dialog_portal.outbox import mime
from dialog_portal.outbox.encrypted_bytes import decrypt_letter
from dialog_portal.outbox.mime import Content
from dialog_portal.outbox.models import Letter


def read_content(letter: Letter) -> Content | None:
    """Return the letter's texts and files as the recipient sees them; None when the bytes have been wiped."""
    return mime.read_message(decrypt_letter(letter.raw)) if letter.raw is not None else None


def content_for_staff(letter: Letter) -> Content | None:
    """Return what staff may read of a letter: nothing of those about accounts, whatever has become of them.

    The pages of staff read letters in this way only.
    """
    return None if letter.is_about_account else read_content(letter)
