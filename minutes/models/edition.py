"""The rendered files of approved notes, and the editions in which they are published."""

from __future__ import annotations

from django.db import models
from django.utils.safestring import SafeString, mark_safe

from dialog_portal.base.typed_columns import LineColumn
from minutes.models.approval import Approval
from minutes.models.minutes import Minutes


class Rendering(models.Model):
    """The approved notes as files. Letters and public pages use the same bytes of HTML, PDF and JSON."""

    approval = models.OneToOneField(Approval, models.PROTECT, related_name="rendering")
    number = models.PositiveSmallIntegerField(help_text="the edition it becomes when published")
    html = models.TextField()
    json = models.TextField()
    pdf = models.BinaryField()
    sha256 = models.CharField(max_length=64, help_text="of the PDF")
    at = models.DateTimeField(auto_now_add=True)


class Edition(models.Model):
    """A published edition (utgåva) of the notes. The row is never changed."""

    minutes = models.ForeignKey(Minutes, models.PROTECT, related_name="editions")
    rendering = models.OneToOneField(Rendering, models.PROTECT, related_name="edition")
    number = models.PositiveSmallIntegerField()
    reason = LineColumn("skäl", max_length=300, blank=True)
    published_at = models.DateTimeField()
    by = models.ForeignKey("access.User", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "utgåva"
        verbose_name_plural = "utgåvor"
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("minutes", "number"), name="edition_number_once"),)
        indexes = (models.Index(fields=("-published_at", "-id"), name="edition_newest_first"),)

    def __str__(self) -> str:
        return f"{self.minutes}, utgåva {self.number}"

    @property
    def frozen_html(self) -> SafeString:
        """Return the notes as published. They were sanitised when they were rendered and have not changed since."""
        return mark_safe(self.rendering.html)
