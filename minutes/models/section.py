"""The sections of the notes, and every text that a section has had."""

from __future__ import annotations

from django.db import models
from django.utils.safestring import SafeString, mark_safe

from dialog_portal.base.typed_columns import LineColumn
from meetings.models import AgendaItem
from minutes.models.minutes import Minutes
from minutes.sanitise import clean


class HasHtml(models.Model):
    """A row with HTML that a person typed. It is sanitised again each time it is shown, because the rules may have
    become stricter since it was stored.
    """

    html = models.TextField("anteckningar", blank=True)

    class Meta:
        abstract = True

    @property
    def clean_html(self) -> SafeString:
        """Return the HTML, sanitised and therefore safe to show in a template."""
        return mark_safe(clean(self.html))


class Section(HasHtml):
    """One section (avsnitt) of the notes, usually about one agenda item.

    `version` is raised by one at each save, so that a save based on an older text is detected.
    """

    minutes = models.ForeignKey(Minutes, models.CASCADE, related_name="sections")
    item = models.ForeignKey(AgendaItem, models.SET_NULL, null=True, blank=True, related_name="sections")
    position = models.PositiveSmallIntegerField(default=0)
    heading = LineColumn("rubrik", max_length=200)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "avsnitt"
        verbose_name_plural = "avsnitt"
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.heading


class SectionRevision(HasHtml):
    """One text that a section has had, and who wrote it. The authors of the notes are found here."""

    section = models.ForeignKey(Section, models.CASCADE, related_name="revisions")
    heading = LineColumn(max_length=200)
    version = models.PositiveIntegerField()
    by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("section", "version"), name="revision_once_per_version"),
        )
