"""Memory of the portal's processes as PSS, warm and after ten thousand pages more."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

from benchmarks import processes
from benchmarks.figure import Figure
from benchmarks.officer import Officer, sign_in
from benchmarks.sink import Sink
from benchmarks.stage import Line, Stage
from benchmarks.usage import megabytes, wait_until_still
from tests import services

CONNECTIONS = 4
WEB = Figure("memory of web with two workers (MB as PSS)", "<=", goal=150, released=212)
WEB_GROWTH = Figure("the same after 10,000 pages more (times)", "<=", goal=1.1, released=1.0)
ONE_PROCESS = Figure("memory of one process with SQLite (MB as PSS)", "<=", goal=150, released=155)
ONE_PROCESS_GROWTH = Figure("one process after 10,000 pages more (times)", "<=", goal=1.1, released=1.0)


def pages(officer: Officer) -> list[str]:
    """Return addresses that staff open all day."""
    meeting = f"/arbete/moten/{officer.meetings[0]}/"
    return ["/arbete/", "/arbete/register/", "/arbete/utkorg/", meeting, f"{meeting}brev/invitation/"]


def read(officer: Officer, requests: int) -> None:
    """Open the pages in turn so many times, over a few lasting connections."""
    port, paths = int(officer.url.rpartition(":")[2]), pages(officer)

    def read_on_one(number: int) -> None:
        line = HTTPConnection("127.0.0.1", port, timeout=60)
        for n in range(number, requests, CONNECTIONS):
            path = paths[n % len(paths)]
            line.request("GET", path, headers={"Cookie": officer.cookies})
            answer = line.getresponse()
            if answer.status != 200 or not answer.read():
                raise RuntimeError(f"{path}: {answer.status}")
        line.close()

    with ThreadPoolExecutor(CONNECTIONS) as readers:
        list(readers.map(read_on_one, range(CONNECTIONS)))


def memory(stage: Stage, officer: Officer, pid: int) -> tuple[float, float]:
    """Return the megabytes when every page has been read many times, and how many times more after the long reading."""
    read(officer, stage.size(20, 400))
    wait_until_still(pid)
    warm = megabytes(pid)
    read(officer, stage.size(20, 10_000))
    wait_until_still(pid)
    return warm, megabytes(pid) / warm


def web(stage: Stage) -> tuple[float, float]:
    port = services.free_port()
    with processes.web(stage, port) as pid:
        return memory(stage, sign_in(dict(os.environ), port), pid)


def one_process(stage: Stage) -> tuple[float, float]:
    port = services.free_port()
    with Sink() as sink:
        env = processes.one_process_variables(stage, port, sink)
        with processes.one_process(stage, env) as pid:
            return memory(stage, sign_in(env, port), pid)


def measure(stage: Stage) -> Iterator[Line]:
    yield from zip((WEB, WEB_GROWTH), web(stage), strict=True)
    yield from zip((ONE_PROCESS, ONE_PROCESS_GROWTH), one_process(stage), strict=True)
