"""What a line of typed text may hold."""

import unicodedata

from django.core.exceptions import ValidationError

BREAKS = {"\u2028", "\u2029", "\u0085"}
TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def one_line(value: str) -> None:
    """Refuse line breaks and control characters, which would let a name write headers of its own in a letter."""
    if any(char in BREAKS or unicodedata.category(char) in {"Cc", "Cs"} for char in value):
        raise ValidationError("Texten får inte innehålla radbrytningar eller styrtecken.", code="one_line")
    if any(unicodedata.bidirectional(char) in TURNING for char in value):
        raise ValidationError(
            "Texten får inte innehålla osynliga tecken som vänder på texten.", code="one_line"
        )
