"""Personal links for people without an account. The rows alone open nothing: tokens also need settings.LINK_KEYS."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import models

ID_BYTES = 10  # of a link's public id


def public_id() -> str:
    """Return 80 random bits (ID_BYTES bytes) as 20 hexadecimal digits."""
    return secrets.token_hex(ID_BYTES)


class Link(models.Model):
    """One person's permission for one purpose until `expires_at`; a higher version makes earlier tokens invalid."""

    public_id = models.CharField(max_length=2 * ID_BYTES, unique=True, default=public_id, editable=False)
    purpose = models.CharField(max_length=20)
    version = models.PositiveIntegerField(default=1)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"

    def is_valid_at(self, now: datetime) -> bool:
        """Return whether the link is neither revoked nor expired at a time; at `expires_at` itself it is expired."""
        return self.revoked_at is None and now < self.expires_at
