"""The form fields through which people type: every form uses these, so that nothing is read before it is cleaned."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from dialog_portal.base.typed_text import (
    EARLIEST_DAY,
    LATEST_DAY,
    clean_line,
    clean_paragraphs,
    one_line,
    plausible_day,
)


class LineField(forms.CharField):
    """One line of text, as `clean_line` returns it."""

    default_validators = [one_line]

    def to_python(self, value: Any) -> str:
        return clean_line(super().to_python(value) or "")


class ParagraphsField(forms.CharField):
    """Text of several lines, as `clean_paragraphs` returns it."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return clean_paragraphs(super().to_python(value) or "")


class WebAddressField(forms.URLField):
    """The address of a web page, without what the clipboard hid in it."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(clean_line(value) if isinstance(value, str) else value))


class DayInput(forms.DateInput):
    """A date field with the browser's date picker."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day between `earliest` and LATEST_DAY, picked in the browser or typed as 2019-01-31 or 20190131."""

    widget = DayInput
    input_formats = ("%Y-%m-%d", "%Y%m%d")
    default_error_messages = {"invalid": "Skriv ett datum som finns, med år, månad och dag: 2019-01-31."}

    def __init__(self, *, earliest: date = EARLIEST_DAY, **options: Any) -> None:
        self.earliest = earliest
        super().__init__(**options)

    def to_python(self, value: Any) -> date | None:
        return super().to_python(clean_line(value) if isinstance(value, str) else value)

    def run_validators(self, value: Any) -> None:
        super().run_validators(value)
        if value:
            plausible_day(value, self.earliest)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {
            **super().widget_attrs(widget),
            "min": self.earliest.isoformat(),
            "max": LATEST_DAY.isoformat(),
        }
