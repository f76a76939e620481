"""What a personal link may be for. It opens nothing else, whatever its address is changed to."""

from django.db import models


class LinkPurpose(models.TextChoices):
    """The value is part of what each token proves, so it never changes."""

    REPLY = "svar", "svara på en inbjudan"
    ACCOUNT = "konto", "ta emot ett konto"
