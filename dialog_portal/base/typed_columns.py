"""The columns that hold what people typed. Their text is cleaned as in the forms, also when a program writes the row.

In migrations, and for the type checker, they are Django's own columns: nothing differs in the database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from dialog_portal.base.typed_fields import DayField, LineField, ParagraphsField
from dialog_portal.base.typed_text import clean_line, clean_paragraphs, plausible_day


class TypedColumn:
    """A column whose form field is one of typed_fields.py, and which migrations know by the name of Django's own."""

    formfield_class: Any
    known_as: str

    def formfield(self, **options: Any) -> Any:
        return super().formfield(**{"form_class": self.formfield_class, **options})  # type: ignore[misc]

    def deconstruct(self) -> Any:
        name, _, args, options = super().deconstruct()  # type: ignore[misc]
        return name, f"django.db.models.{self.known_as}", args, options


class Cleaned(TypedColumn):
    """A column of text, which is cleaned when a row is validated or saved, and when it is looked for."""

    cleaned: Any  # the function that cleans

    def to_python(self, value: Any) -> Any:
        return self.clean_if_text(super().to_python(value))  # type: ignore[misc]

    def get_prep_value(self, value: Any) -> Any:
        return self.clean_if_text(super().get_prep_value(value))  # type: ignore[misc]

    def pre_save(self, instance: models.Model, add: bool) -> Any:
        """Return the cleaned text, which the instance has from now on too."""
        value = self.clean_if_text(super().pre_save(instance, add))  # type: ignore[misc]
        setattr(instance, self.attname, value)  # type: ignore[attr-defined]
        return value

    def clean_if_text(self, value: Any) -> Any:
        return self.cleaned(value) if isinstance(value, str) else value


if TYPE_CHECKING:
    LineColumn = models.CharField
    ParagraphsColumn = models.TextField
    DayColumn = models.DateField
else:

    class LineColumn(Cleaned, models.CharField):
        """One line of typed text."""

        formfield_class, known_as = LineField, "CharField"
        cleaned = staticmethod(clean_line)

    class ParagraphsColumn(Cleaned, models.TextField):
        """Typed text of several lines."""

        formfield_class, known_as = ParagraphsField, "TextField"
        cleaned = staticmethod(clean_paragraphs)

    class DayColumn(TypedColumn, models.DateField):
        """A typed day with a plausible year."""

        formfield_class, known_as = DayField, "DateField"
        default_validators = [plausible_day]
