"""What the forms of the register have in common: errors in plain Swedish, and no text cut off in silence."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from dialog_portal.base.typed_text import unquoted_address
from dialog_portal.base.versioned_form import VersionedForm

MESSAGES = {
    "required": "Det här behöver fyllas i.",
    "max_length": "Texten får ha högst %(limit_value)d tecken. Din har %(show_value)d. Korta den.",
    "min_value": "Talet får inte vara mindre än %(limit_value)s.",
    "max_value": "Talet får inte vara större än %(limit_value)s.",
    "null_characters_not_allowed": "Texten får inte innehålla styrtecken.",
}
INVALID: tuple[tuple[type[forms.Field], str], ...] = (
    (forms.EmailField, "Skriv en fullständig e-postadress, som namn@example.org."),
    (forms.DateField, "Skriv ett datum som finns, med år, månad och dag: 2019-01-31."),
    (forms.IntegerField, "Skriv ett heltal med siffror."),
)
REVERSED = "Slutet kan inte komma före början."


def no_formula(value: str) -> None:
    """Refuse a first character that makes a spreadsheet run the text as a formula."""
    if value.startswith(("=", "+", "-", "@")):
        raise ValidationError(
            "Texten får inte börja med =, +, - eller @. Kalkylprogram läser det som en formel.",
            code="formula",
        )


def in_plain_swedish(fields: dict[str, forms.Field]) -> None:
    """Give fields our own words for what is wrong, and let a text that is too long arrive whole."""
    for field in fields.values():
        field.error_messages |= MESSAGES
        if isinstance(field, forms.EmailField):
            field.validators = [*field.validators, unquoted_address]
        for kind, words in INVALID:
            if isinstance(field, kind):
                field.error_messages["invalid"] = words
        field.widget.attrs.pop("maxlength", None)


class DateInput(forms.DateInput):
    """The browser's own date picker."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class PlainForm(forms.Form):
    """A form that is not a row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_plain_swedish(self.fields)


class RowForm(VersionedForm):
    """A form that is a row: `formula_free` names texts that end up in spreadsheets, `period` its two ends."""

    formula_free: tuple[str, ...] = ()
    period: tuple[str, str] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_plain_swedish(self.fields)
        for name in self.formula_free:
            self.fields[name].validators.append(no_formula)

    def clean(self) -> dict[str, Any] | None:
        values = super().clean()
        check_period(self, self.period)
        return values


def check_period(form: forms.ModelForm[Any], period: tuple[str, str] | None) -> None:
    """Put an error at the end of a period that ends before it begins."""
    if not period:
        return
    begin, end = (form.cleaned_data.get(name) for name in period)
    if begin and end and end < begin:
        form.add_error(period[1], REVERSED)
