"""Personal links for people without an account. What is stored here opens nothing: the key lies elsewhere."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import models


def public_id() -> str:
    """80 random bits as hexadecimal text."""
    return secrets.token_hex(10)


class Link(models.Model):
    """The right of one person to one purpose until a time; raising the version makes older tokens worthless."""

    public_id = models.CharField(max_length=20, unique=True, default=public_id, editable=False)
    purpose = models.CharField(max_length=20)
    version = models.PositiveIntegerField(default=1)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"

    def works(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at
