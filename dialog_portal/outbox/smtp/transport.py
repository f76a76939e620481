"""The conversation with the mail server: one connection for many letters, and never longer than its deadline."""

from __future__ import annotations

import base64
import hmac
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from django.conf import settings

from dialog_portal.outbox.connection_trouble import connection_trouble
from dialog_portal.outbox.mime import machine_address
from dialog_portal.outbox.models import Outcome
from dialog_portal.outbox.oauth import TokenRefused, access_token, forget_token, xoauth2
from dialog_portal.outbox.smtp.answers import Result, classify, readable

WATCH_SECONDS = 0.2
IDLE_SECONDS = 5.0  # a connection unused for longer is asked whether it still lives
# After a server that took longer over sender and recipient it is asked once more whether the text may leave
ASK_AGAIN_SECONDS = 0.2
UNWRITABLE = {"login": Outcome.POLICY, "mail": Outcome.POLICY, "rcpt": Outcome.ADDRESS}
CHALLENGE = 334  # the server asks for more of an AUTH
MAX_CHALLENGES = 5
MAX_COMMAND = 510  # characters of a command without its end of line (RFC 5321, 4.5.3.1.4)
T = TypeVar("T")


@dataclass(frozen=True)
class Envelope:
    """What the server needs: from whom, to whom, and the bytes."""

    sender: str
    recipient: str
    raw: bytes


class Refused(Exception):
    """The server said no: at which stage, with which code and words."""

    def __init__(self, stage: str, code: int, text: bytes | str) -> None:
        super().__init__(stage, code)
        self.result = classify(stage, code, readable(text))


def in_base64(words: str) -> str:
    """Return what is said in an AUTH as it is sent."""
    return base64.b64encode(words.encode()).decode("ascii")


def unwritable(stage: str, error: ValueError) -> Result:
    """What it means that we could not even say our line: the recipient's address is to blame, or our own settings."""
    text = f"{type(error).__name__}: {error}"
    return Result(UNWRITABLE[stage], "", text[:500]) if stage in UNWRITABLE else classify(stage, "", text)


