"""Two people at the same moment, without a guess at how long anything takes: who should wait is seen to wait."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

from tests.services import wait_until

PATIENCE = 60  # seconds until a test gives up; a slow machine is no failure
WAITERS = """
    SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))
"""


class Encounter:
    """Where two threads meet: one halts inside its transaction until the other one waits for it, or is done."""

    def __init__(self) -> None:
        self.halted, self.asked, self.done = threading.Event(), threading.Event(), threading.Event()

    def before(self, act: Callable[..., Any]) -> Callable[..., Any]:
        """The function, with the halt before it."""

        def halting(*args: Any, **values: Any) -> Any:
            self.halt()
            return act(*args, **values)

        return halting

    def after(self, act: Callable[..., Any]) -> Callable[..., Any]:
        """The function, with the halt after it."""

        def halting(*args: Any, **values: Any) -> Any:
            result = act(*args, **values)
            self.halt()
            return result

        return halting

    def halt(self) -> None:
        """Stand still until the other thread can get no further, or is done; only the first to come by halts."""
        if self.halted.is_set():
            return
        self.halted.set()
        wait_until(lambda: self.done.is_set() or self.other_waits(), "the other thread", PATIENCE)

    def other_waits(self) -> bool:
        """Whether the other thread waits for what this one has locked.

        PostgreSQL says who waits for whom. SQLite has one writer at a time, so whoever asks to write waits.
        """
        if connection.vendor == "sqlite":
            return self.asked.is_set()
        with connection.cursor() as cursor:
            cursor.execute(WAITERS)
            return bool(cursor.fetchone()[0])

    def note(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if not sql.startswith("SELECT"):
            self.asked.set()
        return execute(sql, *rest)

    def run(self, first: Callable[[], Any], second: Callable[[], Any]) -> Any:
        """Start `first` in a thread; when it halts, do `second` here. Return what `second` returns."""
        thread, wrong = in_thread(first)
        assert self.halted.wait(PATIENCE), wrong
        with connection.execute_wrapper(self.note):
            result = second()
        self.done.set()
        thread.join()
        assert wrong == []
        return result


def in_thread(act: Callable[[], Any]) -> tuple[threading.Thread, list[BaseException]]:
    """Do something in a thread with a connection of its own; the list fills with what it raises."""
    wrong: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as error:
            wrong.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, wrong


def in_parallel(act: Callable[[], Any], number: int) -> list[BaseException]:
    """Let so many threads do the same at the same moment; return what they raised."""
    ready = threading.Barrier(number)

    def one() -> None:
        ready.wait(PATIENCE)
        act()

    started = [in_thread(one) for _ in range(number)]
    for thread, _ in started:
        thread.join()
    return [error for _, wrong in started for error in wrong]
