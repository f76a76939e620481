"""Which names a party had before, and until which day each was used."""

from __future__ import annotations

from django.db import models

from dialog_portal.base.typed_columns import DayColumn, LineColumn
from dialog_portal.base.typed_text import one_line


class FormerName(models.Model):
    """A name that a party had until a day, on which it already had the next one."""

    party = models.ForeignKey("Party", models.CASCADE, related_name="former_names")
    name = LineColumn("tidigare namn", max_length=160, validators=[one_line])
    until = DayColumn("användes till")

    class Meta:
        ordering = ("until",)
        constraints = (models.UniqueConstraint(fields=("party", "until"), name="former_name_once_per_day"),)

    def __str__(self) -> str:
        return f"{self.name} (till {self.until})"
