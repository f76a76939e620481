"""House rules about the tests themselves: no test depends on the clock of the machine, and no module is long."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from tests.conftest import MOMENT
from tests.house.files import BASE, tracked

pytestmark = pytest.mark.once

LINES = 400  # of a module of tests
SHORT = 5  # seconds: whoever waits no longer than this for an event takes slowness for absence

SLEEPS, WATCHES = {"sleep", "wait_for_timeout"}, {"monotonic", "perf_counter", "time"}
# Where a test may let real time pass, and why
MAY_SLEEP = {
    "tests/services.py": "asks a service again and again whether it is ready, until it is",
    "tests/run.py": "waits for the processes that it ends",
    "tests/faults/harness.py": "the mail server that is slow on purpose, and kills at random moments",
    "tests/faults/nursery.py": "the process that is killed waits for its commands",
    "tests/faults/sending/test_kills_and_crashes.py": "workers are killed and frozen at random moments",
    "tests/faults/sending/test_mail_servers.py": "mail servers are silent or away for a while",
    "tests/faults/sending/test_stopped_and_broker.py": "letters are stopped at a random moment",
    "tests/outbox/smtp/test_transport.py": "the mail server that is slow on purpose",
    "tests/faults/test_clicks.py": "the change comes at a random moment",
}
# Where a test may read how long something took, and why
MAY_MEASURE = {
    "tests/services.py": "gives up on a service that is never ready; notes when a letter came",
    "tests/run.py": "stops a run that never ends, and prints how long it took",
    "tests/check.py": "prints how long each check took",
    "tests/faults/harness.py": "how long real processes took is a figure",
    "tests/faults/test_broker.py": "that no request waits for a dead broker is the promise",
    "tests/faults/test_redis_away.py": "that letters leave within a minute, and that nobody waits, is the promise",
    "tests/faults/sending/test_stopped_and_broker.py": "that no request waits for a broker that is away",
    "tests/outbox/queue/test_deliver.py": "that a worker is let go at its deadline is the promise",
    "tests/test_server.py": "that the portal stops within seconds is the promise",
}
# Where processes of their own take part, or the database's own clock, which follow the machine
REAL_CLOCK = {
    "tests/faults/test_broker.py",
    "tests/faults/test_clicks.py",
    "tests/faults/test_redis_away.py",
    "tests/faults/sending/test_kills_and_crashes.py",
    "tests/faults/sending/test_mail_servers.py",
    "tests/faults/sending/test_stopped_and_broker.py",
    "tests/house/test_tests.py",
    "tests/minutes/approval/test_authors_from_log.py",
    "tests/minutes/publishing/test_publishing.py",
    "tests/test_deploy.py",
    "tests/test_server.py",
}


def modules() -> Iterator[tuple[str, str]]:
    """Each module of the tests and its source."""
    for path in tracked("tests/*.py"):
        yield str(path.relative_to(BASE)), path.read_text()


def calls(source: str) -> Iterator[tuple[str, str, ast.Call]]:
    """Each call of a method or a module's function: what it is called on, its name, and the call."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(value=on, attr=name)):
                yield ast.unparse(on), name, node


def sleeping(source: str) -> list[int]:
    return [call.lineno for _, name, call in calls(source) if name in SLEEPS]


def measuring(source: str) -> list[int]:
    return [call.lineno for on, name, call in calls(source) if on == "time" and name in WATCHES]


def short_waits(source: str) -> list[int]:
    """Lines that wait for an event or a thread for a moment, and go on as if it would not come."""
    found = []
    for _, name, call in calls(source):
        given = [*call.args, *(word.value for word in call.keywords if word.arg == "timeout")]
        if name in {"wait", "join"} and any(is_short(value) for value in given):
            found.append(call.lineno)
    return found


def is_short(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, int | float) and value.value < SHORT


def from_time(source: str) -> list[int]:
    """Lines that import a function out of `time`, where the rules above would not see it."""
    tree = ast.walk(ast.parse(source))
    return [node.lineno for node in tree if isinstance(node, ast.ImportFrom) and node.module == "time"]


