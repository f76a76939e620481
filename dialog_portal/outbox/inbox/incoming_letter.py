"""A letter that came in, as strangers wrote it. Asking about it raises only what BROKEN names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.policy import Compat32
from email.utils import getaddresses, parsedate_to_datetime
from functools import cached_property
from hashlib import sha256
from typing import Self

from django.utils import timezone

from dialog_portal.base.typed_text import clean_address, clean_line

# What the standard library and the calendar's parser are known to raise on bytes that are no letter
PARSE_ERRORS = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    RecursionError,
    MessageError,
    OSError,  # a word that is taken for the name of a file
)
MAX_PART_DEPTH = 10  # parts within parts
MAX_HEADER_LENGTH = (
    16 * 1024
)  # characters of one header: the time to read its parameters grows with the square of them
MAX_ANSWERED = 20  # Message-IDs that are read; a long conversation names all its letters
MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,198}>")
# Of each its first line, and not much of that: what follows is left out
HEADERS_OF_SENDER = re.compile(
    rb"^(?:From|Sender|Reply-To|In-Reply-To|References):[^\r\n]{0,900}\r?\n", re.IGNORECASE | re.MULTILINE
)
MAX_HEADS = 256 * 1024  # bytes of the headers of a letter that cannot be read
BREAKING_CATEGORIES = {"Cc", "Cs", "Zl", "Zp"}  # control characters, halves of characters, breaks
DELIVERED_TO = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
AUTOREPLY_SUBJECTS = (
    "autosvar",
    "automatiskt svar",
    "automatic reply",
    "auto reply",
    "out of office",
    "frånvaro",
)


def to_one_line(text: object, most: int = 200) -> str:
    """A stranger's words as one line, cleaned as what is typed in a form, and cut to length."""
    cut = str(text)[: most * 4]
    return clean_line(
        "".join(" " if unicodedata.category(char) in BREAKING_CATEGORIES else char for char in cut)
    )[:most]


def decode_words(value: object) -> str:
    """A header's value with its encoded words read, as far as they can be."""
    try:
        return str(make_header(decode_header(str(value))))
    except PARSE_ERRORS:
        return str(value)


class ShortHeaders(Compat32):
    """Refuses a letter with a header that no program writes, before anything in it is read."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        if sum(map(len, sourcelines)) > MAX_HEADER_LENGTH:
            raise MessageError("header too long")
        return super().header_source_parse(sourcelines)


class Mail:
    """One letter that came in."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.message: Message = message_from_bytes(raw, policy=ShortHeaders())

    @cached_property
    def identity(self) -> str:
        """The same for the same letter wherever it lies: its Message-ID and body, not the way it came."""
        body = self.raw.replace(b"\r\n", b"\n").partition(b"\n\n")[2]
        return sha256(self.header("Message-ID").encode("utf-8", "replace") + b"\n" + body).hexdigest()

    def header(self, name: str) -> str:
        """A header's value in one line; empty when there is none."""
        return to_one_line(decode_words(self.written(name)), 500)

    def written(self, name: str) -> str:
        """A header as it is written, empty when there is none; bytes beyond ASCII are UTF-8, where they can be."""
        rows = (str(value) for key, value in self.message.raw_items() if key.lower() == name.lower())
        value = next(rows, "")
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")

    def addresses(self, *names: str) -> list[str]:
        """The addresses of some headers, in small letters."""
        values = [str(value) for name in names for value in self.message.get_all(name, [])]
        return [clean_address(to_one_line(one, 254)) for _, one in getaddresses(values) if "@" in one]

    @classmethod
    def of_headers(cls, raw: bytes) -> Self:
        """Return what can be told of a letter that cannot be read: whom it is from, and what it answers."""
        heads = re.split(rb"\r?\n\r?\n", raw[:MAX_HEADS], maxsplit=1)[0] + b"\r\n"
        return cls(b"".join(HEADERS_OF_SENDER.findall(heads)) + b"\r\n")

    @cached_property
    def sender(self) -> str:
        return next(iter(self.addresses("From")), "")

    @cached_property
    def senders(self) -> list[str]:
        """Everybody the letter says it is from: who wrote it, who sent it for them, and who wants the answer."""
        return list(dict.fromkeys(self.addresses("From", "Sender", "Reply-To")))

    @cached_property
    def sender_name(self) -> str:
        """The name in front of the sender's address; empty when there is none."""
        name = next((name for name, _ in getaddresses([self.written("From")])), "")
        return to_one_line(decode_words(name))

    @cached_property
    def answered(self) -> list[str]:
        """The Message-IDs of the letters that this one says it answers, at most MAX_ANSWERED."""
        written = " ".join(str(self.message.get(name, "")) for name in ("In-Reply-To", "References"))
        return MESSAGE_ID.findall(written)[:MAX_ANSWERED]

    @property
    def recipients(self) -> list[str]:
        """Whom the letter says it is for, and whom the servers on the way delivered it to."""
        return self.addresses(*DELIVERED_TO)

    @property
    def sent(self) -> datetime | None:
        """When the letter says that it was written; a time that cannot be read, or has not come yet, is none."""
        try:
            said = parsedate_to_datetime(self.header("Date"))
            moment = (said if said.tzinfo else said.replace(tzinfo=UTC)).astimezone(UTC)
        except PARSE_ERRORS:
            return None
        return moment if moment <= timezone.now() else None

    def parts(self, *kinds: str) -> Iterator[Message]:
        """The parts of some kinds, without those of letters that lie inside this one."""
        return (part for part in walk_parts(self.message) if part.get_content_type() in kinds)

    @property
    def automatic(self) -> bool:
        """Whether a machine answered: an absence, a receipt."""
        said = self.header("Auto-Submitted").lower()
        marked = said not in ("", "no") or any(
            self.header(name) for name in ("X-Autoreply", "X-Autorespond", "X-Autogenerated")
        )
        precedence = self.header("Precedence").lower() in ("auto_reply", "auto-reply")
        return marked or precedence or self.header("Subject").lower().startswith(AUTOREPLY_SUBJECTS)

    @property
    def answered_by_machine(self) -> bool:
        """Whether a program answered by itself, which no calendar does when a person presses a button."""
        return self.header("Auto-Submitted").lower().startswith("auto-replied")


def walk_parts(message: Message, depth: int = 0) -> Iterator[Message]:
    """A message and its parts, from the top down; a letter inside the letter is one part."""
    yield message
    if message.get_content_maintype() == "multipart" and message.is_multipart() and depth < MAX_PART_DEPTH:
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from walk_parts(part, depth + 1)


def part_bytes(part: Message) -> bytes:
    """The bytes of a part that holds no others."""
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def part_text(part: Message) -> str:
    """The text of a part in the characters it says, or the ones it seems to be in."""
    data = part_bytes(part)
    for charset in (str(part.get_content_charset() or "utf-8"), "utf-8"):
        try:
            return data.decode(charset)
        except (LookupError, ValueError):
            continue
    return data.decode("latin-1")
