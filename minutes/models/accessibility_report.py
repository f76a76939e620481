"""What readers report about accessibility: who answers, until when, and when it was answered."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from dialog_portal.base.typed_columns import LineColumn, ParagraphsColumn
from dialog_portal.base.typed_text import one_line
from dialog_portal.outbox.address_field import AddressColumn


class ReportKind(models.TextChoices):
    """What the reader wants."""

    BARRIER = "barrier", "Något går inte att använda"
    FORMAT = "format", "Jag behöver innehållet i en annan form"
    OTHER = "other", "Något annat om tillgänglighet"


class AccessibilityReportQuerySet(models.QuerySet["AccessibilityReport"]):
    def unanswered(self) -> Self:
        """Return the reports that nobody has answered."""
        return self.filter(answered_at__isnull=True)


class AccessibilityReport(models.Model):
    """A report from the public form. The letter to its owner is written in the same transaction."""

    kind = models.CharField("vad det gäller", max_length=10, choices=ReportKind)
    message = ParagraphsColumn("beskrivning", max_length=4000)
    page = LineColumn("sida", max_length=300, blank=True, validators=[one_line])
    name = LineColumn("namn", max_length=120, blank=True, validators=[one_line])
    email = AddressColumn("e-postadress", blank=True)
    received_at = models.DateTimeField("kom in")
    answer_by = models.DateField("svar senast")
    owner = models.ForeignKey(
        "access.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="ansvarig"
    )
    answered_at = models.DateTimeField("besvarad", null=True, blank=True)
    answered_by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    answer = ParagraphsColumn("vad vi svarade", blank=True, max_length=4000)

    objects = AccessibilityReportQuerySet.as_manager()

    class Meta:
        verbose_name = "synpunkt på tillgänglighet"
        verbose_name_plural = "synpunkter på tillgänglighet"
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=ReportKind.values), name="report_kind_is_known"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(answered_by__isnull=False),
                name="report_answered_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"Synpunkt {self.pk}"

    def is_late(self, today: date) -> bool:
        """Return whether the time to answer is over and nobody has answered."""
        return self.answered_at is None and self.answer_by < today
