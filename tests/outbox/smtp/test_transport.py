"""The conversation with the mail server: sender and recipient in one go where that is offered, and silence noticed."""

import asyncio
import fcntl
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from dialog_portal.environment import mail_settings
from dialog_portal.outbox.models import Outcome
from dialog_portal.outbox.smtp.transport import Envelope, Relay, SmtpConnection
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


def hand_over(relay: Relay, recipient: str, sender: str = "dialog@region.example") -> tuple[Outcome, bool]:
    """How it ended, and whether the text was about to leave."""
    begun = []
    result = relay.send(
        Envelope(sender, recipient, RAW), lambda: not begun.append(True), on_silence=lambda: None
    )
    return result.outcome, bool(begun)


@pytest.mark.parametrize("offers", [True, False])
def test_recipient_is_said_with_the_sender_where_the_server_offers_it(server, relay, offers):
    server.offers = offers
    for number in range(3):
        assert hand_over(relay, f"a{number}@kommun.example") == (Outcome.ACCEPTED, True)
    assert server.ahead == [offers] * 3
    assert [got.recipients for got in server.letters] == [
        (f"a{number}@kommun.example",) for number in range(3)
    ]


def test_the_answer_that_follows_a_refused_sender_is_not_taken_for_the_next_letters(server, relay):
    server.bad_sender = "bad@region.example"
    server.answer = lambda step, envelope: "550 5.1.1 No" if envelope.asked.startswith("dead") else "250 OK"
    assert hand_over(relay, "a@kommun.example", sender="bad@region.example") == (Outcome.POLICY, False)
    assert hand_over(relay, "dead@kommun.example") == (Outcome.ADDRESS, False)
    assert hand_over(relay, "b@kommun.example") == (Outcome.ACCEPTED, True)
    assert [got.recipients for got in server.letters] == [("b@kommun.example",)]


def test_an_address_that_cannot_be_said_ends_the_conversation_and_not_the_run(server, relay):
    assert hand_over(relay, "åsa@kommun.example") == (Outcome.ADDRESS, False)
    assert hand_over(relay, "asa@kommun.example") == (Outcome.ACCEPTED, True)
    assert len(server.letters) == 1


def test_what_waits_is_written_before_a_refused_letter_is_taken_back(server, relay):
    server.answer = lambda _step, _envelope: "550 5.1.1 No"
    order = []

    async def reset(*_: Any) -> str:
        order.append("reset")
        return "250 OK"

    server.handle_RSET = reset
    envelope = Envelope("dialog@region.example", "dead@kommun.example", RAW)
    relay.send(envelope, lambda: True, on_silence=lambda: order.append("written"))
    assert order[-2:] == ["written", "reset"]


# --- Silence ---------------------------------------------------------------------------------------------------------


TWO_ANSWERS = b"250 2.1.0 sender\r\n250 2.1.5 recipient\r\n"


@contextmanager
def encrypted(ours: socket.socket, theirs: socket.socket, folder: Path) -> Iterator[list[socket.socket]]:
    """Both ends of a connection, with TLS between them."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    certificate = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "pem").write_bytes(secret + certificate.sign(key, SHA256()).public_bytes(Encoding.PEM))
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    server.load_cert_chain(folder / "pem")
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    with ThreadPoolExecutor(1) as other:
        accepted = other.submit(server.wrap_socket, theirs, server_side=True)
        with client.wrap_socket(ours) as mine, accepted.result(10) as others:
            yield [mine, others]


@pytest.fixture(params=["plain", "tls"])
def both_ends(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[SmtpConnection, socket.socket]]:
    """Our end of a conversation, and the server's."""
    ours, theirs = socket.socketpair()
    connection = SmtpConnection(None, 10)
    with ExitStack() as stack:
        for end in (ours, theirs):
            stack.enter_context(end)
        if request.param == "tls":
            ours, theirs = stack.enter_context(encrypted(ours, theirs, tmp_path))
        connection.sock = ours
        yield connection, theirs
        connection.close()


def test_answers_are_heard_one_by_one_though_they_came_at_once(both_ends):
    connection, server = both_ends
    assert connection.is_silent(0.01)
    for _ in range(2):
        server.sendall(TWO_ANSWERS)
        assert not connection.is_silent(10)
        assert connection.getreply() == (250, b"2.1.0 sender")
        assert not connection.is_silent(0)
        assert connection.getreply() == (250, b"2.1.5 recipient")
        assert connection.is_silent(0.01)


def test_a_connection_beyond_the_thousandth_file_is_heard_too(both_ends):
    connection, server = both_ends
    if not isinstance(connection.sock, ssl.SSLSocket):
        connection.sock = socket.socket(fileno=fcntl.fcntl(connection.sock.detach(), fcntl.F_DUPFD, 1100))
        assert connection.is_silent(0.01)
        server.sendall(TWO_ANSWERS)
        assert not connection.is_silent(10)


def test_control_a_socket_does_not_tell_of_what_was_read_ahead(both_ends, monkeypatch):
    connection, server = both_ends
    monkeypatch.setattr(connection, "_has_read_ahead", lambda _sock: False)
    server.sendall(TWO_ANSWERS)
    connection.getreply()
    assert connection.is_silent(0.01)
    assert connection.getreply() == (250, b"2.1.5 recipient")


def silences(server: Pipelining, relay: Relay) -> int:
    """How often a letter waited for the server, to which the connection was open already."""
    hand_over(relay, "first@kommun.example")
    calls = []
    relay.send(
        Envelope("dialog@region.example", "second@kommun.example", RAW),
        lambda: True,
        on_silence=lambda: calls.append(True),
    )
    assert len(server.letters) == 2
    return len(calls)


def test_a_server_that_answers_is_not_called_silent(server, relay):
    assert silences(server, relay) == 0


def test_a_server_that_thinks_about_the_recipient_is_called_silent(server, relay, monkeypatch):
    monkeypatch.setattr("dialog_portal.outbox.smtp.transport.SILENCE_SECONDS", 0.02)
    real = server.handle_RCPT

    async def slow(*args: Any) -> str:
        await asyncio.sleep(0.2)
        return await real(*args)

    server.handle_RCPT = slow
    assert silences(server, relay) == 1
