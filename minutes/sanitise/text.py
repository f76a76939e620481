"""Words as they shall be stored: one way to write each character, and none that hides."""

import re
import unicodedata
from html import escape

WORD_SYMBOLS = {0xF0B7: "•", 0xF0A7: "▪", 0xF0D8: "›", 0xF0FC: "✓"}  # signs of fonts that only Word has
CONTROLS = [*range(0x09), 0x0B, *range(0x0E, 0x20), *range(0x7F, 0xA0)]
HIDDEN_CHARACTERS = [0x200B, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xFFF9, 0xFFFC)]
_repair = str.maketrans({**dict.fromkeys(CONTROLS + HIDDEN_CHARACTERS), **WORD_SYMBOLS})
_edges = re.compile(r"^(?:\s|<br>)+|(?:\s|<br>)+$")


def normalise(text: str) -> str:
    """Composed characters, single spaces, nothing invisible that turns or hides words."""
    return re.sub(r"[ \t\r\n\f]+", " ", unicodedata.normalize("NFC", text.translate(_repair)))


def to_markup(text: str) -> str:
    """The text as HTML."""
    return escape(normalise(text), quote=False)


def trim_line(html: str) -> str:
    """A line of inline HTML without double spaces, and without spaces and line breaks at its ends."""
    return _edges.sub("", re.sub(" {2,}", " ", html))


def is_blank(html: str) -> bool:
    """True when nothing is left to read."""
    return not re.sub(r"<[^>]*>|\s", "", html)
