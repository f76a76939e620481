"""Whole runs against a real SMTP server."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import OperationalError

from dialog_portal.environment import mail_settings
from dialog_portal.outbox.models import Attempt, Host, Letter, Outcome, State
from dialog_portal.outbox.queue import deliver
from dialog_portal.outbox.queue.claim import Claim
from dialog_portal.outbox.queue.stop import stop
from dialog_portal.outbox.smtp import transport
from tests.outbox.letters import bytes_of, letter, text_of, through


def states() -> list[str]:
    return list(Letter.objects.order_by("pk").values_list("state", flat=True))


def test_letters_arrive_byte_for_byte_on_one_connection(db, mailbox, settings):
    rows = [letter(text=f"Hej {n}\n.punkt\n") for n in range(12)]
    sealed = {bytes_of(row) for row in rows}
    assert through(mailbox, settings) == 12
    assert {got.raw for got in mailbox.letters} == sealed
    assert {got.sha256 for got in mailbox.letters} == {row.sha256 for row in rows}
    assert mailbox.letters[0].recipients == (rows[0].address,)
    assert states() == [State.ACCEPTED] * 12
    assert Letter.objects.filter(raw__isnull=False).count() == 0


def test_without_a_mail_server_letters_stay_readable(db, settings):
    settings.MAIL = {}
    row = letter()
    assert deliver.deliver() == 1
    row.refresh_from_db()
    assert (row.state, text_of(row)) == (State.ACCEPTED, "Hej!\n\nVälkommen.\n")


def test_refusals_are_sorted_and_the_connection_lives_on(db, mailbox, settings):
    rows = [letter() for _ in range(4)]
    answers = {rows[0].address: "550 5.1.1 no such user", rows[1].address: "451 4.7.1 greylisted"}
    mailbox.answer = lambda step, envelope: (
        answers.get(envelope.asked, "250 OK") if step == "RCPT" else "250 OK"
    )
    through(mailbox, settings)
    assert states() == [State.FAILED, State.RETRYING, State.ACCEPTED, State.ACCEPTED]
    assert Letter.objects.get(pk=rows[0].pk).last_code == "550"
    assert len(mailbox.letters) == 2


def called_off_before(step: Callable[[Claim], bool]) -> Callable[[Claim], bool]:
    """The meeting is cancelled just before the worker begins the letter."""

    def begin(claim: Claim) -> bool:
        stop(Letter.objects.all(), by=None, reason="mötet är inställt")
        return step(claim)

    return begin


def test_letter_stopped_between_claim_and_text_does_not_leave(db, mailbox, settings, monkeypatch):
    letter()
    monkeypatch.setattr(deliver, "begin", called_off_before(deliver.begin))
    through(mailbox, settings)
    assert mailbox.letters == []
    assert states() == [State.STOPPED]
    assert Attempt.objects.get().outcome == Outcome.WITHDRAWN


def test_control_without_the_last_step_a_stopped_letter_leaves(db, mailbox, settings, monkeypatch):
    letter()
    monkeypatch.setattr(deliver, "begin", called_off_before(lambda _claim: True))
    through(mailbox, settings)
    assert len(mailbox.letters) == 1
    assert states() == [State.ACCEPTED]  # and the portal does not pretend that it was stopped


def stopped_after_the_first_step(monkeypatch: pytest.MonkeyPatch, *, patience: float) -> None:
    """The meeting is cancelled while the server considers the recipient."""
    real, stops = deliver.begin, iter([True])

    def begin(claim: Claim) -> bool:
        may_leave = real(claim)
        if next(stops, False):
            stop(Letter.objects.all(), by=None, reason="mötet är inställt")
        return may_leave

    monkeypatch.setattr(deliver, "begin", begin)
    monkeypatch.setattr(transport, "ASK_AGAIN_SECONDS", patience)


def test_letter_stopped_while_the_server_takes_its_time_does_not_leave(db, mailbox, settings, monkeypatch):
    letter()
    stopped_after_the_first_step(monkeypatch, patience=0)
    through(mailbox, settings)
    assert mailbox.letters == []
    assert states() == [State.STOPPED]
    assert Letter.objects.may_have_left().count() == 0


def test_control_asked_once_it_leaves_and_the_portal_says_so(db, mailbox, settings, monkeypatch):
    letter()
    stopped_after_the_first_step(monkeypatch, patience=60)
    through(mailbox, settings)
    assert len(mailbox.letters) == 1
    assert states() == [State.ACCEPTED]


def test_a_letter_whose_recipient_was_refused_has_been_read_by_nobody(db, mailbox, settings):
    letter()
    mailbox.answer = lambda step, _envelope: "451 4.7.1 Greylisted" if step == "RCPT" else "250 OK"
    through(mailbox, settings)
    assert states() == [State.RETRYING]
    stop(Letter.objects.all(), by=None, reason="mötet är inställt")
    assert Letter.objects.may_have_left().count() == 0


def in_order(mailbox, settings, monkeypatch, *, patience: float) -> list[str]:
    """Two letters to a server that is slow about the second's recipient: what came first of its answer and the row."""
    letter()
    second = letter()
    order, finished = [], threading.Event()
    real = deliver.finish_and_begin

    def finish_and_begin(*args: Any, **values: Any) -> bool:
        may_leave = real(*args, **values)
        order.append("finished")
        finished.set()
        return may_leave

    def slow(step: str, envelope: Any) -> str:
        if step == "RCPT" and envelope.asked == second.address:
            finished.wait(patience)
            order.append("answered")
        return "250 OK"

    monkeypatch.setattr(deliver, "finish_and_begin", finish_and_begin)
    mailbox.answer = slow
    assert through(mailbox, settings) == 2
    assert states() == [State.ACCEPTED] * 2
    return order


