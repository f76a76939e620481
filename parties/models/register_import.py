"""Imports of contacts and parties: the uploaded rows, what was written, and how far each import has come."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from dialog_portal.base.states import Step
from dialog_portal.base.typed_columns import LineColumn


class ImportState(models.TextChoices):
    """How far an import has come; IMPORT_NEXT says which steps are allowed."""

    UPLOADED = "uploaded", "uppladdad"
    IMPORTED = "imported", "importerad"
    UNDONE = "undone", "ångrad"
    DISCARDED = "discarded", "kastad"


IMPORT_NEXT: dict[ImportState, frozenset[ImportState]] = {
    ImportState.UPLOADED: frozenset({ImportState.IMPORTED, ImportState.DISCARDED}),
    ImportState.IMPORTED: frozenset({ImportState.UNDONE}),
    ImportState.UNDONE: frozenset(),
    ImportState.DISCARDED: frozenset(),
}


class RegisterImport(models.Model):
    """A file with contacts and parties. Its rows are kept, encrypted, only until it is imported or discarded."""

    file_name = LineColumn("fil", max_length=200)
    sha256 = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    rows = models.BinaryField(null=True)
    columns: Any = models.JSONField(default=list)
    has_header = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.UPLOADED)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "import"
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="import_state_is_known"),
        )

    def __str__(self) -> str:
        return self.file_name


class RegisterImportStep(Step):
    """A step of an import."""

    register_import = models.ForeignKey(RegisterImport, models.CASCADE, related_name="steps")


class ImportedKind(models.TextChoices):
    """What an import writes."""

    PARTY = "party", "part"
    MEMBERSHIP = "membership", "tillhörighet"
    PERSON = "person", "person"
    MANDATE = "mandate", "uppdrag"


class ImportedRow(models.Model):
    """A row of the register that an import added or changed: what it was before, encrypted, and its version after."""

    register_import = models.ForeignKey(RegisterImport, models.CASCADE, related_name="written")
    kind = models.CharField(max_length=10, choices=ImportedKind)
    row = models.PositiveBigIntegerField()
    before = models.BinaryField(null=True)  # null: the import added the row
    mark = models.CharField(max_length=60)  # its version after the import

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=ImportedKind.values), name="imported_kind_is_known"),
        )
