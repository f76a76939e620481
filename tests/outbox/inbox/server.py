"""A small IMAP server (RFC 3501, with UIDPLUS and MOVE when wanted) that a test fills, breaks and looks into."""

from __future__ import annotations

import base64
import re
import shlex
import socketserver
import threading
from dataclasses import dataclass, field
from typing import Any, Self

PARTIAL = re.compile(r"BODY(?:\.PEEK)?\[\](?:<(\d+)\.(\d+)>)?", re.IGNORECASE)


@dataclass
class Stored:
    """One letter in a folder."""

    uid: int
    raw: bytes
    flags: set[str] = field(default_factory=set)


class Conversation(socketserver.StreamRequestHandler):
    """One client, line by line."""

    server: Listener
    folder = ""

    def handle(self) -> None:
        self.say("* OK ready")
        while line := self.rfile.readline().decode("utf-8", "replace").strip():
            tag, command, *words = shlex.split(self.with_literal(line).replace("\\", "\\\\"))
            command = command.upper()
            if command == "UID":
                command, words = words[0].upper(), words[1:]
            self.server.mailbox.heard.append(command)
            if command == self.server.mailbox.drop_at:
                return
            said = getattr(self, f"do_{command.lower()}", self.unknown)(words)
            if not said.startswith("OK") and command in ("LOGIN", "AUTHENTICATE") and self.server.mailbox.why:
                said = f"{said} {self.server.mailbox.why}"
            self.say(f"{tag} {said} done")
            if command == "LOGOUT":
                return

    def with_literal(self, line: str) -> str:
        """The line with the literal that it announces, which the client sends when it is told to go on."""
        if not (found := re.search(r" \{(\d+)\}$", line)):
            return line
        self.say("+ go on")
        literal = self.rfile.read(int(found[1])).decode()
        self.rfile.readline()
        return f"{line[: found.start()]} {shlex.quote(literal)}"

    def do_authenticate(self, words: list[str]) -> str:
        self.say("+ ")
        said = base64.b64decode(self.rfile.readline()).decode()
        if words[0].upper() == "PLAIN":
            return self.do_login(said.split("\0")[1:])
        if said == f"user={self.server.mailbox.user}\1auth=Bearer {self.server.mailbox.token}\1\1":
            return "OK"
        self.say("+ " + base64.b64encode(b'{"status": "401"}').decode())
        self.server.mailbox.heard.append(f"after the explanation {self.rfile.readline()!r}")
        return "NO"

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def unknown(self, _words: list[str]) -> str:
        return "BAD what?"

    def do_capability(self, _words: list[str]) -> str:
        self.say(f"* CAPABILITY IMAP4rev1 {' '.join(self.server.mailbox.extensions)}")
        return "OK"

    def do_noop(self, _words: list[str]) -> str:
        return "OK"

    def do_login(self, words: list[str]) -> str:
        return "OK" if words == [self.server.mailbox.user, self.server.mailbox.password] else "NO"

    def do_select(self, words: list[str]) -> str:
        self.folder = words[0]
        if self.folder not in self.server.mailbox.folders:
            return "NO"
        self.say(f"* {len(self.letters)} EXISTS")
        self.say(f"* OK [UIDVALIDITY {self.server.mailbox.validity}] valid")
        return "OK [READ-WRITE]"

    @property
    def letters(self) -> list[Stored]:
        return self.server.mailbox.folders[self.folder]

    def chosen(self, numbers: str) -> list[Stored]:
        wanted = {int(number) for number in numbers.split(",")}
        return [letter for letter in self.letters if letter.uid in wanted]

    def do_search(self, _words: list[str]) -> str:
        self.say(" ".join(["* SEARCH", *(str(letter.uid) for letter in self.letters)]))
        return "OK"

    def do_fetch(self, words: list[str]) -> str:
        asked = PARTIAL.search(" ".join(words))
        assert asked is not None
        begin, size = int(asked[1] or 0), int(asked[2] or 10**9)
        for number, letter in enumerate(self.letters, 1):
            if letter in self.chosen(words[0]):
                part = letter.raw[begin : begin + size]
                if not asked[0].upper().startswith("BODY.PEEK"):
                    letter.flags.add(r"\Seen")
                self.wfile.write(
                    f"* {number} FETCH (UID {letter.uid} BODY[]<{begin}> {{{len(part)}}}\r\n".encode() + part
                )
                self.say(")")
        return "OK"

    def do_store(self, words: list[str]) -> str:
        for letter in self.chosen(words[0]):
            letter.flags |= set(re.findall(r"\\\w+", " ".join(words[2:])))
        return "OK"

    def do_create(self, words: list[str]) -> str:
        if not self.server.mailbox.may_create:
            return "NO"
        self.server.mailbox.folders.setdefault(words[0], [])
        return "OK"

    def do_copy(self, words: list[str]) -> str:
        if words[1] not in self.server.mailbox.folders:
            return "NO [TRYCREATE]"
        self.server.mailbox.folders[words[1]] += self.chosen(words[0])
        return "OK"

    def do_move(self, words: list[str]) -> str:
        if (said := self.do_copy(words)) == "OK":
            self.take_away(words[0])
        return said

    def do_expunge(self, words: list[str]) -> str:
        self.take_away(",".join(str(one.uid) for one in self.chosen(words[0]) if r"\Deleted" in one.flags))
        return "OK"

    def take_away(self, numbers: str) -> None:
        gone = self.chosen(numbers)
        self.letters[:] = [letter for letter in self.letters if letter not in gone]

    def do_logout(self, _words: list[str]) -> str:
        self.say("* BYE")
        return "OK"


class Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    mailbox: ImapServer


class ImapServer:
    """`folders` holds the letters; `drop_at` names a command at which the connection breaks."""

    def __init__(self) -> None:
        self.folders: dict[str, list[Stored]] = {"INBOX": []}
        self.validity = 7
        self.extensions: tuple[str, ...] = ("UIDPLUS", "MOVE")
        self.user, self.password, self.token = "dialog@region.example", "hem lig", ""
        self.why = ""  # what it says when it lets nobody in
        self.may_create = True
        self.drop_at = ""
        self.heard: list[str] = []
        self.next_uid = 1
        self.listener = Listener(("127.0.0.1", 0), Conversation)
        self.listener.mailbox = self

    @property
    def settings(self) -> dict[str, Any]:
        from dialog_portal.environment import mailbox_settings

        return mailbox_settings(f"imap://dialog%40region.example:hem%20lig@{self.place}")

    @property
    def place(self) -> str:
        """Host, port and folder, as MAILBOX_URL ends."""
        return f"127.0.0.1:{self.listener.server_address[1]}/INBOX"

    @property
    def inbox(self) -> list[Stored]:
        return self.folders["INBOX"]

    def deliver(self, raw: bytes) -> int:
        """Put a letter in the inbox; answers its UID."""
        self.inbox.append(Stored(self.next_uid, raw))
        self.next_uid += 1
        return self.inbox[-1].uid

    def __enter__(self) -> Self:
        threading.Thread(
            target=self.listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        return self

    def __exit__(self, *_args: object) -> None:
        self.listener.shutdown()
        self.listener.server_close()
