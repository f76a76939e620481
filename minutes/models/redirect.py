"""Old addresses of pages that have moved to this site, and the stamps of the pages that stood there."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower

from dialog_portal.base.stale_saves import Versioned
from dialog_portal.base.typed_columns import LineColumn
from dialog_portal.base.typed_text import one_line

MAX_PATH_LENGTH = 200  # characters


class Redirect(Versioned):
    """An old address that leads to a page of this site for good (HTTP status 301)."""

    old_path = LineColumn(
        "gammal adress",
        max_length=MAX_PATH_LENGTH,
        help_text="Det som står efter webbplatsens namn, till exempel /dialogmoten-2019.",
    )
    target = LineColumn(
        "leder till",
        max_length=MAX_PATH_LENGTH,
        help_text="En sida på den här webbplatsen, till exempel /moten/2019/.",
    )
    page_stamp = LineColumn(
        "den gamla sidans aktnummer",
        max_length=40,
        blank=True,
        validators=[one_line],
        help_text="Stämpeln som stod på webbsidan, till exempel AKTNR 2692-11572.",
    )

    class Meta:
        verbose_name = "gammal adress"
        verbose_name_plural = "gamla adresser"
        ordering = ("old_path",)
        constraints = (models.UniqueConstraint(Lower("old_path"), name="redirect_once_per_address"),)

    def __str__(self) -> str:
        return self.old_path
