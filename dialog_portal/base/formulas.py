"""Texts that a spreadsheet would run as a formula, and how they are made inert."""

from __future__ import annotations

from django.core.exceptions import ValidationError

# The last four are the full-width forms of the first; some programs read them alike
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")
TEXT_SIGN = "'"  # before a text, it tells a spreadsheet that no formula follows


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet may run the text because of its first character."""
    return text.startswith(FORMULA_SIGNS)


def inert(text: str) -> str:
    """Return the text so that a spreadsheet shows it and never runs it."""
    return TEXT_SIGN + text if is_formula(text) else text


def without_text_sign(text: str) -> str:
    """Return the text that `inert` was given."""
    return text[1:] if text.startswith(TEXT_SIGN) and is_formula(text[1:]) else text


def must_not_be_formula(value: str) -> None:
    """Raise ValidationError if a spreadsheet would run the text as a formula because of its first character."""
    if is_formula(value):
        raise ValidationError(
            "Texten får inte börja med =, +, - eller @. Kalkylprogram läser det som en formel.",
            code="formula",
        )
