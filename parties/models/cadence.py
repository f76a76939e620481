"""In which years a category meets."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from parties.models.category import Category
from parties.models.years import YEAR_VALIDATORS, ends_after_it_begins, format_years

CADENCE_WORDS = ("varje år", "vartannat år", "vart tredje år", "vart fjärde år", "vart femte år")


class Cadence(models.Model):
    """How often a category meets during some years, for example every year until 2022, every second from 2023."""

    category = models.ForeignKey(Category, models.CASCADE, related_name="cadences")
    every = models.PositiveSmallIntegerField(
        "vart … år", default=1, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    from_year = models.PositiveSmallIntegerField("från år", validators=YEAR_VALIDATORS)
    to_year = models.PositiveSmallIntegerField(
        "till och med år", null=True, blank=True, validators=YEAR_VALIDATORS
    )

    class Meta:
        verbose_name = "frekvens"
        ordering = ("from_year",)
        constraints = (ends_after_it_begins("from_year", "to_year", "cadence_ends_after_it_begins"),)

    def __str__(self) -> str:
        often = (
            CADENCE_WORDS[self.every - 1] if self.every <= len(CADENCE_WORDS) else f"vart {self.every}:e år"
        )
        return f"{often} {self.years}"

    @property
    def years(self) -> str:
        return format_years(self.from_year, self.to_year)

    def is_due(self, year: int) -> bool:
        """Return whether the category meets in a year: every `every` years, counted from `from_year`."""
        covered = self.from_year <= year and (self.to_year is None or year <= self.to_year)
        return covered and (year - self.from_year) % self.every == 0