class SmtpConnection(smtplib.SMTP):
    """A connection that can be cut from outside, whatever the conversation waits for, also while TLS begins."""

    spare: socket.socket | None = None

    def __init__(self, tls: ssl.SSLContext | None, timeout: float) -> None:
        self.tls = tls
        super().__init__(local_hostname=socket.gethostname(), timeout=timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        self._host = host  # starttls compares the certificate with it
        connection = socket.create_connection((host, port), timeout)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.spare = connection.dup()
        return self.tls.wrap_socket(connection, server_hostname=host) if self.tls else connection

    def cut(self) -> None:
        """End every wait on this connection at once."""
        if self.spare is not None:
            with suppress(OSError):
                self.spare.shutdown(socket.SHUT_RDWR)

    def auth(self, mechanism: str, authobject: Any, *, initial_response_ok: bool = True) -> tuple[int, bytes]:
        """Sign in as the library does, but with user and password in UTF-8 (RFC 4616) where it takes ASCII only.

        What makes the line too long for a command, as a token does, is said when the server asks for it (RFC 4954, 4).
        """
        first = authobject() if initial_response_ok else None
        begin = f"AUTH {mechanism}" if first is None else f"AUTH {mechanism} {in_base64(first)}"
        if len(begin) > MAX_COMMAND:
            first, begin = None, f"AUTH {mechanism}"
        self._auth_challenge_count = int(first is not None)
        code, words = self.docmd(begin)
        while code == CHALLENGE and self._auth_challenge_count <= MAX_CHALLENGES:
            self._auth_challenge_count += 1
            code, words = self.docmd(in_base64(authobject(base64.decodebytes(words))))
        if code not in (235, 503):
            raise smtplib.SMTPAuthenticationError(code, words)
        return code, words

    def auth_cram_md5(self, challenge: Any = None) -> Any:
        """Return the answer to a challenge, with the password in UTF-8."""
        if challenge is None:
            return None
        return f"{self.user} {hmac.new(self.password.encode(), challenge, 'md5').hexdigest()}"

    def close(self) -> None:
        super().close()
        if self.spare is not None:
            self.spare.close()
            self.spare = None


class Transport(Protocol):
    """Where letters leave through.

    `wipes`: the bytes of an accepted letter are of no more use here; `limited`: the server's limits hold.
    """

    name: str
    wipes: bool
    limited: bool

    def send(self, envelope: Envelope, begin: Callable[[], bool]) -> Result:
        """Hand one letter over and return how that ended.

        `begin` decides whether the text leaves. It is called before the text, while the server considers the sender, so
        that the database and the server work at the same time; and once more when that took its time. Of all errors
        only the database's get out.
        """

    def close(self) -> None:
        """End the conversation."""


class Relay:
    """The mail server that MAIL_URL names. Belongs to one worker's run; close it afterwards."""

    wipes = limited = True

    def __init__(self, mail: dict[str, Any]) -> None:
        self.mail = mail
        self.name = f"{mail['host']}:{mail['port']}"
        self.connection: SmtpConnection | None = None
        self.stage = "connect"
        self.used = 0.0
        self.until: float | None = None
        self.over = threading.Event()
        self.watch: threading.Thread | None = None

    def send(self, envelope: Envelope, begin: Callable[[], bool]) -> Result:
        """Hand one letter over in one conversation, as Transport says."""
        try:
            with self._deadline():
                return self._hand_over(envelope, begin)
        except Refused as refused:
            self._after_refusal(refused.result)
            return refused.result
        except smtplib.SMTPResponseException as error:  # while saying hello or signing in
            self._hang_up()
            return classify(self.stage, error.smtp_code, readable(error.smtp_error))
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            return classify(self.stage, "", connection_trouble(error, self.name))
        except TokenRefused as error:
            self._hang_up()
            return classify("login", "", str(error))
        except ValueError as error:
            self._hang_up()
            return unwritable(self.stage, error)
        except BaseException:
            self._hang_up()
            raise

    def close(self) -> None:
        """Say goodbye."""
        if self.connection is not None:
            self.stage = "quit"
            with suppress(OSError, smtplib.SMTPException), self._deadline(settings.MAIL_TIMEOUT):
                self.connection.quit()
            self._hang_up()
        self.over.set()

    @contextmanager
    def _deadline(self, seconds: float | None = None) -> Iterator[None]:
        """Cut the connection when the time is over, because a server that drips bytes never lets a timeout pass."""
        self.until = time.monotonic() + (seconds or settings.MAIL_DEADLINE)
        if self.watch is None:
            self.watch = threading.Thread(target=self._keep_watch, name="smtp watch", daemon=True)
            self.watch.start()
        try:
            yield
        finally:
            self.until = None

    def _keep_watch(self) -> None:
        """One thread for the whole run: a new one for each letter would cost as much as the letter."""
        while not self.over.wait(WATCH_SECONDS):
            until, connection = self.until, self.connection
            if connection is not None and until is not None and time.monotonic() > until:
                connection.cut()

    def _hang_up(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _after_refusal(self, result: Result) -> None:
        if result.outcome == Outcome.HOST or self.stage in ("connect", "login"):
            self._hang_up()
        elif self.connection is not None:
            try:
                with self._deadline(settings.MAIL_TIMEOUT):
                    self.connection.rset()
            except (OSError, smtplib.SMTPException):
                self._hang_up()

    def _pause_deadline(self, ask: Callable[[], T]) -> T:
        """Give the database the time it needs: the deadline is the server's."""
        left = (self.until or 0) - time.monotonic()
        self.until = None
        try:
            return ask()
        finally:
            self.until = time.monotonic() + left

    def _hand_over(self, envelope: Envelope, begin: Callable[[], bool]) -> Result:
        connection = self._open_connection()
        if not self._say_envelope(connection, envelope, begin):
            connection.rset()
            return Result(Outcome.WITHDRAWN)
        self._ask("data", lambda: connection.docmd("DATA"), 354)
        code, words = self._ask("text", lambda: self._text(connection, envelope.raw), 250)
        self.used = time.monotonic()
        return Result(Outcome.ACCEPTED, str(code), readable(words))

    def _say_envelope(
        self, connection: SmtpConnection, envelope: Envelope, begin: Callable[[], bool]
    ) -> bool:
        """Say from whom and to whom, in one go when the server offers that (RFC 2920), and ask `begin` meanwhile.

        Return whether the text may leave.
        """
        at_once = connection.has_extn("pipelining")
        self._say_sender(connection, envelope)
        if at_once:
            self._say_recipient(connection, envelope)
        asked = time.monotonic()
        may_leave = self._pause_deadline(begin)
        if at_once:
            self._ask_mail_with_rcpt_underway(connection)
        else:
            self._ask("mail", connection.getreply, 250)
            self._say_recipient(connection, envelope)
        self._ask("rcpt", connection.getreply, 250, 251)
        took = time.monotonic() - asked
        return may_leave and (took < ASK_AGAIN_SECONDS or self._pause_deadline(begin))

    def _say_sender(self, connection: SmtpConnection, envelope: Envelope) -> None:
        self.stage = "mail"
        connection.putcmd(f"MAIL FROM:<{machine_address(envelope.sender)}>")

    def _say_recipient(self, connection: SmtpConnection, envelope: Envelope) -> None:
        self.stage = "rcpt"
        connection.putcmd(f"RCPT TO:<{machine_address(envelope.recipient)}>")

    def _ask_mail_with_rcpt_underway(self, connection: SmtpConnection) -> None:
        """After a refusal the answer about the recipient comes all the same, and must not be taken for another one."""
        try:
            self._ask("mail", connection.getreply, 250)
        except Refused:
            with suppress(OSError, smtplib.SMTPException):
                connection.getreply()
            raise

    def _ask(self, stage: str, step: Callable[[], tuple[int, bytes]], *good: int) -> tuple[int, bytes]:
        self.stage = stage
        code, words = step()
        if code not in good:
            raise Refused(stage, code, words)
        return code, words

    @staticmethod
    def _text(connection: SmtpConnection, raw: bytes) -> tuple[int, bytes]:
        """The letter, whose lines all end as mail's do and whose first line is a header, and the dot that ends it."""
        connection.send(raw.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        return connection.getreply()

    def _open_connection(self) -> SmtpConnection:
        """Return the connection from the last letter if it still lives, else a new one."""
        self.stage = "connect"
        if self.connection is not None and time.monotonic() - self.used > IDLE_SECONDS:
            try:
                alive = self.connection.noop()[0] == 250
            except (OSError, smtplib.SMTPException):
                alive = False
            if not alive:
                self._hang_up()
        if self.connection is None:
            self._connect()
        assert self.connection is not None
        return self.connection

    def _connect(self) -> None:
        mail, context = self.mail, None
        if mail["security"] != "none":
            context = ssl.create_default_context()
        self.connection = connection = SmtpConnection(
            context if mail["security"] == "tls" else None, settings.MAIL_TIMEOUT
        )
        self._ask("connect", lambda: connection.connect(mail["host"], mail["port"]), 220)
        if mail["security"] == "starttls":
            connection.ehlo()
            self._ask("connect", lambda: connection.starttls(context=context), 220)
        connection.ehlo_or_helo_if_needed()
        if mail["user"]:
            self._sign_in(connection)

    def _sign_in(self, connection: SmtpConnection) -> None:
        """Sign in with password or token; a server that offers no way we know is told by its name for it."""
        mail, token = self.mail, access_token(self.mail["oauth"]) if self.mail["oauth"] else ""
        self.stage = "login"
        try:
            if not token:
                connection.login(mail["user"], mail["password"])
            elif "XOAUTH2" in connection.esmtp_features.get("auth", "").upper().split():
                said = xoauth2(mail["user"], token)
                # After a refusal the server explains itself, and waits for an empty line
                connection.auth("XOAUTH2", lambda explained=None: "" if explained else said)
            else:
                raise smtplib.SMTPNotSupportedError("XOAUTH2")
        except smtplib.SMTPAuthenticationError as error:
            forget_token(mail["oauth"])
            raise Refused("login", error.smtp_code, error.smtp_error) from error


class OutboxOnly:
    """Without MAIL_URL letters go no further than the outbox, where staff can read them."""

    name = "utkorgen"
    wipes = limited = False

    def send(self, _envelope: Envelope, begin: Callable[[], bool]) -> Result:
        """Accept everything; the bytes stay."""
        return Result(Outcome.ACCEPTED, "", "") if begin() else Result(Outcome.WITHDRAWN)

    def close(self) -> None:
        """Nothing is open."""


def open_transport() -> Transport:
    """Return where letters leave through, as the settings say; close it after the run."""
    return Relay(settings.MAIL) if settings.MAIL else OutboxOnly()
