"""What a line of typed text may hold."""

import re
import unicodedata

from django.core.exceptions import ValidationError

BREAKS = {"\u2028", "\u2029", "\u0085"}
TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
LINK_SIGNS = re.compile(r"[:/\\@<>{}\[\]|=?#%]")  # what addresses and tags are built of
DOT = re.compile(r"[.\u3002\u00b7]+(?=\w)")


def one_line(value: str) -> None:
    """Refuse line breaks and control characters, which would let a name write headers of its own in a letter."""
    if any(char in BREAKS or unicodedata.category(char) in {"Cc", "Cs"} for char in value):
        raise ValidationError("Texten får inte innehålla radbrytningar eller styrtecken.", code="one_line")
    if any(unicodedata.bidirectional(char) in TURNING for char in value):
        raise ValidationError(
            "Texten får inte innehålla osynliga tecken som vänder på texten.", code="one_line"
        )


def unlinkable(name: str, most: int = 80) -> str:
    """A name that a stranger typed, safe in a letter that we sign: on one line, cut, with nothing that becomes a link.

    Mail programs make links of bare domains too, so a full stop is always followed by a blank.
    """
    whole = unicodedata.normalize("NFKC", name)
    seen = "".join(char if unicodedata.category(char)[0] != "C" else " " * char.isspace() for char in whole)
    words = " ".join(DOT.sub(". ", LINK_SIGNS.sub(" ", seen)).split())
    return (words if len(words) <= most else words[: most - 1].rstrip() + "…") or "N. N."
