"""Needs as totals: how many wrote the same thing, whatever its case and its blanks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from dialog_portal.base.swedish import swedish_sort_key


def need_totals(texts: Iterable[str]) -> list[tuple[str, int]]:
    """Each wish with how many have it, the most common first, written as it was first written."""
    written: dict[str, str] = {}
    number = Counter[str]()
    for text in texts:
        if tidy := " ".join(text.split()).rstrip("."):
            key = tidy.casefold()
            written.setdefault(key, tidy[0].upper() + tidy[1:])
            number[key] += 1
    return sorted(((written[key], many) for key, many in number.items()), key=by_number)


def by_number(total: tuple[str, int]) -> tuple[int, str]:
    return -total[1], swedish_sort_key(total[0])