def test_no_result_waits_behind_a_silent_server(db, mailbox, settings, monkeypatch):
    assert in_order(mailbox, settings, monkeypatch, patience=10) == ["finished", "answered"]


def test_control_begun_after_the_recipient_the_result_waits_for_the_server(
    db, mailbox, settings, monkeypatch
):
    real = transport.Relay._say_envelope

    def late(self: transport.Relay, connection: Any, envelope: Any, begin: Callable[[], bool]) -> bool:
        return real(self, connection, envelope, lambda: True) and begin()

    monkeypatch.setattr(transport.Relay, "_say_envelope", late)
    assert in_order(mailbox, settings, monkeypatch, patience=0.3) == ["answered", "finished"]


def test_a_result_that_the_database_would_not_take_is_offered_to_it_once_more(
    db, mailbox, settings, monkeypatch
):
    """Without the second time the letter would leave again when the worker's lease is over."""
    letter()
    real, fails = deliver.finish, iter([True])

    def finish(*args: Any, **values: Any) -> bool:
        if next(fails, False):
            raise OperationalError("away for longer than anybody waits")
        return real(*args, **values)

    monkeypatch.setattr(deliver, "finish", finish)
    with pytest.raises(OperationalError):
        through(mailbox, settings)
    assert states() == [State.ACCEPTED]


def test_each_letter_but_the_first_begins_in_the_commit_that_finishes_the_one_before(
    db, mailbox, settings, monkeypatch
):
    for _ in range(4):
        letter()
    monkeypatch.setattr(transport, "ASK_AGAIN_SECONDS", 60)
    asked = []
    for name in ("begin", "finish", "finish_and_begin"):
        real = getattr(deliver, name)

        def noted(*args: Any, name: str = name, real: Any = real, **values: Any) -> bool:
            asked.append(name)
            return bool(real(*args, **values))

        monkeypatch.setattr(deliver, name, noted)
    assert through(mailbox, settings) == 4
    assert asked == ["begin", *["finish_and_begin"] * 3, "finish"]


def test_dropped_after_the_text_is_unknown_and_sent_again_with_the_same_bytes(db, mailbox, settings):
    row = letter()

    class Gone(Exception):
        pass

    def drop(step, envelope):
        if step == "DATA" and not dropped:
            dropped.append(envelope.original_content)
            envelope.session_transport.abort()
        return "250 OK"

    dropped: list[bytes] = []
    mailbox.answer = drop
    original = type(mailbox).handle_DATA

    async def with_transport(self, server, session, envelope):
        envelope.session_transport = server.transport
        return await original(self, server, session, envelope)

    type(mailbox).handle_DATA = with_transport
    try:
        through(mailbox, settings)
        row.refresh_from_db()
        assert (row.state, row.maybe_twice) == (State.RETRYING, True)
        Letter.objects.update(due_at=row.created)
        through(mailbox, settings)
    finally:
        type(mailbox).handle_DATA = original
    assert states() == [State.ACCEPTED]
    assert mailbox.letters[-1].raw == dropped[0]


