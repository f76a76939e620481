"""What is measured: a name, which way is better, the goal, and the floor under which a run fails."""

from dataclasses import dataclass
from typing import Literal

WIDTH = 84  # of the longest name
MARGIN = 0.1  # by how much a figure may be worse than in the last release


@dataclass(frozen=True)
class Figure:
    """One figure; without a goal and a release to compare with it is only printed."""

    name: str
    better: Literal[">=", "<="] = ">="
    goal: float | None = None
    released: float | None = None  # measured in the last release

    @property
    def floor(self) -> float | None:
        """The last release less ten per cent, but never stricter than the goal: what meets the goal is not broken."""
        if self.released is None:
            return None
        if self.better == ">=":
            limit = self.released * (1 - MARGIN)
            return limit if self.goal is None else min(limit, self.goal)
        limit = self.released * (1 + MARGIN)
        return limit if self.goal is None else max(limit, self.goal)

    def reaches(self, value: float, limit: float | None) -> bool:
        """Return whether the value is as good as the limit; a limit that is not there is always reached."""
        if limit is None:
            return True
        return value >= limit if self.better == ">=" else value <= limit

    def verdict(self, value: float) -> str:
        """Return BROKEN under the floor, missed under the goal, else ok; nothing when nothing is promised."""
        if not self.reaches(value, self.floor):
            return "BROKEN"
        if not self.reaches(value, self.goal):
            return "missed"
        return "" if self.goal is None and self.floor is None else "ok"

    def row(self, value: float) -> str:
        """Return the figure's line: name, value, goal, floor and verdict, under the heading's columns."""
        limits = [
            f"{self.better} {limit:.2f}" if limit is not None else "-" for limit in (self.goal, self.floor)
        ]
        return (
            f"{self.name:<{WIDTH}}{value:>9.2f}{limits[0]:>11}{limits[1]:>11}  {self.verdict(value)}".rstrip()
        )


HEADING = f"{'figure':<{WIDTH}}{'value':>9}{'goal':>11}{'floor':>11}"