def clocks_at_import(source: str) -> list[int]:
    """Lines that read the clock while the module is imported, where it is not pinned: also as a test's parameters."""
    found: list[int] = []
    waiting: list[ast.AST] = [*ast.parse(source).body]
    while waiting:
        node = waiting.pop()
        match node:
            case ast.FunctionDef(decorator_list=outside, args=args):
                waiting += [*outside, *args.defaults, *(value for value in args.kw_defaults if value)]
            case ast.Lambda():
                continue
            case ast.Call(func=ast.Attribute(attr="now" | "localdate" | "localtime" | "today")):
                found.append(node.lineno)
            case _:
                waiting += ast.iter_child_nodes(node)
    return found


RULES = (sleeping, measuring, short_waits, from_time, clocks_at_import)


def test_no_test_lets_time_pass_but_where_processes_are_waited_for():
    found = {name for name, source in modules() if sleeping(source)}
    assert found == set(MAY_SLEEP)


def test_no_test_is_a_matter_of_how_fast_the_machine_is_but_where_that_is_the_promise():
    found = {name for name, source in modules() if measuring(source)}
    assert found == set(MAY_MEASURE)


def test_nothing_is_shown_by_waiting_a_moment_for_what_does_not_come():
    assert [(name, line) for name, source in modules() for line in short_waits(source)] == []


def test_functions_of_time_are_called_by_their_full_name():
    assert [(name, line) for name, source in modules() for line in from_time(source)] == []


def test_the_clock_is_read_when_a_test_runs_and_not_when_its_module_is_imported():
    assert [(name, line) for name, source in modules() for line in clocks_at_import(source)] == []


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (sleeping, "time.sleep(1)"),
        (sleeping, "page.wait_for_timeout(2100)"),
        (measuring, "assert time.monotonic() - begun < 2"),
        (short_waits, "gone.wait(0.4)"),
        (short_waits, "thread.join(timeout=1)"),
        (from_time, "from time import sleep"),
        (clocks_at_import, "TODAY = timezone.localdate()"),
        (clocks_at_import, "@pytest.mark.parametrize('day', [date.today() + DAY])\ndef test_a(day): pass"),
    ],
)
def test_control_what_the_rules_forbid_is_found(rule, source):
    assert rule(source) == [1]


@pytest.mark.parametrize(
    "source",
    [
        "ready.wait(60)",
        "', '.join(words)",
        "process.wait()",
        "time_machine.travel(now)",
        "def a(): timezone.now()",
    ],
)
def test_control_what_the_rules_allow_is_not_found(source):
    assert [rule(source) for rule in RULES] == [[]] * len(RULES)


def test_no_module_of_tests_is_longer_than_a_person_reads():
    longer = {name: len(source.splitlines()) for name, source in modules()}
    assert {name: lines for name, lines in longer.items() if lines > LINES} == {}


def test_only_what_runs_in_processes_of_its_own_follows_the_machines_clock():
    assert {name for name, source in modules() if "mark.real_clock" in source} == REAL_CLOCK


# --- The pinned clock -------------------------------------------------------------------------------------------------


def machines_clock(tmp_path: Path) -> float:
    """The time as the kernel has it: it stamps a new file."""
    new = tmp_path / "now"
    new.touch()
    return new.stat().st_mtime


def test_each_test_begins_at_the_pinned_moment_just_after_a_full_minute():
    assert (timezone.now() - MOMENT < timedelta(seconds=50), MOMENT.second < 10) == (True, True)


def test_moving_the_pinned_clock_moves_django_and_python(pinned_clock: time_machine.Traveller):
    pinned_clock.shift(timedelta(days=400))
    assert (timezone.now() - MOMENT).days == 400
    assert (datetime.now().astimezone() - MOMENT).days == 400


@pytest.mark.real_clock
def test_control_what_follows_the_machine_has_its_time(tmp_path: Path):
    assert abs(timezone.now().timestamp() - machines_clock(tmp_path)) < 60


def test_control_what_is_pinned_has_another_time_than_the_machine(tmp_path: Path):
    assert abs(timezone.now().timestamp() - machines_clock(tmp_path)) > 60
