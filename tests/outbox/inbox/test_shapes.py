"""Every shape of letter is taken for what it is, through a real IMAP conversation."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dialog_portal.outbox.models import Incoming, Letter, State
from meetings import tasks
from meetings.models import CalendarReply, Reply
from tests.outbox.inbox.shapes import SHAPES
from tests.outbox.inbox.world import Inbox

# What a letter is taken for is decided from its text; a database only keeps it
pytestmark = pytest.mark.once_on_sqlite
RIGHT: set[str] = set()


def kind() -> str:
    """What the one letter was taken for."""
    row = Incoming.objects.get()
    reply = CalendarReply.objects.first()
    return f"answer:{reply.outcome}" if row.kind == "answer" and reply else str(row.kind)


@pytest.mark.parametrize(("name", "expected", "build"), SHAPES, ids=[name for name, *_ in SHAPES])
def test_a_letter_is_taken_for_what_it_is(
    world: Inbox, imap, name: str, expected: str, build: Callable[[Inbox], bytes]
):
    imap.deliver(build(world))
    tasks.read_mailbox()
    assert kind() == expected
    RIGHT.add(name)
    assert (world.fresh().state == State.BOUNCED) == (expected == "bounced")
    assert Reply.objects.count() == (expected == "answer:counted")


def test_there_are_at_least_forty_shapes(figure):
    figure("shapes of incoming letters, each in its class", f"{len(RIGHT)}/{len(SHAPES)}")
    assert len({name for name, *_ in SHAPES}) == len(SHAPES) >= 40


def test_all_at_once_and_twice_over_are_judged_once(world: Inbox, imap):
    """Each letter lies there twice, and the mailbox is read three times."""
    letters = [build(world) for _, _, build in SHAPES]
    for raw in letters * 2:
        imap.deliver(raw)
    for _ in range(3):
        tasks.read_mailbox()
    judged = Incoming.objects.exclude(kind="copy")
    assert (judged.count(), Incoming.objects.count()) == (len(letters), 2 * len(letters))
    assert world.letter.steps.filter(after=State.BOUNCED).exclude(before=State.BOUNCED).count() == 1
    assert Letter.objects.filter(purpose="update").count() == 1
