"""Normalise text before it is stored: one way to write each character, and no invisible characters."""

import re
import unicodedata
from html import escape

# Private characters that only the fonts of Microsoft Word have, and the characters that look like them
WORD_SYMBOLS = {0xF0B7: "•", 0xF0A7: "▪", 0xF0D8: "›", 0xF0FC: "✓"}
CONTROL_CODES = [*range(0x09), 0x0B, *range(0x0E, 0x20), *range(0x7F, 0xA0)]
HIDDEN_CHARACTERS = [0x200B, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xFFF9, 0xFFFC)]
_replacements = str.maketrans({**dict.fromkeys(CONTROL_CODES + HIDDEN_CHARACTERS), **WORD_SYMBOLS})
_outer_space = re.compile(r"^(?:\s|<br>)+|(?:\s|<br>)+$")


def normalise(text: str) -> str:
    """Return the text in Unicode form NFC, with single spaces and without control and invisible characters.

    The invisible ones can hide words or turn their direction.
    """
    return re.sub(r"[ \t\r\n\f]+", " ", unicodedata.normalize("NFC", text.translate(_replacements)))


def to_markup(text: str) -> str:
    """Return the text, normalised and escaped for HTML."""
    return escape(normalise(text), quote=False)


def trim_line(html: str) -> str:
    """Return inline HTML with single spaces, and without spaces and br at its start and end."""
    return _outer_space.sub("", re.sub(" {2,}", " ", html))


def is_blank(html: str) -> bool:
    """Return whether the HTML has no text."""
    return not re.sub(r"<[^>]*>|\s", "", html)
