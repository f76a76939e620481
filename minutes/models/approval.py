"""The approval of the notes: who approved exactly which content, and when (four eyes)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from minutes.models.minutes import Minutes


class Approval(models.Model):
    """The approval of the notes by a person who is not among their authors. The hash says which content was approved.

    `author` is the last author, and the constraint refuses an approval by that person. All the others are refused by
    `approve` in minutes/approval/actions.py, which finds every author with minutes/approval/authors.py.

    The row is not changed when the notes are edited later: the approval is then no longer valid, because its hash
    differs from that of the content. Opening the notes for changes sets `voided_at`.
    """

    minutes = models.ForeignKey(Minutes, models.CASCADE, related_name="approvals")
    content_hash = models.CharField(max_length=64)
    author = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(condition=~Q(by=F("author")), name="approval_by_another_than_the_author"),
            models.UniqueConstraint(
                fields=("minutes",), condition=Q(voided_at__isnull=True), name="approval_one_at_a_time"
            ),
        )
