"""The queue of public pages to write to files (baking)."""

from __future__ import annotations

from django.db import models


class Bake(models.Model):
    """Public addresses whose files must be written after the commit of an edition.

    The row is stored in that transaction, so that a task can finish the work after a crash.
    """

    reason = models.CharField(max_length=80)
    addresses = models.JSONField(help_text="in the order they are written: the front page last")
    created = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)
    trouble = models.TextField(blank=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.reason
