"""What measurements share: where they run, and how two ways are compared fairly."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Bound = tuple[str, float] | None
Line = tuple[str, float, Bound]
ROUNDS = 5


@dataclass(frozen=True)
class Stage:
    """A portal with its demo; `here` is a directory for whatever a measurement makes."""

    here: Path


def seconds(job: Callable[[], object]) -> float:
    """How long one turn takes."""
    begun = time.perf_counter()
    job()
    return time.perf_counter() - begun


def nothing() -> None:
    """No preparation."""


def times_faster(
    ours: Callable[[], object],
    bare: Callable[[], object],
    *,
    rounds: int = ROUNDS,
    before: Callable[[], object] = nothing,
) -> float:
    """Our speed over the bare way: the two take turns, so a busy machine disturbs both, and medians are compared.

    1.0 means equally fast, 0.5 that ours takes twice as long. `before` prepares each turn of ours, off the clock.
    """
    pairs: list[tuple[float, float]] = []
    for _ in range(rounds + 1):
        before()
        pairs.append((seconds(ours), seconds(bare)))
    told = pairs[1:]  # the first turn fills caches
    return statistics.median(theirs for _, theirs in told) / statistics.median(mine for mine, _ in told)
