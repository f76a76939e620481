"""Rounds: one year of dialogues, with its purposes, focus areas, dates and who signs the letters."""

from __future__ import annotations

from django.db import models

from dialog_portal.base.stale_saves import Versioned
from dialog_portal.base.typed_columns import DayColumn, LineColumn, ParagraphsColumn
from dialog_portal.base.typed_text import one_line
from parties.models import YEAR_VALIDATORS, ends_after_it_begins


class RoundPurpose(models.Model):
    """A purpose of the dialogues, as it was worded during some years."""

    text = LineColumn("syfte", max_length=300, validators=[one_line])
    position = models.PositiveSmallIntegerField("ordning", default=0)
    from_year = models.PositiveSmallIntegerField("från år", validators=YEAR_VALIDATORS)
    to_year = models.PositiveSmallIntegerField(
        "till och med år", null=True, blank=True, validators=YEAR_VALIDATORS
    )

    class Meta:
        verbose_name = "syfte"
        verbose_name_plural = "syften"
        ordering = ("position", "pk")
        constraints = (ends_after_it_begins("from_year", "to_year", "purpose_ends_after_it_begins"),)

    def __str__(self) -> str:
        return self.text


class FocusArea(models.Model):
    """A focus area (insatsområde) of the culture strategy that was in force during some years."""

    code = LineColumn("kod", max_length=8, validators=[one_line])
    name = LineColumn("insatsområde", max_length=160, validators=[one_line])
    from_year = models.PositiveSmallIntegerField("från år", validators=YEAR_VALIDATORS)
    to_year = models.PositiveSmallIntegerField(
        "till och med år", null=True, blank=True, validators=YEAR_VALIDATORS
    )

    class Meta:
        verbose_name = "insatsområde"
        verbose_name_plural = "insatsområden"
        ordering = ("code", "from_year")
        constraints = (
            ends_after_it_begins("from_year", "to_year", "focus_area_ends_after_it_begins"),
            models.UniqueConstraint(fields=("code", "from_year"), name="focus_area_once"),
        )

    def __str__(self) -> str:
        return self.name


class Round(Versioned):
    """A round (dialogomgång): the dialogues of one year."""

    year = models.PositiveSmallIntegerField(
        "år",
        unique=True,
        validators=YEAR_VALIDATORS,
        error_messages={"unique": "Det finns redan en omgång för det året."},
    )
    # No page shows it any more: an upgrade copied it into the round's public text. It goes with a later version.
    intro = ParagraphsColumn(
        "inledning", blank=True, max_length=4000, help_text="Visas överst på årets sida på webbplatsen."
    )
    diary_number = LineColumn(
        "diarienummer",
        max_length=40,
        blank=True,
        validators=[one_line],
        help_text="Till exempel KN 2019/123.",
    )
    outside_reference = LineColumn(
        "yttre beteckning",
        max_length=40,
        blank=True,
        validators=[one_line],
        help_text="Till exempel AKTNR 2692-11572.",
    )
    conference_on = DayColumn("konferensdag", null=True, blank=True)
    conference_place = LineColumn("konferensens plats", max_length=160, blank=True, validators=[one_line])
    purposes = models.ManyToManyField(RoundPurpose, verbose_name="syften", blank=True, related_name="rounds")
    focus_areas = models.ManyToManyField(
        FocusArea, verbose_name="insatsområden", blank=True, related_name="rounds"
    )
    signer = LineColumn("breven undertecknas av", max_length=120, validators=[one_line])
    signer_title = LineColumn("undertecknarens titel", max_length=120, validators=[one_line])
    reminds = models.BooleanField(
        "skicka påminnelser automatiskt",
        default=True,
        db_default=True,
        help_text="Till dem som inte har svarat, och före mötet till dem som kommer.",
    )

    class Meta:
        verbose_name = "dialogomgång"
        verbose_name_plural = "dialogomgångar"
        ordering = ("-year",)

    def __str__(self) -> str:
        return f"Dialogmöten {self.year}"
