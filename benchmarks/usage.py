"""What a process and its children use, as Linux counts it: memory and processor time."""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

from tests import services

TICKS = os.sysconf("SC_CLK_TCK")  # a second
STILL = 0.5  # seconds


def family(pid: int) -> Iterator[int]:
    """A process and everything below it."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            yield from family(int(child))


def megabytes(pid: int) -> float:
    """Return the PSS of a process and its children: what they share is counted once, and not once for each."""
    rollups = [Path(f"/proc/{one}/smaps_rollup").read_text() for one in family(pid)]
    return (
        sum(
            int(kilobytes)
            for text in rollups
            for kilobytes in re.findall(r"^Pss:\s+(\d+)", text, re.MULTILINE)
        )
        / 1024
    )


def processor_seconds(pid: int) -> float:
    """Return the time that a process and its living children have computed, in user and kernel mode."""
    fields = [Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split() for one in family(pid)]
    return sum(int(each[11]) + int(each[12]) for each in fields) / TICKS


def wait_until_still(pid: int) -> None:
    """Return when a process has next to nothing to do: what it does after its start is then done."""

    def still() -> bool:
        before = processor_seconds(pid)
        time.sleep(STILL)
        return processor_seconds(pid) - before <= STILL / 10

    services.wait_until(still, "a portal at rest", 60)
