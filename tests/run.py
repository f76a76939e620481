"""`make test`: own PostgreSQL and Redis, the suite on both databases, and not one process left behind.

The suite runs twice, as the portal itself can: on PostgreSQL with Redis, and on SQLite with everything in one process;
both at the same time, because either spends much of its time waiting.
Tests marked `once` say nothing new the second time and run on PostgreSQL only; those marked `once_on_sqlite` run on
SQLite only, so that both passes take equally long. Those marked `long` are controls of faults that take many seconds:
they run in `make faults`.
"""

import argparse
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO, Any

from tests import services

BASE = Path(__file__).resolve().parent.parent
NOTHING_CHOSEN = 5  # pytest's status when a selection is empty
LONG = ["-v", "-o", "faulthandler_timeout=3600"]  # of faults in full size: a line for each test
BOTH_CORES = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]  # of the whole suite
WORDS = ("failed", "passed", "skipped", "xfailed", "xpassed", "warnings", "errors")
PASS_MINUTES, FAULT_MINUTES = 20, 240


class Stopped(Exception):
    """Somebody asked the run to end; holds the signal."""


def stop(number: int, _frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)
    raise Stopped(number)


def listen() -> None:
    """Turn every polite request to end, and the death of the caller, into one exception."""
    services.prctl(services.PR_SET_CHILD_SUBREAPER, 1)
    services.prctl(services.PR_SET_PDEATHSIG, signal.SIGTERM)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def arguments() -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--faults", action="store_true", help="only the fault tests, in full size")
    parser.add_argument(
        "--on", choices=["both", "postgresql", "sqlite"], default=os.environ.get("ON", "both")
    )
    return parser.parse_known_args()


def environment(**chosen: str) -> dict[str, str]:
    """What pytest gets to see: the machine's own variables, and of the portal's only those chosen here."""
    portal = services.portal_variables()
    kept = {name: value for name, value in os.environ.items() if name not in portal}
    return kept | chosen


@dataclass(frozen=True)
class Pass:
    """One run of pytest: what it is called, what pytest is told, and where its figures and its output go."""

    name: str
    arguments: list[str]
    env: dict[str, str]
    note: Path
    log: Path

    @property
    def result(self) -> dict[str, Any]:
        figures: dict[str, Any] = json.loads(self.note.read_text()) if self.note.exists() else {"errors": 1}
        return figures


@contextmanager
def pytest(one: Pass, output: IO[str] | None) -> Iterator[subprocess.Popen[bytes]]:
    """One pass, for as long as the block lasts; without a file its output is seen as it comes."""
    child = subprocess.Popen(
        [sys.executable, "-m", "pytest", *one.arguments],
        cwd=BASE,
        env=one.env,
        stdout=output,
        stderr=output,
        process_group=0,
        preexec_fn=services.follow_parent(signal.SIGTERM),
    )
    try:
        yield child
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGINT)  # pytest then undoes what its fixtures did
            try:
                child.wait(timeout=20)
            except subprocess.TimeoutExpired:
                child.kill()


def side_by_side(group: list[Pass], minutes: int) -> list[int]:
    """Run these passes at the same time, the first one in sight, the others told of afterwards; return each status."""
    _, *others = group
    end = time.monotonic() + minutes * 60
    with ExitStack() as stack:
        print(f"\n--- {', beside '.join(one.name for one in group)} ---", flush=True)
        logs = [None, *(stack.enter_context(other.log.open("w")) for other in others)]
        children = [stack.enter_context(pytest(one, log)) for one, log in zip(group, logs, strict=True)]
        statuses = [status_of(child, end) for child in children]
    for other in others:
        print(f"\n--- {other.name} ---\n{other.log.read_text()}", flush=True)
    return statuses


def status_of(child: subprocess.Popen[bytes], end: float) -> int:
    """Pytest's status, or 1 when it took too long."""
    try:
        return child.wait(timeout=max(0, end - time.monotonic()))
    except subprocess.TimeoutExpired:
        print("The tests were stopped: they had run for too long.", flush=True)
        return 1


