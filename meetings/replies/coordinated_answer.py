"""What a coordinator wants to answer for one person."""

from __future__ import annotations

from dataclasses import dataclass

from meetings.models import Answer


@dataclass(frozen=True)
class CoordinatedAnswer:
    """An answer for one person; `seen` is the newest confirmed reply that the page showed, nought for none."""

    person: int
    answer: Answer
    seen: int
