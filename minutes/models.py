"""Minutes of a meeting from the first draft to editions that never change."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.safestring import SafeString, mark_safe

from dialog_portal.base.states import Step
from meetings.models import AgendaItem, Meeting
from minutes.sanitise import clean


class MinutesState(models.TextChoices):
    DRAFT = "draft", "utkast"
    CIRCULATED = "circulated", "på delning"
    APPROVED = "approved", "fastställda"
    DISTRIBUTED = "distributed", "utskickade"
    PUBLISHED = "published", "publicerade"


NEXT: dict[MinutesState, frozenset[MinutesState]] = {
    MinutesState.DRAFT: frozenset({MinutesState.CIRCULATED}),
    MinutesState.CIRCULATED: frozenset({MinutesState.DRAFT, MinutesState.APPROVED}),
    MinutesState.APPROVED: frozenset({MinutesState.DRAFT, MinutesState.DISTRIBUTED}),
    MinutesState.DISTRIBUTED: frozenset({MinutesState.PUBLISHED}),
    MinutesState.PUBLISHED: frozenset({MinutesState.DRAFT}),
}


class Minutes(models.Model):
    """The minnesanteckningar of one meeting. Whatever is published meanwhile stays; see Edition."""

    meeting = models.OneToOneField(Meeting, models.PROTECT, related_name="minutes")
    state = models.CharField("läge", max_length=12, choices=MinutesState, default=MinutesState.DRAFT)
    correction = models.CharField("vad som rättas", max_length=300, blank=True)
    begun_at = models.DateTimeField(db_default=Now(), editable=False)  # the points were copied as headings

    class Meta:
        verbose_name = "minnesanteckningar"
        verbose_name_plural = "minnesanteckningar"
        constraints = (
            models.CheckConstraint(condition=Q(state__in=MinutesState.values), name="minutes_state_is_known"),
        )

    def __str__(self) -> str:
        return f"Anteckningarna från {self.meeting}"


class MinutesStep(Step):
    minutes = models.ForeignKey(Minutes, models.CASCADE, related_name="steps")

    @property
    def label(self) -> str:
        """What happened, as a person says it."""
        if self.after == MinutesState.DRAFT:
            return (
                "Öppnades för rättelse" if self.before == MinutesState.PUBLISHED else "Öppnades för ändring"
            )
        return {
            MinutesState.CIRCULATED: "Delades",
            MinutesState.APPROVED: "Fastställdes",
            MinutesState.DISTRIBUTED: "Skickades ut",
            MinutesState.PUBLISHED: "Publicerades",
        }[MinutesState(self.after)]


class HasHtml(models.Model):
    """Text that somebody typed; cleaned again whenever it is shown, since the allow list may have become stricter."""

    html = models.TextField("anteckningar", blank=True)

    class Meta:
        abstract = True

    @property
    def clean_html(self) -> SafeString:
        return mark_safe(clean(self.html))  # clean() is what makes it safe


class Section(HasHtml):
    """The avsnitt of one agenda item. `version` rises with each save, so a stale save is seen."""

    minutes = models.ForeignKey(Minutes, models.CASCADE, related_name="sections")
    item = models.ForeignKey(AgendaItem, models.SET_NULL, null=True, blank=True, related_name="sections")
    position = models.PositiveSmallIntegerField(default=0)
    heading = models.CharField("rubrik", max_length=200)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "avsnitt"
        verbose_name_plural = "avsnitt"
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.heading


class SectionRevision(HasHtml):
    """Every text a section has had, and who wrote it. The last author of the minutes is read from here."""

    section = models.ForeignKey(Section, models.CASCADE, related_name="revisions")
    heading = models.CharField(max_length=200)
    version = models.PositiveIntegerField()
    by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("section", "version"), name="revision_once_per_version"),
        )


class Approval(models.Model):
    """Somebody else than the last author stands for exactly these words: the hash says which.

    A later edit does not change the row; it voids it, because the hash no longer fits.
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


class Rendering(models.Model):
    """The approved words as they left the house: the same HTML, PDF and JSON in the letters and on the web."""

    approval = models.OneToOneField(Approval, models.PROTECT, related_name="rendering")
    number = models.PositiveSmallIntegerField(help_text="the edition it becomes when published")
    html = models.TextField()
    json = models.TextField()
    pdf = models.BinaryField()
    sha256 = models.CharField(max_length=64, help_text="of the PDF")
    at = models.DateTimeField(auto_now_add=True)


class Edition(models.Model):
    """A published utgåva. It never changes."""

    minutes = models.ForeignKey(Minutes, models.PROTECT, related_name="editions")
    rendering = models.OneToOneField(Rendering, models.PROTECT, related_name="edition")
    number = models.PositiveSmallIntegerField()
    reason = models.CharField("skäl", max_length=300, blank=True)
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
        """The notes as they were published; sanitised when they were frozen, and never altered since."""
        return mark_safe(self.rendering.html)


class Bake(models.Model):
    """Public addresses whose files must be written after a commit; a crash in the middle is finished from here."""

    reason = models.CharField(max_length=80)
    addresses = models.JSONField(help_text="in the order they are written: the front page last")
    created = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)
    trouble = models.TextField(blank=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.reason
