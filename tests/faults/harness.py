"""Workers to kill, a mail server that misbehaves, and one judgement of what became of the letters."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.db import connection

from tests.services import Mailbox, Received, follow_parent, wait_until

BASE = Path(__file__).resolve().parent.parent.parent


def database_url() -> str:
    """The database of this pass, as a process of its own must be told."""
    given = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{given['NAME']}"
    return f"postgresql://{given['USER']}@/{given['NAME']}?host={quote(str(given['HOST']), safe='/')}"


class Sink(Mailbox):
    """A mail server that notes each letter before it says yes, and is as slow and as faithless as it is told to be."""

    def __init__(
        self,
        rng: random.Random,
        *,
        delay: float = 0,
        always: float = 0,
        before: float = 0,
        soft: float = 0,
        drop: float = 0,
    ) -> None:
        super().__init__()
        self.rng, self.delay, self.always, self.before = rng, delay, always, before
        self.soft, self.drop = soft, drop
        self.dropped = 0

    def __enter__(self) -> Sink:
        super().__enter__()
        return self

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        await asyncio.sleep(self.before)
        if address.startswith("dead"):
            return "550 5.1.1 No such user"
        if self.rng.random() < self.soft:
            return "451 4.7.1 Try again later"
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(self.always + self.rng.random() * self.delay)
        if self.rng.random() < self.drop:
            self.dropped += 1
            server.transport.abort()
        return answer


class Hole:
    """A server that takes every call and never says a whole line, one byte at a time: no timeout ever passes."""

    def __enter__(self) -> Hole:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.settimeout(0.1)
        self.url = f"smtp://127.0.0.1:{self.socket.getsockname()[1]}"
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._drip, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()
        self.socket.close()

    def _drip(self) -> None:
        calls: list[socket.socket] = []
        while not self.over.is_set():
            with suppress(TimeoutError):
                calls.append(self.socket.accept()[0])
            for call in calls:
                with suppress(OSError):
                    call.send(b"2")
        for call in calls:
            call.close()


class Fleet:
    """Workers in processes of their own, on one database and one mail server."""

    def __init__(self, mail_url: str, *, database: str = "", **options: Any) -> None:
        env = {
            **os.environ,
            "DATABASE_URL": database or database_url(),
            "MAIL_URL": mail_url,
            "REDIS_URL": "",
        }
        env |= {"MAIL_PER_MINUTE": "0", "MAIL_CONNECTIONS": "3", "LOG_LEVEL": "CRITICAL"}
        env["NURSERY"] = json.dumps(options)
        self.nursery = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            cwd=BASE,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=follow_parent(signal.SIGKILL),
        )
        self.to: Any = self.nursery.stdin
        self.back: Any = self.nursery.stdout
        self.workers: list[int] = []

    def __enter__(self) -> Fleet:
        return self

    def __exit__(self, *_: object) -> None:
        for pid in list(self.workers):
            self.kill(pid)
        self.nursery.kill()
        self.nursery.wait()
        self.to.close()
        self.back.close()

    def ask(self, *command: Any) -> Any:
        self.to.write(json.dumps(command) + "\n")
        self.to.flush()
        return json.loads(self.back.readline())

    def start(self, count: int) -> None:
        for _ in range(count):
            self.workers.append(self.ask("start"))

    def kill(self, pid: int) -> None:
        self.workers.remove(pid)
        os.kill(pid, signal.SIGKILL)

    def freeze(self, rng: random.Random, seconds: float = 8) -> bool:
        """Freeze a worker in the middle of a letter until another has taken that; False when none could be caught."""
        pid, attempt = self._caught(rng)
        try:
            if pid:
                wait_until(lambda: bool(self.ask("taken_over", attempt)), "another worker", seconds)
            return bool(pid)
        except TimeoutError:
            return False
        finally:
            if pid:
                os.kill(pid, signal.SIGCONT)

    def _caught(self, rng: random.Random) -> tuple[int, int]:
        """A worker that now stands still with a try begun and not ended, and that try; zeros when nothing waits."""
        while self.ask("waiting"):
            if tries := self.ask("open_tries"):
                pid, attempt = rng.choice(tries)
                os.kill(pid, signal.SIGSTOP)
                if [pid, attempt] in self.ask("open_tries"):
                    return pid, attempt
                os.kill(pid, signal.SIGCONT)
        return 0, 0

    def until_quiet(self, seconds: float = 60) -> float:
        """Wait until nothing waits; answers how long that took."""
        begun = time.monotonic()
        while self.ask("waiting"):
            if time.monotonic() - begun > seconds:
                raise TimeoutError(
                    f"{self.ask('waiting')} letters still wait: {self.ask('report')['trouble']}"
                )
            time.sleep(0.05)
        return time.monotonic() - begun

    def until_idle(self, seconds: float = 60) -> None:
        """Wait until every letter that can leave has left, and no worker has one that it claimed before."""
        wait_until(
            lambda: not self.ask("waiting") and not self.ask("claimed"), "workers with nothing to do", seconds
        )

    def _more(self, sink: Mailbox, seen: int) -> bool:
        return len(sink.letters) > seen or not self.ask("waiting")

    def kill_while_sending(
        self,
        sink: Mailbox,
        rng: random.Random,
        kills: int,
        pause: tuple[float, float],
        also: Callable[[int], None] | None = None,
    ) -> int:
        """Kill workers at random moments for as long as letters wait; answers how many were killed."""
        done = 0
        while done < kills and self.ask("waiting"):
            seen = len(sink.letters)
            wait_until(partial(self._more, sink, seen), "a letter", 90)
            time.sleep(rng.uniform(*pause))
            self.kill(rng.choice(self.workers))
            self.start(1)
            done += 1
            if also is not None:
                also(done)
        return done


@dataclass(frozen=True)
class Judgement:
    """What became of the letters, by the server's own notes."""

    lost: int  # neither received nor shown as open or failed
    silent: int  # called accepted, never received
    extra: int  # copies beyond the first
    differing: int  # letters whose copies are not the same bytes
    accepted: int
    failed: int
    stale: int  # called stopped, and received all the same
    difference: int  # how far the portal's own sums are from adding up


def message_id(got: Received) -> str:
    return str(BytesHeaderParser().parsebytes(got.raw)["Message-ID"])


def judge(report: dict[str, Any], sink: Mailbox) -> Judgement:
    copies: dict[str, list[str]] = {}
    for got in sink.letters:
        copies.setdefault(message_id(got), []).append(got.sha256)
    letters = report["letters"]
    states = Counter(row[0] for row in letters.values())
    silent = [key for key, row in letters.items() if row[0] == "accepted" and key not in copies]
    return Judgement(
        lost=len(set(copies) - set(letters)) + len(silent),
        silent=len(silent),
        extra=sum(len(found) - 1 for found in copies.values()),
        differing=sum(set(found) != {letters[key][1]} for key, found in copies.items()),
        accepted=states["accepted"],
        failed=states["failed"],
        stale=sum(row[0] == "stopped" and key in copies for key, row in letters.items()),
        difference=report["difference"],
    )
