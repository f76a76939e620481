"""The purposes of personal links. A link works for its own purpose only, even if its address is changed by hand."""

from django.db import models


class LinkPurpose(models.TextChoices):
    """What a personal link is for. The values are signed in every token, so they must never change."""

    REPLY = "svar", "svara på en inbjudan"
    ACCOUNT = "konto", "ta emot ett konto"
