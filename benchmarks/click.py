"""From the press on Send until 26 invitations have left, in real processes: the one-process portal, and with Redis."""

import os
import re
import statistics
from collections.abc import Iterator

from benchmarks import processes
from benchmarks.figure import Figure
from benchmarks.officer import INVITED, Officer, sign_in
from benchmarks.sink import Sink
from benchmarks.stage import Line, Stage, seconds
from benchmarks.usage import wait_until_still
from tests import services

FIELD = re.compile(r'name="(previewed|csrfmiddlewaretoken)" value="([^"]+)"')
WHAT = "26 invitations from the press until the last has left"
ONE_PROCESS = Figure(f"{WHAT}, one process (s)", "<=", goal=0.5, released=0.31)
WITH_REDIS = Figure(f"{WHAT}, Redis and two workers (s)", "<=", goal=0.5, released=0.47)


def press(officer: Officer, meeting: int, sink: Sink) -> float:
    """Return the seconds from the press until the last letter was taken."""
    place = f"/arbete/moten/{meeting}/brev/invitation/"
    fields = dict(FIELD.findall(officer.open(place)))
    before = sink.letters

    def send() -> None:
        officer.open(f"{place}skicka/", **fields)
        sink.wait_for(before + INVITED, 60)

    return seconds(send)


def median_press(stage: Stage, env: dict[str, str], port: int, sink: Sink, pid: int) -> float:
    """Return the median of a few presses, each for a meeting of its own, in a portal that was at rest before."""
    officer = sign_in(env, port, stage.rounds)
    times = []
    for meeting in officer.meetings:
        wait_until_still(pid)
        times.append(press(officer, meeting, sink))
    return statistics.median(times)


def one_process(stage: Stage, sink: Sink) -> float:
    port = services.free_port()
    env = processes.one_process_variables(stage, port, sink)
    with processes.one_process(stage, env) as pid:
        return median_press(stage, env, port, sink, pid)


def with_redis(stage: Stage, sink: Sink) -> float:
    port = services.free_port()
    with processes.workers(stage, sink), processes.web(stage, port) as pid:
        return median_press(stage, dict(os.environ), port, sink, pid)


def measure(stage: Stage) -> Iterator[Line]:
    with Sink() as sink:
        yield ONE_PROCESS, one_process(stage, sink)
        yield WITH_REDIS, with_redis(stage, sink)
