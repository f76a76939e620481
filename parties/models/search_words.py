"""How much of what is typed in a search of the register is read."""

from __future__ import annotations

MAX_SEARCH_WORDS = 6  # more words make a search slower but hardly any narrower


def search_words(text: str) -> list[str]:
    """Return the words of a search that are read: the first MAX_SEARCH_WORDS."""
    return text.split()[:MAX_SEARCH_WORDS]
