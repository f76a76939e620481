"""A letter as the bytes that leave, written once, and read back for staff.

The shape is always the same, so it is written here, in a fiftieth of the time of the standard library (docs/adr/0010).
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.header import Header
from email.message import EmailMessage
from functools import lru_cache
from hashlib import blake2b
from typing import cast
from urllib.parse import quote

from django.utils.encoding import punycode

CRLF = b"\r\n"
QUOTED_SIGNS = re.compile(r'[][\\()<>@,:;".]')


@dataclass(frozen=True)
class Attachment:
    filename: str
    content_type: str
    data: bytes


@dataclass(frozen=True)
class Content:
    """What a reader gets to see of a letter."""

    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...]


@dataclass(frozen=True)
class Parts:
    """What stands in the body of a letter."""

    text: str
    html: str = ""
    calendar: bytes | None = None
    calendar_method: str = "PUBLISH"
    attachments: tuple[Attachment, ...] = ()


def machine_address(address: str) -> str:
    """An address as servers write it: å, ä and ö of a domain become ASCII."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{punycode(domain)}"


# Encoding a name costs half of writing a letter, and a mailing has one sender and one subject
@lru_cache(256)
def address_header(name: str, address: str) -> str:
    """`Name <address>` for a header, whatever the name holds."""
    if not name.isascii():
        shown = Header(name, "utf-8", maxlinelen=68).encode(linesep="\r\n")
    elif QUOTED_SIGNS.search(name):
        shown = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    else:
        shown = name
    return f"{shown} <{machine_address(address)}>" if name else machine_address(address)


@lru_cache(256)
def encode_header(name: str, value: str) -> str:
    """A free text as a header's value: words beyond ASCII encoded, long lines broken where they may be."""
    if value.isascii() and len(name) + len(value) < 76:
        return value
    return Header(value, "us-ascii" if value.isascii() else "utf-8", 76, name).encode(linesep="\r\n")


def quoted_printable(text: str) -> bytes:
    """Text as quoted-printable, which every server on the way leaves alone."""
    lines = "\n".join(text.splitlines()).encode() + b"\n"
    return binascii.b2a_qp(lines, istext=True).replace(b"\n", CRLF)


def base64_lines(data: bytes) -> bytes:
    """Any bytes as base64."""
    return base64.encodebytes(data).replace(b"\n", CRLF)


def filename_parameter(name: str) -> str:
    """A file name as a header's parameter, also beyond ASCII."""
    return f'filename="{name}"' if name.isascii() else f"filename*=utf-8''{quote(name)}"


def mime_part(content_type: str, body: bytes, encoding: str, disposition: str = "") -> bytes:
    """One part with its own little head."""
    head = f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: {encoding}\r\n"
    if disposition:
        head += f"Content-Disposition: {disposition}\r\n"
    return head.encode() + CRLF + body


def multipart(kind: str, parts: list[bytes], seed: bytes) -> bytes:
    """Several parts as one; the line between them comes from the letter's id, so that its bytes are always the same."""
    line = b"=_" + blake2b(kind.encode() + seed, digest_size=15).hexdigest().encode()
    body = b"".join(b"--" + line + CRLF + each + CRLF for each in parts)
    head = f'Content-Type: multipart/{kind};\r\n boundary="{line.decode()}"'.encode()
    return head + CRLF + CRLF + body + b"--" + line + b"--" + CRLF


def alternative_parts(content: Parts) -> list[bytes]:
    """The same letter as text, as HTML and, when it is about a time, as a calendar entry; the best one last."""
    parts = [mime_part("text/plain; charset=utf-8", quoted_printable(content.text), "quoted-printable")]
    if content.html:
        parts.append(
            mime_part("text/html; charset=utf-8", quoted_printable(content.html), "quoted-printable")
        )
    if content.calendar is not None:
        kind = f"text/calendar; charset=utf-8; method={content.calendar_method}"
        parts.append(mime_part(kind, base64_lines(content.calendar), "base64"))
    return parts


def attached_parts(content: Parts) -> Iterator[bytes]:
    """What is attached: the calendar entry once more, because some programs show only that, and the rest."""
    given = content.attachments
    if content.calendar is not None:
        kind = f"text/calendar; charset=utf-8; method={content.calendar_method}; name=dialogmote.ics"
        given = (Attachment("dialogmote.ics", kind, content.calendar), *given)
    for file in given:
        yield mime_part(
            file.content_type,
            base64_lines(file.data),
            "base64",
            f"attachment; {filename_parameter(file.filename)}",
        )


def write_message(headers: Mapping[str, str], content: Parts, seed: str) -> bytes:
    """The whole letter. The headers' values must already be safe to stand in a header."""
    ways, attached = alternative_parts(content), list(attached_parts(content))
    body = ways[0] if len(ways) == 1 else multipart("alternative", ways, seed.encode())
    if attached:
        body = multipart("mixed", [body, *attached], seed.encode())
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value)
    return f"{head}MIME-Version: 1.0\r\n".encode() + body


def parse_message(raw: bytes) -> EmailMessage:
    """The letter as the standard library understands it: a second opinion on what was written."""
    return message_from_bytes(raw, policy=policy.SMTP)


def _text(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    return str(found.get_content()).replace("\r\n", "\n") if found is not None else ""


def _bytes(message: EmailMessage) -> bytes:
    return cast("bytes", message.get_payload(decode=True))


def read_message(raw: bytes) -> Content:
    """What the reader of these bytes sees."""
    message = parse_message(raw)
    attached = tuple(
        Attachment(file.get_filename() or "bilaga", file.get_content_type(), _bytes(file))
        for file in message.iter_attachments()
        if file.get_content_disposition() == "attachment"
    )
    return Content(str(message["Subject"] or ""), _text(message, "plain"), _text(message, "html"), attached)


HEAD_END = re.compile(rb"\r\n\r\n")
HEADER_FIELD = re.compile(rb"(?P<name>[!-9;-~]+):(?P<value>.*?)\r\n(?![ \t])", re.DOTALL)


def replace_headers(raw: bytes, changed: Mapping[str, str]) -> bytes:
    """The same letter with some headers of its own replaced or added; the body is not touched."""
    head, body = HEAD_END.split(raw, maxsplit=1)
    names = {name.lower() for name in changed}
    kept = [
        found.group(0)
        for found in HEADER_FIELD.finditer(head + CRLF)
        if found["name"].decode().lower() not in names
    ]
    new = "".join(f"{name}: {value}\r\n" for name, value in changed.items()).encode()
    return new + b"".join(kept) + CRLF + body
