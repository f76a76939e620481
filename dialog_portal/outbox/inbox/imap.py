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

ANSWER_SECONDS = 20  # seconds for each answer
MAX_VISIT_SECONDS = 120  # seconds for a whole visit
MAX_LETTER_BYTES = 512 * 1024  # bytes that are read of a letter; what is needed stands in its beginning
FILED_FOLDER = "Dialogportalen"  # the folder that letters which the portal has dealt with are moved to
IMAP_ERRORS = (OSError, imaplib.IMAP4.error)


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
        self.line.login(quoted_name(self.mailbox["user"]), self.mailbox["password"])
        self.can = b" ".join(self.line.capability()[1]).decode("ascii", "replace").upper().split()
        if self.line.select(quoted_name(self.mailbox["folder"]))[0] != "OK":
            raise imaplib.IMAP4.error(f"there is no folder {self.mailbox['folder']}")
        given = self.line.response("UIDVALIDITY")[1]
        self.validity = int(given[0] or 0)

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