@pytest.fixture
def black_hole():
    """A server that takes the call and drips a byte now and then, or says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        drip = threading.Event()
        over = threading.Event()

        def serve():
            lines = []
            server.settimeout(0.1)
            while not over.is_set():
                with suppress(TimeoutError):
                    lines.append(server.accept()[0])
                for line in lines:
                    try:
                        if drip.is_set():
                            line.send(b"2")
                    except OSError:
                        pass
            for line in lines:
                line.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"smtp://127.0.0.1:{server.getsockname()[1]}", drip
        over.set()
        thread.join()


@pytest.mark.parametrize("drips", [False, True])
def test_server_that_says_nothing_or_drips_never_holds_a_worker_past_its_deadline(
    db, settings, black_hole, drips
):
    url, drip = black_hole
    settings.MAIL, settings.MAIL_DEADLINE, settings.MAIL_TIMEOUT, settings.MAIL_PER_MINUTE = (
        mail_settings(url),
        1,
        0.8,
        0,
    )
    if drips:
        drip.set()
    for _ in range(10):
        letter()
    assert deliver.deliver() == 1  # and comes back from a server that would drip for ever
    assert Host.objects.get().closed_until is not None
    assert set(Letter.objects.values_list("attempts_made", flat=True)) == {0}
    assert deliver.deliver() == 0


def test_control_without_the_deadline_a_dripping_server_holds_the_worker(db, settings, black_hole):
    url, drip = black_hole
    settings.MAIL, settings.MAIL_DEADLINE, settings.MAIL_TIMEOUT, settings.MAIL_PER_MINUTE = (
        mail_settings(url),
        3,
        0.8,
        0,
    )
    drip.set()
    letter()
    started = time.monotonic()
    deliver.deliver()
    assert time.monotonic() - started > 2.5  # each drip starts the timeout anew; only the deadline ends it


def test_nobody_listens(db, settings):
    settings.MAIL, settings.MAIL_PER_MINUTE = mail_settings("smtp://127.0.0.1:1"), 0
    letter()
    deliver.deliver()
    assert states() == [State.RETRYING]
    assert "Connection" in Host.objects.get().trouble


def test_lost_key_pauses_and_fails_nothing(db, settings, mailbox):
    for _ in range(5):
        letter()
    settings.LETTER_KEYS = ["another"]
    for _ in range(4):
        through(mailbox, settings)
    assert set(states()) <= {State.QUEUED, State.RETRYING}
    assert "LETTER_KEYS" in Host.objects.get().trouble


def test_swedish_domain_is_told_to_the_server_as_ascii(db, mailbox, settings):
    letter(address="anna@kulturförening.se")
    last = letter()
    assert through(mailbox, settings) == 2
    assert [got.recipients[0] for got in mailbox.letters] == ["anna@xn--kulturfrening-omb.se", last.address]
    assert states() == [State.ACCEPTED] * 2


def test_an_address_that_cannot_be_said_fails_alone(db, mailbox, settings):
    for row in (letter(), letter(), letter()):
        last = row
    Letter.objects.filter(pk=last.pk - 1).update(address="åsa@kommun.example")
    assert through(mailbox, settings) == 3
    assert states() == [State.ACCEPTED, State.FAILED, State.ACCEPTED]


def test_our_own_sender_that_cannot_be_said_pauses_and_fails_nothing(db, mailbox, settings):
    for _ in range(4):
        letter()
    Letter.objects.update(envelope_from="åsa@region.example")
    for _ in range(4):
        through(mailbox, settings)
    assert set(states()) <= {State.QUEUED, State.RETRYING}
    assert Host.objects.get().paused_at is not None


def test_one_letter_that_breaks_the_worker_keeps_no_other_waiting(db, mailbox, settings, monkeypatch):
    bad = [letter(), letter(), letter()][1]
    real = deliver.send

    def send(claim, *args):
        if claim.letter == bad.pk:
            raise RuntimeError("a fault nobody thought of")
        return real(claim, *args)

    monkeypatch.setattr(deliver, "send", send)
    with pytest.raises(RuntimeError):
        through(mailbox, settings)
    assert states() == [State.ACCEPTED, State.SENDING, State.QUEUED]
    assert through(mailbox, settings) == 1
    assert states() == [State.ACCEPTED, State.SENDING, State.ACCEPTED]
