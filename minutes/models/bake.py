"""What the public files must still show, and which files there are."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models


class PublicChange(models.Model):
    """Something that public pages show has changed. A worker bakes the pages, then deletes the row.

    Triggers in the database store these rows in the transaction that changes the other table, whoever writes there: see
    publishing/watched_tables.py. Rows are only added and deleted, so nobody waits for another and none is lost.
    """

    subject = models.CharField(max_length=20, help_text="a key of PAGES or SHOWN_ON in pages_to_bake.py")
    key = models.BigIntegerField(help_text="the primary key of that subject; 0 when there is only one")

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.subject} {self.key}"


class BakedPageQuerySet(models.QuerySet["BakedPage"]):
    def outdated_by_clock(self, now: datetime) -> Self:
        """Return the pages that show something else now than when they were baked, because time has passed."""
        return self.filter(changes_at__lt=now).order_by("changes_at")

    def failed(self) -> Self:
        """Return the pages that could not be rendered, those that were tried longest ago first."""
        return self.filter(failed_at__isnull=False).order_by("failed_at")


class BakedPage(models.Model):
    """A public address whose file has been written, or should have been."""

    address = models.CharField(max_length=300, unique=True)
    subject = models.CharField(max_length=20)
    key = models.BigIntegerField()
    changes_at = models.DateTimeField(
        null=True, db_index=True, help_text="from when the clock makes it different; none: never"
    )
    failed_at = models.DateTimeField(null=True, db_index=True, help_text="when it could not be rendered")
    trouble = models.TextField(blank=True)

    objects = BakedPageQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        indexes = (models.Index(fields=("subject", "key"), name="baked_page_by_subject"),)

    def __str__(self) -> str:
        return self.address
