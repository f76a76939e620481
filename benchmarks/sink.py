"""A mail server in a process of its own: aiosmtpd, a real one, or the barest there could be, to see our own cost.

Both take every letter and count. NOOP answers the number.
"""

import asyncio
import logging
import os
import signal
import smtplib
import subprocess
import sys
from types import TracebackType
from typing import Any

from aiosmtpd.smtp import SMTP

from tests import services


class Conversation(asyncio.Protocol):
    """One connection."""

    letters = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.out, self.waiting, self.in_text = transport, bytearray(), False
        self.out.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while (end := self.waiting.find(b"\r\n.\r\n" if self.in_text else b"\r\n")) >= 0:
            line = bytes(self.waiting[:end])
            del self.waiting[: end + (5 if self.in_text else 2)]
            self.out.write(self.answer(line))

    def answer(self, line: bytes) -> bytes:
        if self.in_text:
            self.in_text = False
            Conversation.letters += 1
            return b"250 2.0.0 taken\r\n"
        match line[:4].upper():
            case b"DATA":
                self.in_text = True
                return b"354 go on\r\n"
            case b"EHLO":
                return b"250-sink\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n"
            case b"NOOP":
                return b"250 %d\r\n" % Conversation.letters
            case b"QUIT":
                return b"221 2.0.0 bye\r\n"
        return b"250 2.0.0 ok\r\n"


class Taker:
    """What aiosmtpd asks: yes to every letter."""

    async def handle_DATA(self, _server: Any, _session: Any, _envelope: Any) -> str:
        Conversation.letters += 1
        return "250 2.0.0 taken"

    async def handle_NOOP(self, _server: Any, _session: Any, _envelope: Any, _word: str) -> str:
        return f"250 {Conversation.letters}"


class Sink:
    """The server's process, for as long as the block lasts."""

    def __init__(self, kind: str = "real") -> None:
        self.kind = kind

    def __enter__(self) -> "Sink":
        self.port = services.free_port()
        command = [sys.executable, "-m", "benchmarks.sink", self.kind, str(self.port)]
        self.process = subprocess.Popen(command, preexec_fn=services.follow_parent(signal.SIGKILL))
        services.wait_until(self._answers, "the mail sink")
        self.line = smtplib.SMTP("127.0.0.1", self.port, timeout=20)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.line.close()
        self.process.kill()
        self.process.wait()

    def _answers(self) -> bool:
        try:
            smtplib.SMTP("127.0.0.1", self.port, timeout=5).close()
        except OSError:
            return False
        return True

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def letters(self) -> int:
        return int(self.line.noop()[1])

    def wait_for(self, number: int, seconds: float = 120) -> None:
        services.wait_until(lambda: self.letters >= number, f"letter number {number}", seconds)


def real() -> asyncio.Protocol:
    return SMTP(Taker(), hostname="sink")


async def serve(kind: str, port: int) -> None:
    talk = {"real": real, "bare": Conversation}[kind]
    server = await asyncio.get_running_loop().create_server(talk, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    services.prctl(services.PR_SET_PDEATHSIG, signal.SIGKILL)
    os.setpgid(0, 0)
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
