"""What came to a mailbox, read as its owner reads it."""

from __future__ import annotations

import email
import re
from email.message import EmailMessage
from email.policy import default

from tests import services


def letters_to(mailbox: services.Mailbox, address: str) -> list[EmailMessage]:
    """The letters to one address, the oldest first."""
    found = [one.raw for one in mailbox.letters if address in one.recipients]
    return [email.message_from_bytes(raw, policy=default) for raw in found]


def wait_for(mailbox: services.Mailbox, address: str, number: int) -> EmailMessage:
    """The letter of that number to the address, once it has come."""
    services.wait_until(lambda: len(letters_to(mailbox, address)) >= number, f"letter {number} to {address}")
    return letters_to(mailbox, address)[number - 1]


def text_of(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def link_in(letter: EmailMessage, home: str) -> str:
    """The address that the letter's button opens."""
    found = re.search(rf"^{re.escape(home)}/svar/\S+$", text_of(letter), re.MULTILINE)
    assert found, text_of(letter)
    return found[0]


def files_in(letter: EmailMessage) -> dict[str, bytes]:
    """Every attachment by its name."""
    return {str(part.get_filename()): part.get_payload(decode=True) for part in letter.iter_attachments()}  # type: ignore[misc]
