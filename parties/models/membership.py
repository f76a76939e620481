"""To which categories a party belongs in a year."""

from __future__ import annotations

from typing import Self

from django.db import models

from dialog_portal.base.stale_saves import Versioned
from parties.models.category import Category
from parties.models.years import YEAR_VALIDATORS, ends_after_it_begins, format_years, in_year


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_year(self, year: int) -> Self:
        """Return the memberships that are valid in a year."""
        return self.filter(in_year(year))


class Membership(Versioned):
    """A party belongs to a category during some years. `umbrella`: it speaks for the other members."""

    # Tables are migrated before the programs are replaced, and old programs insert rows without a version
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    party = models.ForeignKey("Party", models.CASCADE, related_name="memberships")
    category = models.ForeignKey(Category, models.PROTECT, related_name="memberships")
    umbrella = models.BooleanField("paraplyorganisation", default=False)
    from_year = models.PositiveSmallIntegerField("från år", validators=YEAR_VALIDATORS)
    to_year = models.PositiveSmallIntegerField(
        "till och med år", null=True, blank=True, validators=YEAR_VALIDATORS
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "tillhörighet"
        ordering = ("category__position", "from_year")
        constraints = (
            ends_after_it_begins("from_year", "to_year", "membership_ends_after_it_begins"),
            models.UniqueConstraint(fields=("party", "category", "from_year"), name="membership_once"),
        )

    def __str__(self) -> str:
        return f"{self.party} i {self.category}"

    @property
    def years(self) -> str:
        return format_years(self.from_year, self.to_year)
