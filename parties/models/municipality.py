"""Which parties are municipalities, with their official codes."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models

from dialog_portal.base.typed_columns import LineColumn
from parties.models.party import Party


class Municipality(models.Model):
    """What only a municipality has: its official code, four digits as text because it begins with a zero."""

    party = models.OneToOneField(Party, models.CASCADE, related_name="municipality")
    code = LineColumn(
        "kommunkod",
        max_length=4,
        unique=True,
        validators=[RegexValidator(r"^\d{4}$", "Koden är fyra siffror, som 0192.")],
    )
    in_county = models.BooleanField("i Stockholms län", default=True)

    class Meta:
        verbose_name = "kommun"
        ordering = ("code",)

    def __str__(self) -> str:
        return f"{self.code} {self.party}"


NO_MUNICIPALITY = {"code": "", "in_county": True}  # the form's values for a party that is no municipality
