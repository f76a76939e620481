"""From which year until which a row is valid, and which years can be typed."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

EARLIEST_YEAR, LATEST_YEAR = 2000, 2100  # the years that can be typed
YEAR_VALIDATORS = (MinValueValidator(EARLIEST_YEAR), MaxValueValidator(LATEST_YEAR))
FIRST_YEAR = 2018  # the register begins with this year


def in_year(year: int, prefix: str = "") -> Q:
    """Return a filter for rows that are valid in a year; without `to_year` they are valid from `from_year` on.

    `prefix` leads to the rows over a relation, as in "memberships__".
    """
    return Q(**{f"{prefix}from_year__lte": year}) & (
        Q(**{f"{prefix}to_year__isnull": True}) | Q(**{f"{prefix}to_year__gte": year})
    )


def format_years(from_year: int, to_year: int | None) -> str:
    """Return validity years in Swedish: "från 2023", "2018–2022" or "2019"."""
    if to_year is None:
        return f"från {from_year}"
    return f"{from_year}–{to_year}" if to_year > from_year else str(from_year)


def ends_after_it_begins(begin: str, end: str, name: str) -> models.CheckConstraint:
    """Return a check constraint: the end is null or not before the beginning."""
    return models.CheckConstraint(
        condition=Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gte": F(begin)}), name=name
    )
