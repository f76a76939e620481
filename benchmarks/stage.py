"""What measurements share: where they run, in which size, and how two ways are compared fairly."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figure import Figure

Line = tuple[Figure, float]


@dataclass(frozen=True)
class Stage:
    """A portal with its demo; `here` is a directory for whatever a measurement makes."""

    here: Path
    tiny: bool = False  # only to see that everything runs: the figures then say nothing

    def size(self, tiny: int, full: int) -> int:
        """Return the number that fits this run's size."""
        return tiny if self.tiny else full

    @property
    def rounds(self) -> int:
        return self.size(1, 5)


def seconds(job: Callable[[], object]) -> float:
    """Return how long one turn takes."""
    begun = time.perf_counter()
    job()
    return time.perf_counter() - begun


def nothing() -> None:
    """No preparation."""


def times_faster(
    ours: Callable[[], object],
    bare: Callable[[], object],
    *,
    rounds: int,
    before: Callable[[], object] = nothing,
) -> float:
    """Return our speed over the bare way: 1.0 means equally fast, 0.5 that ours takes twice as long.

    The two take turns, so a busy machine disturbs both, and medians are compared. `before` prepares each turn of ours,
    off the clock.
    """
    pairs: list[tuple[float, float]] = []
    for _ in range(rounds + 1):
        before()
        pairs.append((seconds(ours), seconds(bare)))
    counted = pairs[1:]  # the first turn fills caches
    return statistics.median(theirs for _, theirs in counted) / statistics.median(own for own, _ in counted)
