"""Kinds of parties: in which years each exists, and how many seats its parties have at a meeting."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from dialog_portal.base.stale_saves import Versioned
from dialog_portal.base.typed_columns import LineColumn
from dialog_portal.base.typed_text import one_line
from parties.models.years import FIRST_YEAR, YEAR_VALIDATORS, ends_after_it_begins, format_years

MAX_SEATS = 50  # of one party at one meeting; each party has at least one


class Category(Versioned):
    """A kind of party, such as municipalities or regional centrumbildningar, with the years in which it exists."""

    name = LineColumn("namn", max_length=120, unique=True, validators=[one_line])
    slug = models.SlugField("adressord", max_length=60, unique=True)
    position = models.PositiveSmallIntegerField("ordning", default=0)
    agenda_body = LineColumn(
        "avstämning med",
        max_length=80,
        blank=True,
        validators=[one_line],
        help_text="Till exempel FSKF för kommunerna.",
    )
    seats = models.PositiveSmallIntegerField(
        "platser per part", default=3, validators=[MinValueValidator(1), MaxValueValidator(MAX_SEATS)]
    )
    from_year = models.PositiveSmallIntegerField("från år", default=FIRST_YEAR, validators=YEAR_VALIDATORS)
    to_year = models.PositiveSmallIntegerField(
        "till och med år", null=True, blank=True, validators=YEAR_VALIDATORS
    )

    class Meta:
        verbose_name = "kategori"
        ordering = ("position", "name")
        constraints = (
            ends_after_it_begins("from_year", "to_year", "category_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(seats__gte=1, seats__lte=MAX_SEATS), name="category_seats_are_sane"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def years(self) -> str:
        return format_years(self.from_year, self.to_year)