def descendants() -> set[int]:
    """Every living process that comes from this one; orphans come back to us, because we asked the kernel for them."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z":
            parents[int(stat.parent.name)] = int(fields[1])
    found: set[int] = set()
    level = {os.getpid()}
    while level:
        level = {pid for pid, parent in parents.items() if parent in level} - found
        found |= level
    return found


def end_leftovers() -> None:
    """Kill whatever a test forgot."""
    for _ in range(100):
        left = descendants()
        if not left:
            return
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.05)


@contextmanager
def both_services(directory: Path, *, durable: bool = False) -> Iterator[dict[str, str]]:
    """PostgreSQL and Redis for as long as the block lasts; gives the variables that point to them."""
    print("Starting PostgreSQL and Redis", flush=True)
    postgres, redis = (
        services.Postgres(directory / "pg", durable=durable),
        services.Redis(directory / "redis"),
    )
    try:
        postgres.create()
        redis.start()
        yield {"TEST_DATABASE_URL": postgres.url, "TEST_REDIS_URL": redis.url}
    finally:
        redis.stop()
        postgres.stop()


def passes(
    chosen: argparse.Namespace, rest: list[str], urls: dict[str, str]
) -> Iterator[tuple[str, list[str], dict[str, str]]]:
    """Each pass: its name, pytest's arguments and the variables."""
    if chosen.faults:
        seed = os.environ.get("SEED") or str(secrets.randbelow(1_000_000))
        full = {"FAULTS": "full", "SEED": seed}
        if chosen.on != "sqlite":
            yield "faults in full size, PostgreSQL and Redis", ["-m", "fault", *LONG, *rest], full | urls
        if chosen.on != "postgresql":
            yield "faults in full size, SQLite", ["-m", "fault and not once", *LONG, *rest], full
        return
    given = rest or BOTH_CORES
    if chosen.on != "sqlite":
        # the whole server is thrown away afterwards, so nobody needs to drop its databases
        both = "" if chosen.on == "postgresql" else " and not once_on_sqlite"
        yield "PostgreSQL and Redis", ["--reuse-db", "-m", f"not long{both}", *given], urls
    if chosen.on != "postgresql":
        yield "SQLite, one process", ["-m", "not long and not once", *given], {}


def closing_line(results: list[dict[str, Any]], seconds: float) -> str:
    """One line in pytest's own form for all passes together."""
    total = {word: sum(result.get(word, 0) for result in results) for word in WORDS}
    parts = [f"{count} {word}" for word, count in total.items() if count] or ["no tests ran"]
    return f" {', '.join(parts)} in {seconds:.2f}s ({int(seconds) // 60} min) ".center(100, "=")


def slowest(every: list[Pass], number: int = 20) -> list[str]:
    """Return a line for each of the slowest tests of all passes, the slowest first, down to a second."""
    every_test = [
        (seconds, test, one.name) for one in every for test, seconds in one.result.get("slowest", ())
    ]
    took = [found for found in every_test if found[0] >= 1]
    return [
        f"{seconds:6.1f} s  {test} ({name})" for seconds, test, name in sorted(took, reverse=True)[:number]
    ]


def run(directory: Path) -> int:
    """Every pass, side by side unless some tests were chosen; return 0 when all of them went well."""
    chosen, rest = arguments()
    started, statuses = time.monotonic(), []
    with both_services(directory) as urls:
        every = []
        for number, (name, given, variables) in enumerate(passes(chosen, rest, urls)):
            note, log = directory / f"result-{number}.json", directory / f"output-{number}.txt"
            every.append(Pass(name, given, environment(TEST_RESULT=str(note), **variables), note, log))
        for group in [[one] for one in every] if rest else [every]:
            statuses += side_by_side(group, FAULT_MINUTES if chosen.faults else PASS_MINUTES)
        results, slow = [one.result for one in every], slowest(every)
    print("\nThe slowest tests:", *slow, sep="\n")
    print("\nEvery pass together:")
    print(closing_line(results, time.monotonic() - started), flush=True)
    bad = [status for status in statuses if status not in (0, NOTHING_CHOSEN)]
    return bad[0] if bad else min(statuses)


def main() -> int:
    """Run, and leave the machine as it was, however the run ends."""
    services.sweep_leftovers()
    try:
        with services.workshop() as directory:
            listen()
            return run(directory)
    except Stopped as stopped:
        print("\nThe tests were stopped before their end.", flush=True)
        return 128 + int(stopped.args[0])
    finally:
        end_leftovers()


if __name__ == "__main__":
    sys.exit(main())
