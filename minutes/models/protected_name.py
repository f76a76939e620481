"""Published editions that name somebody who has become protected since."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from dialog_portal.base.typed_columns import LineColumn
from minutes.models.edition import Edition
from parties.models import Person


class ProtectedName(models.Model):
    """An edition names a protected person. It is a task until somebody has written what was done about it."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="protected_names")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    found_at = models.DateTimeField(default=timezone.now)
    dealt_with_at = models.DateTimeField(null=True, blank=True)
    dealt_with_by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    how = LineColumn("vad som gjordes", max_length=300, blank=True)

    class Meta:
        verbose_name = "skyddat namn i en utgåva"
        verbose_name_plural = "skyddade namn i utgåvor"
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("edition", "person"), name="protected_name_once"),)

    def __str__(self) -> str:
        return f"{self.edition} namnger {self.person}"
