"""Whatever the bytes of a letter are, its reader bears them."""

from __future__ import annotations

import random

import pytest
from django.utils import timezone

from dialog_portal.outbox.inbox import bounces
from dialog_portal.outbox.inbox.incoming_letter import PARSE_ERRORS, Mail, to_one_line
from meetings import tasks
from meetings.replies import itip
from tests.outbox.inbox.shapes import SHAPES
from tests.outbox.inbox.visiting import kinds
from tests.outbox.inbox.world import Inbox


def mangled(raw: bytes, chance: random.Random) -> bytes:
    """A letter with some of its bytes changed, cut, doubled or moved."""
    data = bytearray(raw)
    for _ in range(chance.randrange(1, 12)):
        at = chance.randrange(len(data)) if data else 0
        match chance.randrange(5):
            case 0:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del data[at : at + chance.randrange(40)]
            case 2:
                data[at:at] = data[max(at - 60, 0) : at]
            case 3:
                data[at:at] = chance.choice(
                    [b"\r", b"\n\n", b"\0", b"=?utf-8?B?%%?=", b'"', b";", b"\xff\xfe"]
                )
            case _:
                data = data[:at] if chance.random() < 0.1 else data
    return bytes(data)


def look_at(raw: bytes) -> tuple[str, str]:
    """Ask of a letter all that the portal asks; answers two things that it stores or compares."""
    mail = Mail(raw)
    bounces.delivery_report(mail)
    itip.find_answer(mail)
    assert mail.sent is None or mail.sent <= timezone.now()
    for address in mail.recipients:
        bounces.letter_of_return_address(address)
    assert mail.automatic in (True, False)
    return mail.identity, mail.header("Subject") + mail.sender


def test_mangled_letters_raise_nothing_but_what_is_caught(world: Inbox, seed, size, figure):
    chance = random.Random(seed)
    letters = [build(world) for _, _, build in SHAPES]
    broken = 0
    for _ in range(size(1500, 50_000)):
        try:
            identity, subject = look_at(mangled(chance.choice(letters), chance))
        except PARSE_ERRORS:
            broken += 1
        else:
            assert (len(identity), subject) == (64, to_one_line(subject, 900))
    figure("mangled letters that broke their reader and were set aside", broken)


def test_deep_and_endless_parts_are_borne(world: Inbox, imap):
    deep = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(2000)
    )
    imap.deliver(b"From: a@b.example\r\nMIME-Version: 1.0\r\n" + deep)
    imap.deliver(b"")
    imap.deliver(b"\xff" * 100_000)
    imap.deliver(world.failed())
    tasks.read_mailbox()
    assert kinds()[-1] == "bounced"
    assert len(kinds()) == 4


@pytest.mark.parametrize(
    "text", ["a\r\nBcc: x@y.example", "a\u2028b", "a\u202eb", "a\0b", "  a \t b ", "x" * 999]
)
def test_a_strangers_words_become_one_line(text: str):
    line = to_one_line(text)
    assert line == " ".join(line.split())
    assert len(line) <= 200
    assert not set(line) & set("\r\n\0\u2028\u202e")
