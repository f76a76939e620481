"""Bounces come back to an address of the letter's own, which nobody can forge."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from dialog_portal.dashboard.tasks.letters import letters_that_bounced
from dialog_portal.outbox.inbox import bounces
from dialog_portal.outbox.models import Host, Letter, State
from dialog_portal.outbox.queue.send_again import correct_address
from meetings import tasks
from tests import factories
from tests.meetings.acting import signed_in
from tests.outbox.inbox.shapes import forged
from tests.outbox.inbox.visiting import kinds
from tests.outbox.inbox.world import Inbox
from tests.outbox.letters import letter
from tests.pages import without_breaks


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


REFUSED_US = ("5.2.252", "smtp; 554 5.2.252 SendAsDenied; not allowed to send as")


def test_a_bounce_of_us_sends_nobody_to_look_for_a_successor(world: Inbox, imap):
    imap.deliver(world.failed(*REFUSED_US))
    tasks.read_mailbox()
    row = world.fresh()
    assert row.steps.get().reason.startswith("Brevet studsade: servern tar inte emot brev från oss. ")
    (task,) = letters_that_bounced(factories.user(), timezone.now())
    assert (task.verb, "inte adressens" in task.why) == ("Nå personen på annat sätt", True)
    client, _ = signed_in()
    page = without_breaks(client.get(reverse("staff:letter", args=[row.pk])).content)
    assert ("Det är inget fel på adressen" in page, "Har någon annan tagit över?" in page) == (True, False)


@pytest.mark.parametrize(
    ("last", "paused"), [("sundbyberg.example", True), ("haninge.example", False), ("", False)]
)
def test_letters_to_three_organisations_that_come_back_because_of_us_pause_the_server(
    world: Inbox, imap, last, paused
):
    Host.objects.create(name="mx.example:25")
    for domain in filter(None, ("nacka.example", last)):
        other = letter(address=f"chef@{domain}")
        Letter.objects.filter(pk=other.pk).update(
            state=State.BOUNCED, accepted_at=timezone.now(), last_code="5.7.1", last_text="550 5.7.1 no"
        )
        other.steps.create(before=State.ACCEPTED, after=State.BOUNCED)
    Letter.objects.filter(pk=world.letter.pk).update(address="asa@haninge.example")
    imap.deliver(world.failed(*REFUSED_US))
    tasks.read_mailbox()
    assert (Host.objects.get().paused_at is not None) == paused


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("5.2.2", "brevlådan är full"),
        ("5.2.25", "det gick inte att lämna"),
        ("5.1.1", "adressen finns inte"),
        ("5.1.8", "servern tar inte emot brev från oss"),
    ],
)
def test_a_status_is_read_as_a_whole(status, reason):
    assert bounces.Report("failed", status, "").reason == reason
