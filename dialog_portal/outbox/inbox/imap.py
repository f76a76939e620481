"""The conversation with the mailbox's server: one short visit, which no silent server can hold for long."""

from __future__ import annotations

import imaplib
import socket
import ssl
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from types import TracebackType
from typing import Any, Self

from dialog_portal.outbox.inbox.incoming_letter import to_one_line
from dialog_portal.outbox.oauth import TokenRefused, access_token, forget_token, xoauth2

ANSWER_SECONDS = 20  # seconds for each answer
MAX_VISIT_SECONDS = 120  # seconds for a whole visit
MAX_LETTER_BYTES = 512 * 1024  # bytes that are read of a letter; what is needed stands in its beginning
FILED_FOLDER = "Dialogportalen"  # the folder that letters which the portal has dealt with are moved to
NO_PASSWORDS = (
    "Servern tar inte emot lösenord (LOGINDISABLED). Använd OAuth 2: sätt MAIL_OAUTH_URL och ?auth=xoauth2."
)
NO_XOAUTH2 = (
    "Servern erbjuder inte XOAUTH2. Ta bort ?auth=xoauth2 och ange ett lösenord, eller slå på det där."
)
WRONG_CREDENTIALS = "Servern godtar inte portalens användarnamn och lösenord eller token. Serverns svar:"
# Words of a refusal that may be over the next minute (RFC 5530)
FOR_THE_MOMENT = ("UNAVAILABLE", "SERVERBUG", "INUSE", "LIMIT", "TRY AGAIN")


class MailboxRefused(imaplib.IMAP4.error):
    """The mailbox cannot be read as it is set up; the message is a Swedish sentence for staff."""


IMAP_ERRORS = (OSError, imaplib.IMAP4.error, TokenRefused)


class MailboxConnection(imaplib.IMAP4):
    """A connection that ends LONGEST seconds after it began, whatever is waited for then, TLS and greeting too.

    A server that drips bytes lets no timeout pass. The second handle of the socket is what ends the wait: wrapping the
    first for TLS takes it away before the server has said anything.
    """

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        self.tls = tls
        super().__init__(host, port, timeout=ANSWER_SECONDS)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        plain = socket.create_connection((self.host, self.port), timeout)
        self.handle = plain.dup()
        self.timer = threading.Timer(MAX_VISIT_SECONDS, self._cut)
        self.timer.daemon = True
        self.timer.start()
        try:
            return self.tls.wrap_socket(plain, server_hostname=self.host) if self.tls else plain
        except BaseException:
            self._release()
            raise

    def authenticate_with(self, mechanism: str, words: str) -> None:
        """Say the words when they are asked for; when a refusal is explained, an empty line."""
        left = [words.encode()]
        self.authenticate(mechanism, lambda _asked: left.pop() if left else b"")

    def login_in_utf8(self, user: str, password: str) -> None:
        """Sign in with LOGIN. The library knows ASCII only; a literal carries a password in UTF-8 (RFC 3501, 4.3)."""
        self.literal = password.encode()  # type: ignore[assignment]
        said, words = self._simple_command("LOGIN", quoted_name(user).encode())
        if said != "OK":
            raise self.error(to_one_line((words or [b""])[-1].decode("utf-8", "replace")))
        self.state = "AUTH"

    def shutdown(self) -> None:
        self._release()
        super().shutdown()

    def _cut(self) -> None:
        with suppress(OSError):
            self.handle.shutdown(socket.SHUT_RDWR)

    def _release(self) -> None:
        self.timer.cancel()
        self.handle.close()


