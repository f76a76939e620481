"""The conversation with the mail server: what is said in one go, and when it is decided whether the text leaves."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from dialog_portal.environment import mail_settings
from dialog_portal.outbox.models import Outcome
from dialog_portal.outbox.smtp import transport
from dialog_portal.outbox.smtp.answers import Result
from dialog_portal.outbox.smtp.transport import Envelope, Relay
from tests.services import Mailbox

RAW = b"Subject: Hej\r\n\r\nHej\r\n"


class Pipelining(Mailbox):
    """A server that offers to take several commands at once, and refuses senders that it has been told to."""

    offers = True
    bad_sender = ""

    def __init__(self) -> None:
        super().__init__()
        self.ahead: list[bool] = []  # for each MAIL: whether RCPT was there before it was answered

    async def handle_EHLO(
        self, _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [responses[0], "250-PIPELINING", *responses[1:]] if self.offers else responses

    async def handle_MAIL(
        self, server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.offers:
            async with asyncio.timeout(10):
                while b"RCPT" not in server._reader._buffer:  # noqa: ASYNC110 the reader has no event for it
                    await asyncio.sleep(0.005)
        self.ahead.append(b"RCPT" in server._reader._buffer)
        if address == self.bad_sender:
            return "550 5.7.1 Not from you"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"


@pytest.fixture
def server() -> Iterator[Pipelining]:
    with Pipelining() as one:
        yield one


@pytest.fixture
def relay(server: Pipelining) -> Iterator[Relay]:
    one = Relay(mail_settings(server.url))
    yield one
    one.close()


def hand_over(
    relay: Relay,
    recipient: str,
    sender: str = "dialog@region.example",
    begin: Callable[[], bool] = lambda: True,
) -> Result:
    return relay.send(Envelope(sender, recipient, RAW), begin)


@pytest.mark.parametrize("offers", [True, False])
def test_recipient_is_said_with_the_sender_where_the_server_offers_it(server, relay, offers):
    server.offers = offers
    for number in range(3):
        assert hand_over(relay, f"a{number}@kommun.example").outcome == Outcome.ACCEPTED
    assert server.ahead == [offers] * 3
    assert [got.recipients for got in server.letters] == [
        (f"a{number}@kommun.example",) for number in range(3)
    ]


def test_the_answer_that_follows_a_refused_sender_is_not_taken_for_the_next_letters(server, relay):
    server.bad_sender = "bad@region.example"
    server.answer = lambda step, envelope: "550 5.1.1 No" if envelope.asked.startswith("dead") else "250 OK"
    assert hand_over(relay, "a@kommun.example", sender="bad@region.example").outcome == Outcome.POLICY
    assert hand_over(relay, "dead@kommun.example").outcome == Outcome.ADDRESS
    assert hand_over(relay, "b@kommun.example").outcome == Outcome.ACCEPTED
    assert [got.recipients for got in server.letters] == [("b@kommun.example",)]


def test_an_address_that_cannot_be_said_ends_the_conversation_and_not_the_run(server, relay):
    assert hand_over(relay, "åsa@kommun.example").outcome == Outcome.ADDRESS
    assert hand_over(relay, "asa@kommun.example").outcome == Outcome.ACCEPTED
    assert len(server.letters) == 1


def test_words_that_no_database_stores_are_stored_without_what_it_refuses(server, relay):
    server.answer = lambda step, _envelope: "250 OK\0 taken" if step == "DATA" else "250 OK"
    assert hand_over(relay, "a@kommun.example").text == "OK taken"


def test_a_server_that_drips_after_it_refused_holds_nobody(server, relay, settings):
    settings.MAIL_TIMEOUT, ended = 0.3, threading.Event()
    server.answer = lambda _step, _envelope: "550 5.1.1 No"

    async def drips(talk: Any, *_: Any) -> str:
        while not ended.is_set():
            talk._writer.write(b"2")
            await asyncio.sleep(0.05)
        return "250 OK"

    server.handle_RSET = drips
    with ThreadPoolExecutor(1) as worker:
        tried = worker.submit(hand_over, relay, "dead@kommun.example")
        try:
            assert tried.result(10).outcome == Outcome.ADDRESS
        finally:
            ended.set()


# --- When it is decided whether the text leaves ----------------------------------------------------------------------


@pytest.mark.parametrize("offers", [True, False])
def test_the_database_is_asked_while_the_server_considers_the_sender(server, relay, monkeypatch, offers):
    monkeypatch.setattr(transport, "ASK_AGAIN_SECONDS", 60)
    server.offers, order, begun = offers, [], threading.Event()
    real = server.handle_MAIL

    async def considers(*args: Any) -> str:
        assert await asyncio.to_thread(begun.wait, 10)
        order.append("answered")
        return await real(*args)

    def begin() -> bool:
        order.append("begun")
        begun.set()
        return True

    server.handle_MAIL = considers
    assert hand_over(relay, "a@kommun.example", begin=begin).outcome == Outcome.ACCEPTED
    assert order == ["begun", "answered"]


@pytest.mark.parametrize("offers", [True, False])
def test_what_must_not_leave_is_taken_back_and_the_conversation_goes_on(server, relay, offers):
    server.offers = offers
    assert hand_over(relay, "a@kommun.example", begin=lambda: False) == Result(Outcome.WITHDRAWN)
    assert hand_over(relay, "b@kommun.example").outcome == Outcome.ACCEPTED
    assert [got.recipients for got in server.letters] == [("b@kommun.example",)]


def stopped_meanwhile(relay: Relay, monkeypatch: pytest.MonkeyPatch, *, patience: float) -> Outcome:
    """A letter that may leave when it is asked the first time, and is stopped before it could be asked again."""
    monkeypatch.setattr(transport, "ASK_AGAIN_SECONDS", patience)
    answers = iter([True, False])
    return hand_over(relay, "a@kommun.example", begin=lambda: next(answers)).outcome


def test_after_a_server_that_took_its_time_it_is_asked_again(server, relay, monkeypatch):
    assert stopped_meanwhile(relay, monkeypatch, patience=0) == Outcome.WITHDRAWN
    assert server.letters == []


def test_control_who_asks_once_sends_what_was_stopped_while_the_server_took_its_time(
    server, relay, monkeypatch
):
    assert stopped_meanwhile(relay, monkeypatch, patience=60) == Outcome.ACCEPTED
    assert len(server.letters) == 1
