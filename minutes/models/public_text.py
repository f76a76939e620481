"""Texts of the public site that staff edit: each save is a revision, and an approver publishes one of them."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from dialog_portal.base.stale_saves import Versioned
from meetings.models import Round


class TextKind(models.TextChoices):
    """Which page a text stands on. A year's text belongs to its round, the others to the whole site."""

    START = "start", "startsidan"
    YEAR = "year", "årets text"
    ACCESSIBILITY = "accessibility", "tillgänglighetsredogörelse"
    PERSONAL_DATA = "personal_data", "personuppgifter"


# The words in the addresses of the staff's pages; a year's text is found by its year
WORDS = {
    TextKind.START: "startsidan",
    TextKind.ACCESSIBILITY: "tillganglighet",
    TextKind.PERSONAL_DATA: "personuppgifter",
}


class PublicText(Versioned):
    """A text of the public site. `version` is the number of its newest revision, 0 as long as nobody has saved it."""

    version = models.PositiveIntegerField(default=0, editable=False)
    kind = models.CharField("sida", max_length=20, choices=TextKind)
    round = models.OneToOneField(
        Round, models.CASCADE, null=True, blank=True, related_name="public_text", verbose_name="omgång"
    )

    class Meta:
        verbose_name = "webbplatsens text"
        verbose_name_plural = "webbplatsens texter"
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(kind=TextKind.YEAR, round__isnull=False)
                | (~Q(kind=TextKind.YEAR) & Q(round__isnull=True)),
                name="public_text_of_a_year_has_a_round",
            ),
            models.UniqueConstraint(
                fields=("kind",), condition=Q(round__isnull=True), name="public_text_once_per_site"
            ),
            models.CheckConstraint(condition=Q(kind__in=TextKind.values), name="public_text_kind_is_known"),
        )

    def __str__(self) -> str:
        return f"Årets text {self.round.year}" if self.round else self.get_kind_display().capitalize()

    @property
    def word(self) -> str:
        """The word in the addresses of its staff pages: a year, or what the page is about."""
        return str(self.round.year) if self.round else WORDS[TextKind(self.kind)]

    @property
    def address(self) -> str:
        """The public address of the page that it stands on."""
        if self.round:
            return reverse("public:year", args=[self.round.year])
        return reverse(f"public:{self.kind}")


class TextRevisionQuerySet(models.QuerySet["TextRevision"]):
    def published(self) -> Self:
        """Return the revisions that have been public; the one with the highest number is public now."""
        return self.filter(published_at__isnull=False)


class TextRevision(models.Model):
    """What somebody saved. It is never changed; publishing only adds when and by whom."""

    text = models.ForeignKey(PublicText, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    content = models.JSONField(help_text="what was typed in each field of the form")
    by = models.ForeignKey(
        "access.User", models.PROTECT, null=True, related_name="+", help_text="null: taken over by an upgrade"
    )
    at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")

    objects = TextRevisionQuerySet.as_manager()

    class Meta:
        verbose_name = "version"
        verbose_name_plural = "versioner"
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("text", "number"), name="text_revision_number_once"),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True) | Q(by__isnull=True) | ~Q(published_by=F("by")),
                name="text_revision_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True) | Q(published_at__isnull=False),
                name="text_revision_published_has_a_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.text}, version {self.number}"
