"""One answer that a coordinator wants to give for one person."""

from __future__ import annotations

from dataclasses import dataclass

from meetings.models import Answer


@dataclass(frozen=True)
class CoordinatedAnswer:
    """An answer for one person; `seen` is the id of the newest confirmed reply that the page showed, 0 for none."""

    person: int
    answer: Answer
    seen: int