class Visit:
    """The folder that MAILBOX_URL names, open for reading and moving; nothing is marked as read by looking."""

    def __init__(self, mailbox: dict[str, Any]) -> None:
        self.mailbox = mailbox
        self.name = f"{mailbox['host']}/{mailbox['folder']}"

    def __enter__(self) -> Self:
        tls = ssl.create_default_context() if self.mailbox["tls"] else None
        self.line = MailboxConnection(self.mailbox["host"], self.mailbox["port"], tls)
        try:
            self._open()
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._leave()

    def _open(self) -> None:
        self._sign_in()
        self.can = b" ".join(self.line.capability()[1]).decode("ascii", "replace").upper().split()
        if self.line.select(quoted_name(self.mailbox["folder"]))[0] != "OK":
            raise MailboxRefused(f"Mappen {self.mailbox['folder']} finns inte i brevlådan.")
        given = self.line.response("UIDVALIDITY")[1]
        self.validity = int(given[0] or 0)

    def _sign_in(self) -> None:
        """Sign in with password or token, in the way that the server offers."""
        oauth, offers = self.mailbox["oauth"], self.line.capabilities
        if oauth and "AUTH=XOAUTH2" not in offers:
            raise MailboxRefused(NO_XOAUTH2)
        if not oauth and "LOGINDISABLED" in offers and "AUTH=PLAIN" not in offers:
            raise MailboxRefused(NO_PASSWORDS)
        try:
            self._say_credentials(oauth, offers)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as refusal:
            forget_token(oauth)
            if any(word in str(refusal).upper() for word in FOR_THE_MOMENT):
                raise
            raise MailboxRefused(f"{WRONG_CREDENTIALS} {to_one_line(refusal)}") from refusal

    def _say_credentials(self, oauth: dict[str, str], offers: tuple[str, ...]) -> None:
        user, password = self.mailbox["user"], self.mailbox["password"]
        if oauth:
            self.line.authenticate_with("XOAUTH2", xoauth2(user, access_token(oauth)))
        elif "AUTH=PLAIN" in offers:
            self.line.authenticate_with("PLAIN", f"\0{user}\0{password}")
        else:
            self.line.login_in_utf8(user, password)

    def _leave(self) -> None:
        try:
            self.line.logout()
        except IMAP_ERRORS:
            self.line.shutdown()  # which a good-bye that fails leaves undone

    def since(self, day: date) -> list[int]:
        """The UIDs of the letters that came on a day or later, the oldest first."""
        month = ("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split())[day.month - 1]
        data = self._ask("SEARCH", "SINCE", f"{day.day:02}-{month}-{day.year}")
        return sorted(int(word) for line in data for word in (line or b"").split() if word.isdigit())

    def fetch(self, uid: int) -> bytes | None:
        """The beginning of a letter; nothing when somebody has taken it away."""
        data = self._ask("FETCH", str(uid), f"(BODY.PEEK[]<0.{MAX_LETTER_BYTES}>)")
        return next((bytes(item[1]) for item in data if isinstance(item, tuple)), None)

    def file(self, uids: Sequence[int]) -> None:
        """Move letters to the folder of those dealt with; where the server will not, mark them as read."""
        numbers = ",".join(map(str, uids))
        if not self._moved(numbers):
            self._ask("STORE", numbers, "+FLAGS.SILENT", r"(\Seen)")

    def _moved(self, numbers: str) -> bool:
        if "MOVE" in self.can:
            return self._into_folder("MOVE", numbers)
        if "UIDPLUS" not in self.can or not self._into_folder("COPY", numbers):
            return False  # a plain EXPUNGE would take others' letters too
        self._ask("STORE", numbers, "+FLAGS.SILENT", r"(\Deleted)")
        self._ask("EXPUNGE", numbers)
        return True

    def _into_folder(self, command: str, numbers: str) -> bool:
        """Move or copy, with the folder made at the first try."""
        folder = quoted_name(FILED_FOLDER)
        if self.line.uid(command, numbers, folder)[0] == "OK":
            return True
        return self.line.create(folder)[0] == "OK" and self.line.uid(command, numbers, folder)[0] == "OK"

    def _ask(self, command: str, *words: str) -> list[Any]:
        said, data = self.line.uid(command, *words)
        if said != "OK":
            raise imaplib.IMAP4.error(f"{command} was answered {said}")
        return data


def quoted_name(text: str) -> str:
    """A name as IMAP wants it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
