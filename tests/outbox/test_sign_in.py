"""Mail servers that the portal signs in to, or cannot: passwords in Swedish, tokens, and reasons in words."""

from __future__ import annotations

import base64
import json
import socket
import ssl
import threading
import urllib.parse
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import time_machine
from aiosmtpd.smtp import AuthResult
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from dialog_portal.environment import mail_settings, mailbox_settings, oauth_settings
from dialog_portal.outbox import oauth
from dialog_portal.outbox.connection_trouble import connection_trouble
from dialog_portal.outbox.health import warning_banners
from dialog_portal.outbox.models import Outcome, Pulse, State
from dialog_portal.outbox.smtp.transport import Envelope, Relay
from meetings import tasks
from tests.outbox.inbox.server import ImapServer
from tests.outbox.letters import letter, through
from tests.services import Mailbox, free_port

PASSWORD = "Blåbär & ärtsoppa på ö"
USER = "åsa@region.example"


def written(text: str) -> str:
    return urllib.parse.quote(text, safe="")


# --- A token service, and servers that ask for a password or a token -------------------------------------------------


class TokenService(HTTPServer):
    """Gives tokens to one client; `status` and `said` are what it answers everybody instead."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.asked: list[dict[str, str]] = []
        self.status, self.said = 200, b""

    def settings(self) -> dict[str, str]:
        url = f"http://127.0.0.1:{self.server_port}/t"
        return oauth_settings(url, client="portalen", secret="hemlig~å", scope="mail")


class Conversation(BaseHTTPRequestHandler):
    server: TokenService

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.asked.append(dict(urllib.parse.parse_qsl(body)))
        token = {"access_token": f"token{len(self.server.asked)}", "expires_in": 3600}
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(self.server.said or json.dumps(token).encode())

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def service() -> Iterator[TokenService]:
    oauth._kept.clear()
    with TokenService() as one:
        threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield one
        one.shutdown()


class Asking(Mailbox):
    """An SMTP server that asks who it is, in the ways that it is told to offer."""

    def __init__(self, *offers: str) -> None:
        super().__init__()
        self.tokens = {"token1"}
        self.said_at_once: list[bool] = []
        ways = {"LOGIN", "PLAIN", "XOAUTH2"} - set(offers)
        self.controller.SMTP_kwargs |= {
            "authenticator": self.knows,
            "auth_require_tls": False,
            "auth_exclude_mechanism": ways,
        }

    def knows(self, _server: Any, _session: Any, _envelope: Any, mechanism: str, given: Any) -> AuthResult:
        right = (given.login.decode(), given.password.decode()) == (USER, PASSWORD)
        return AuthResult(success=right, handled=False)

    async def auth_XOAUTH2(self, server: Any, args: list[str]) -> AuthResult:
        self.said_at_once.append(len(args) > 1)
        said = base64.b64decode(args[1]) if len(args) > 1 else await server.challenge_auth("")
        user, bearer, *_ = said.decode().split("\x01")
        if user == "user=dialog@region.example" and bearer.removeprefix("auth=Bearer ") in self.tokens:
            return AuthResult(success=True)
        await server.challenge_auth('{"status":"401"}')
        return AuthResult(success=False, handled=False)

    async def handle_MAIL(
        self, _server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"


def hand_over(settings: dict[str, Any]) -> tuple[Outcome, str]:
    relay = Relay(settings)
    try:
        result = relay.send(
            Envelope("a@region.example", "b@kommun.example", b"Subject: x\r\n\r\nx\r\n"), lambda: True
        )
    finally:
        relay.close()
    return result.outcome, f"{result.code} {result.text}"


def smtp(server: Mailbox, user: str = USER, password: str = PASSWORD) -> dict[str, Any]:
    return mail_settings(server.url.replace("//", f"//{written(user)}:{written(password)}@"))


def smtp_with_token(server: Mailbox, service: TokenService) -> dict[str, Any]:
    url = server.url.replace("//", "//dialog%40region.example@")
    return mail_settings(f"{url}?auth=xoauth2", service.settings())


# --- The relay -------------------------------------------------------------------------------------------------------


@pytest.mark.once
@pytest.mark.parametrize("offer", ["PLAIN", "LOGIN"])
def test_a_password_with_swedish_letters_opens_the_relay(offer):
    with Asking(offer) as server:
        assert hand_over(smtp(server))[0] == Outcome.ACCEPTED
        outcome, said = hand_over(smtp(server, password="fel"))
        assert (outcome, said[:4]) == (Outcome.POLICY, "535 ")


@pytest.mark.once
def test_control_the_library_alone_stops_at_what_is_not_ascii(monkeypatch):
    monkeypatch.delattr("dialog_portal.outbox.smtp.transport.SmtpConnection.auth")
    with Asking("PLAIN") as server:
        assert "UnicodeEncodeError" in hand_over(smtp(server))[1]


@pytest.mark.once
def test_a_token_opens_the_relay_and_is_fetched_once(service):
    with Asking("XOAUTH2") as server:
        found = [hand_over(smtp_with_token(server, service))[0] for _ in range(3)]
    assert found == [Outcome.ACCEPTED] * 3
    assert service.asked == [
        {
            "grant_type": "client_credentials",
            "client_id": "portalen",
            "client_secret": "hemlig~å",
            "scope": "mail",
        }
    ]


@pytest.mark.once
@pytest.mark.parametrize(("length", "at_once"), [(200, True), (600, False)])
def test_a_token_too_long_for_a_command_is_said_when_it_is_asked_for(service, length, at_once):
    """Servers may refuse a command of more than 512 characters; tokens often have two thousand."""
    token = "t" * length
    service.said = json.dumps({"access_token": token}).encode()
    with Asking("XOAUTH2") as server:
        server.tokens = {token}
        assert hand_over(smtp_with_token(server, service))[0] == Outcome.ACCEPTED
    assert server.said_at_once == [at_once]


@pytest.mark.once
def test_a_token_that_the_relay_will_not_have_is_fetched_anew(service):
    with Asking("XOAUTH2") as server:
        server.tokens = {"token2"}
        assert [hand_over(smtp_with_token(server, service))[0] for _ in range(2)] == [
            Outcome.POLICY,
            Outcome.ACCEPTED,
        ]


@pytest.mark.once
@pytest.mark.parametrize(
    ("status", "said", "outcome", "words"),
    [
        (401, b'{"error": "invalid_client"}', Outcome.POLICY, "kontrollera MAIL_OAUTH_CLIENT"),
        (200, b"<html>", Outcome.POLICY, "kontrollera MAIL_OAUTH_CLIENT"),
        (503, b"", Outcome.HOST, "HTTPError"),
    ],
)
def test_a_token_service_that_gives_none_is_told_in_words(service, status, said, outcome, words):
    service.status, service.said = status, said
    with Asking("XOAUTH2") as server:
        found, text = hand_over(smtp_with_token(server, service))
    assert (found, words in text) == (outcome, True)


@pytest.mark.once
def test_a_relay_that_does_not_offer_what_is_set_says_so(service):
    with Asking("PLAIN") as server:
        outcome, said = hand_over(smtp_with_token(server, service))
        assert (outcome, "erbjuder inte" in said, "XOAUTH2" in said) == (Outcome.POLICY, True, True)
        outcome, said = hand_over({**smtp(server), "security": "starttls"})
        assert (outcome, "erbjuder inte" in said) == (Outcome.HOST, True)


def test_staff_are_told_of_a_wrong_password_at_the_first_letter(db, settings):
    Pulse.objects.bulk_create(Pulse(name=name, at=timezone.now()) for name in ("worker", "beat"))
    row = letter()
    with Asking("PLAIN") as server:
        through(server, settings, user=USER, password="fel")
        [banner] = warning_banners()
        assert ("535" in banner, "ville inte ta emot" in banner) == (True, True)
        row.refresh_from_db()
        assert row.state == State.RETRYING
        with time_machine.travel(timezone.now() + timedelta(minutes=11)):
            assert not any("ville inte" in one for one in warning_banners())


@pytest.mark.once
@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ssl.SSLCertVerificationError("x"), "Certifikatet hos mx godtas inte."),
        (ssl.SSLError("x"), "mx talar inte TLS på den porten."),
        (socket.gaierror(-2, "x"), "Namnet mx går inte att slå upp."),
        (ConnectionRefusedError("x"), "Ingen server svarar på mx."),
        (TimeoutError("x"), "mx svarade inte i tid."),
        (OSError("x"), "Samtalet med mx bröts."),
    ],
)
def test_what_keeps_a_server_away_is_said_in_swedish(error, words):
    assert connection_trouble(error, "mx").startswith(words)


# --- The mailbox -----------------------------------------------------------------------------------------------------


@pytest.fixture
def imap() -> Iterator[ImapServer]:
    with ImapServer() as server:
        yield server


def box(server: ImapServer, settings: Any, user: str, password: str) -> list[str]:
    """Read the mailbox with these credentials; the banners."""
    settings.MAILBOX = mailbox_settings(f"imap://{written(user)}:{written(password)}@{server.place}")
    return visit(settings)


def box_with_token(server: ImapServer, settings: Any, service: TokenService) -> list[str]:
    url = f"imap://dialog%40region.example@{server.place}?auth=xoauth2"
    settings.MAILBOX = mailbox_settings(url, service.settings())
    return visit(settings)


def visit(_settings: Any) -> list[str]:
    tasks.read_mailbox()
    return [banner for banner in warning_banners() if "har inte kunnat läsas" in banner]


@pytest.mark.parametrize("extensions", [("AUTH=PLAIN",), (), ("AUTH=PLAIN", "LOGINDISABLED")])
def test_a_password_with_swedish_letters_opens_the_mailbox(db, imap, settings, extensions):
    imap.user, imap.password, imap.extensions = USER, PASSWORD, extensions
    assert box(imap, settings, USER, PASSWORD) == []
    [banner] = box(imap, settings, USER, "fel å")
    assert "Servern godtar inte portalens användarnamn och lösenord" in banner


def test_a_mailbox_that_wants_tokens_only_is_told_at_the_first_visit(db, imap, settings, service):
    imap.extensions, imap.token = ("AUTH=XOAUTH2", "LOGINDISABLED"), "token1"
    [banner] = box(imap, settings, "dialog@region.example", "hem lig")
    assert ("LOGINDISABLED" in banner, "OAuth 2" in banner, "LOGIN" in imap.heard) == (True, True, False)
    assert box_with_token(imap, settings, service) == []
    imap.token = "token2"
    [banner] = box_with_token(imap, settings, service)
    assert "token" in banner
    assert "after the explanation b'\\r\\n'" in imap.heard
    assert box_with_token(imap, settings, service) == []


def test_a_mailbox_without_tokens_says_that_it_offers_none(db, imap, settings, service):
    [banner] = box_with_token(imap, settings, service)
    assert "Servern erbjuder inte XOAUTH2." in banner


def test_a_folder_that_is_not_there_is_named(db, imap, settings):
    settings.MAILBOX = {**imap.settings, "folder": "Svar"}
    assert "Mappen Svar finns inte" in visit(settings)[0]


def test_a_mailbox_that_never_answered_is_told_at_once_and_one_that_did_has_half_an_hour(db, imap, settings):
    settings.MAILBOX = {**imap.settings, "port": free_port()}
    assert "Ingen server svarar" in visit(settings)[0]
    settings.MAILBOX = imap.settings
    assert visit(settings) == []
    settings.MAILBOX = {**imap.settings, "port": free_port()}
    assert visit(settings) == []


def test_a_mailbox_that_is_busy_for_the_moment_is_no_wrong_password(db, imap, settings):
    assert box(imap, settings, "dialog@region.example", "hem lig") == []
    imap.why = "[UNAVAILABLE] later"
    assert box(imap, settings, "dialog@region.example", "fel") == []


# --- At the start ----------------------------------------------------------------------------------------------------

OAUTH = {"url": "https://token.example/t", "client": "a", "secret": "b", "scope": "c"}


@pytest.mark.once
def test_what_is_written_for_exchange_is_read():
    found = mail_settings("smtp+tls://dialog%40region.example@smtp.example:587?auth=xoauth2", OAUTH)
    assert (found["user"], found["oauth"], found["security"]) == ("dialog@region.example", OAUTH, "starttls")
    found = mailbox_settings("imaps://dialog%40region.example@imap.example/INBOX?auth=xoauth2", OAUTH)
    assert (found["password"], found["oauth"], found["tls"]) == ("", OAUTH, True)
    assert mailbox_settings("imaps://u:l%C3%B6sen@imap.example/INBOX")["password"] == "lösen"
    assert mailbox_settings("imaps://%C3%A5sa:losen@imap.example/INBOX")["user"] == "åsa"


@pytest.mark.once
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("smtp+tls://u:l%F6sen@mx.example", "UTF-8"),
        ("smtp+tls://u:pa/ss@mx.example:587", "as %3A"),
        ("smtp+tls://u:pa#ss@mx.example", "as %3A"),
        ("smtp+tls://u:pa?ss@mx.example", "as %3A"),
        ("smtp+tls://u:p%0D%0Aq@mx.example", "control character"),
        ("smtp+tls://u:p%E2%80%8B@mx.example", "nobody sees"),
        ("smtp+tls://u@mx.example", "both a user and a password"),
        ("smtp+tls://:p@mx.example", "both a user and a password"),
        ("smtp+tls://mx.example?auth=xoauth2", "a user and no password"),
        ("smtp+tls://u:p@mx.example?auth=xoauth2", "a user and no password"),
        ("smtp+tls://u@mx.example?auth=login", "nothing but ?auth=xoauth2"),
        ("smtp://u@mx.example?auth=xoauth2", "over TLS only"),
    ],
)
def test_a_relay_that_nobody_could_sign_in_to_stops_the_start(url, words):
    with pytest.raises(ImproperlyConfigured) as found:
        mail_settings(url, OAUTH)
    assert words in str(found.value)
    assert "pa" not in str(found.value).replace("password", "")


@pytest.mark.once
def test_tokens_without_what_they_are_fetched_with_stop_the_start():
    with pytest.raises(ImproperlyConfigured, match="MAIL_OAUTH_URL"):
        mailbox_settings("imaps://u@imap.example/?auth=xoauth2")
    with pytest.raises(ImproperlyConfigured, match="MAIL_OAUTH_SECRET"):
        oauth_settings("https://t.example", client="a", secret="", scope="c")
    with pytest.raises(ImproperlyConfigured, match="https"):
        oauth_settings("http://t.example", client="a", secret="b", scope="c")
    assert oauth_settings("", client="", secret="", scope="c") == {}
