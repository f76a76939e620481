"""Bounces come back to an address of the letter's own, which nobody can forge."""

from __future__ import annotations

from dialog_portal.outbox.inbox import bounces
from dialog_portal.outbox.models import State
from dialog_portal.outbox.queue.send_again import correct_address
from meetings import tasks
from tests.outbox.inbox.shapes import forged
from tests.outbox.inbox.visiting import kinds
from tests.outbox.inbox.world import Inbox
from tests.outbox.letters import letter


def test_every_letter_has_a_signed_return_address_of_its_own(world: Inbox):
    other = letter()
    addresses = {world.letter.envelope_from, other.envelope_from}
    assert len(addresses) == 2
    for address in addresses:
        local, _, domain = address.partition("@")
        assert (len(local) <= 64, domain) == (True, "region.example")
        named = bounces.letter_of_return_address(address)
        assert named is not None
        assert named[1] is True


def test_without_a_mailbox_letters_return_to_the_sender(db, settings):
    settings.MAILBOX = {}
    assert letter().envelope_from == settings.MAIL_FROM


def test_an_older_key_still_holds_and_a_foreign_one_does_not(world: Inbox, settings):
    keys = settings.LETTER_KEYS
    settings.LETTER_KEYS = ["ny", *keys]
    assert bounces.letter_of_return_address(world.letter.envelope_from) == (
        world.letter.message_id[1:33],
        True,
    )
    settings.LETTER_KEYS = ["ny"]
    assert bounces.letter_of_return_address(world.letter.envelope_from) == (
        world.letter.message_id[1:33],
        False,
    )


def test_a_corrected_letter_is_not_hit_by_the_bounce_of_its_old_address(db, imap):
    row = letter()
    before = row.envelope_from
    after = correct_address(row, "ny@kommun.example", by=None)
    assert bounces.letter_of_return_address(after.envelope_from) == (after.message_id[1:33], True)
    assert before != after.envelope_from


def test_a_forged_report_changes_nothing_and_is_counted(world: Inbox, imap):
    imap.deliver(forged(world))
    tasks.read_mailbox()
    assert (kinds(), world.fresh().state) == (["forged"], State.ACCEPTED)


def test_control_without_the_proof_a_forged_report_is_believed(world: Inbox, imap, monkeypatch):
    monkeypatch.setattr("dialog_portal.outbox.inbox.bounces.hmac.compare_digest", lambda *_: True)
    imap.deliver(forged(world))
    tasks.read_mailbox()
    assert world.fresh().state == State.BOUNCED


def test_a_bounce_says_why_in_swedish_and_in_the_servers_words(world: Inbox, imap):
    imap.deliver(world.failed())
    tasks.read_mailbox()
    row = world.fresh()
    assert (row.last_code, row.last_text) == ("5.1.1", "550 5.1.1 User unknown")
    [step] = row.steps.all()
    assert step.reason == "Brevet studsade: adressen finns inte. Serverns svar: 5.1.1 550 5.1.1 User unknown"


def test_a_delay_is_only_a_line_in_the_history(world: Inbox, imap):
    imap.deliver(world.delayed())
    tasks.read_mailbox()
    [step] = world.letter.steps.all()
    assert (step.before, step.after, step.reason[:36]) == (
        "accepted", "accepted", "Mottagarens server är försenad: mott"
    )  # fmt: skip
