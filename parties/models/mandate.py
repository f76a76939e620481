"""Whose mandate holds on a day, and which of the holders receive invitations."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from dialog_portal.base.stale_saves import Versioned
from dialog_portal.base.typed_columns import DayColumn, LineColumn
from dialog_portal.base.typed_text import one_line
from parties.models.years import ends_after_it_begins


def on_day(day: date) -> Q:
    """Return a filter for mandates that hold on a day; without `to_date` they hold from `from_date` on."""
    return Q(from_date__lte=day) & (Q(to_date=None) | Q(to_date__gte=day))


class MandateQuerySet(models.QuerySet["Mandate"]):
    def current(self, day: date | None = None) -> Self:
        """Return the mandates that hold on a day, today by default."""
        return self.filter(on_day(day or timezone.localdate()))

    def invited(self, day: date | None = None) -> Self:
        """Return the mandates that hold on a day, today by default, and whose holders receive invitations."""
        return self.current(day).filter(receives_invitations=True)

    def past(self) -> Self:
        """Return the mandates that ended before today, the latest first."""
        return self.filter(to_date__lt=timezone.localdate()).order_by("-to_date", "pk")

    def not_over(self) -> Self:
        """Return the mandates that have not ended, including those that begin later."""
        return self.exclude(to_date__lt=timezone.localdate())


class Mandate(Versioned):
    """A post that a person holds for a party, from one day until and including another."""

    person = models.ForeignKey("Person", models.PROTECT, related_name="mandates")
    party = models.ForeignKey("Party", models.PROTECT, related_name="mandates")
    title = LineColumn("uppdrag", max_length=120, validators=[one_line], help_text="Till exempel kulturchef.")
    acting = models.BooleanField("tillförordnad (tf)", default=False)
    receives_invitations = models.BooleanField("får inbjudningar", default=True)
    coordinator = models.BooleanField("svarar för hela parten", default=False)
    from_date = DayColumn("från", default=timezone.localdate)
    to_date = DayColumn("till och med", null=True, blank=True)

    objects = MandateQuerySet.as_manager()

    class Meta:
        verbose_name = "uppdrag"
        ordering = ("-from_date",)
        constraints = (ends_after_it_begins("from_date", "to_date", "mandate_ends_after_it_begins"),)

    def __str__(self) -> str:
        return f"{self.person}, {self.label}"

    @property
    def label(self) -> str:
        """Return the title, with "tf" before it for an acting holder."""
        return f"tf {self.title}" if self.acting else self.title

    def holds_on(self, day: date) -> bool:
        """Return whether the mandate holds on a day; `on_day` selects by the same rule."""
        return self.from_date <= day and (self.to_date is None or day <= self.to_date)

    @property
    def has_begun(self) -> bool:
        return self.from_date <= timezone.localdate()
