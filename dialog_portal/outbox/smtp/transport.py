"""The conversation with the mail server: one connection for many letters, and never longer than its deadline."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from dialog_portal.outbox.mime import machine_address
from dialog_portal.outbox.models import Outcome
from dialog_portal.outbox.smtp.answers import Result, classify

WATCH_SECONDS = 0.2
IDLE_SECONDS = 5.0  # a connection unused for longer is asked whether it still lives
UNWRITABLE = {"login": Outcome.POLICY, "mail": Outcome.POLICY, "rcpt": Outcome.ADDRESS}


@dataclass(frozen=True)
class Parcel:
    """What the server needs: from whom, to whom, and the bytes."""

    sender: str
    recipient: str
    raw: bytes


class Refused(Exception):
    """The server said no: at which stage, with which code and words."""

    def __init__(self, stage: str, code: int, text: bytes | str) -> None:
        super().__init__(stage, code)
        self.result = classify(
            stage, code, text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        )


def unwritable(stage: str, error: ValueError) -> Result:
    """What it means that we could not even say our line: the recipient's address is to blame, or our own settings."""
    text = f"{type(error).__name__}: {error}"
    return Result(UNWRITABLE[stage], "", text[:500]) if stage in UNWRITABLE else classify(stage, "", text)


class Line(smtplib.SMTP):
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

    def close(self) -> None:
        super().close()
        if self.spare is not None:
            self.spare.close()
            self.spare = None


class Relay:
    """The mail server that MAIL_URL names. Belongs to one worker's run; close it afterwards."""

    wipes = limited = True

    def __init__(self, mail: dict[str, Any]) -> None:
        self.mail = mail
        self.name = f"{mail['host']}:{mail['port']}"
        self.line: Line | None = None
        self.stage = "connect"
        self.used = 0.0
        self.until: float | None = None
        self.over = threading.Event()
        self.watch: threading.Thread | None = None

    def send(self, parcel: Parcel, may_go: Callable[[], bool]) -> Result:
        """Hand one letter over; `may_go` is asked when only the text is left. Only its own errors get out."""
        try:
            with self._deadline():
                return self._hand_over(parcel, may_go)
        except Refused as refused:
            self._after_refusal(refused.result)
            return refused.result
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            return classify(self.stage, "", f"{type(error).__name__}: {error}")
        except ValueError as error:
            self._hang_up()
            return unwritable(self.stage, error)
        except BaseException:
            self._hang_up()
            raise

    def close(self) -> None:
        """Say goodbye."""
        if self.line is not None:
            self.stage = "quit"
            with suppress(OSError, smtplib.SMTPException), self._deadline(settings.MAIL_TIMEOUT):
                self.line.quit()
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
            until, line = self.until, self.line
            if line is not None and until is not None and time.monotonic() > until:
                line.cut()

    def _hang_up(self) -> None:
        if self.line is not None:
            self.line.close()
            self.line = None

    def _after_refusal(self, result: Result) -> None:
        if result.outcome == Outcome.HOST or self.stage in ("connect", "login"):
            self._hang_up()
        elif self.line is not None:
            try:
                self.line.rset()
            except (OSError, smtplib.SMTPException):
                self._hang_up()

    def _hand_over(self, parcel: Parcel, may_go: Callable[[], bool]) -> Result:
        line = self._open_line()
        self._ask("mail", lambda: line.docmd(f"MAIL FROM:<{machine_address(parcel.sender)}>"), 250)
        self._ask("rcpt", lambda: line.docmd(f"RCPT TO:<{machine_address(parcel.recipient)}>"), 250, 251)
        if not may_go():
            line.rset()
            return Result(Outcome.WITHDRAWN)
        self._ask("data", lambda: line.docmd("DATA"), 354)
        code, words = self._ask("text", lambda: self._text(line, parcel.raw), 250)
        self.used = time.monotonic()
        return Result(Outcome.ACCEPTED, str(code), words.decode("utf-8", "replace")[:500])

    def _ask(self, stage: str, step: Callable[[], tuple[int, bytes]], *good: int) -> tuple[int, bytes]:
        self.stage = stage
        code, words = step()
        if code not in good:
            raise Refused(stage, code, words)
        return code, words

    @staticmethod
    def _text(line: Line, raw: bytes) -> tuple[int, bytes]:
        """The letter, whose lines all end as mail's do and whose first line is a header, and the dot that ends it."""
        line.send(raw.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        return line.getreply()

    def _open_line(self) -> Line:
        """The connection from the last letter if it still lives, else a new one."""
        self.stage = "connect"
        if self.line is not None and time.monotonic() - self.used > IDLE_SECONDS:
            try:
                alive = self.line.noop()[0] == 250
            except (OSError, smtplib.SMTPException):
                alive = False
            if not alive:
                self._hang_up()
        if self.line is None:
            self._connect()
        assert self.line is not None
        return self.line

    def _connect(self) -> None:
        mail, context = self.mail, None
        if mail["security"] != "none":
            context = ssl.create_default_context()
        self.line = line = Line(context if mail["security"] == "tls" else None, settings.MAIL_TIMEOUT)
        self._ask("connect", lambda: line.connect(mail["host"], mail["port"]), 220)
        if mail["security"] == "starttls":
            line.ehlo()
            self._ask("connect", lambda: line.starttls(context=context), 220)
        line.ehlo_or_helo_if_needed()
        if mail["user"]:
            self.stage = "login"
            try:
                line.login(mail["user"], mail["password"])
            except smtplib.SMTPAuthenticationError as error:
                raise Refused("login", error.smtp_code, error.smtp_error) from error


class Kept:
    """Without MAIL_URL letters go no further than the outbox, where staff can read them."""

    name = "utkorgen"
    wipes = limited = False

    def send(self, _parcel: Parcel, may_go: Callable[[], bool]) -> Result:
        """Accept everything; the bytes stay."""
        return Result(Outcome.ACCEPTED, "", "") if may_go() else Result(Outcome.WITHDRAWN)

    def close(self) -> None:
        """Nothing is open."""


def relay() -> Relay | Kept:
    """Where letters leave through, as the settings say."""
    return Relay(settings.MAIL) if settings.MAIL else Kept()
