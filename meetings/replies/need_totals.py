"""Food and access needs as totals: how many people wrote the same text, ignoring case and blanks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from dialog_portal.base.swedish import swedish_sort_key


def need_totals(texts: Iterable[str]) -> list[tuple[str, int]]:
    """Return each need with the number of people who have it, the most common first, in its first spelling."""
    written: dict[str, str] = {}
    number = Counter[str]()
    for text in texts:
        if tidy := " ".join(text.split()).rstrip("."):
            key = tidy.casefold()
            written.setdefault(key, tidy[0].upper() + tidy[1:])
            number[key] += 1
    return sorted(((written[key], many) for key, many in number.items()), key=by_number)


def by_number(total: tuple[str, int]) -> tuple[int, str]:
    """Return the key for sorting: the highest number first, then by text in Swedish order."""
    return -total[1], swedish_sort_key(total[0])
