"""Base classes and rules of the register's forms: Swedish error texts, no silent cutting of long texts, periods."""

from __future__ import annotations

from typing import Any

from django import forms

from dialog_portal.base.formulas import must_not_be_formula
from dialog_portal.base.versioned_form import VersionedForm

ERROR_MESSAGES = {
    "required": "Det här behöver fyllas i.",
    "max_length": "Texten får ha högst %(limit_value)d tecken. Din har %(show_value)d. Korta den.",
    "min_value": "Talet får inte vara mindre än %(limit_value)s.",
    "max_value": "Talet får inte vara större än %(limit_value)s.",
    "null_characters_not_allowed": "Texten får inte innehålla styrtecken.",
}
INVALID_MESSAGES: tuple[tuple[type[forms.Field], str], ...] = (
    (forms.EmailField, "Skriv en fullständig e-postadress, som namn@example.org."),
    (forms.IntegerField, "Skriv ett heltal med siffror."),
)
PERIOD_REVERSED = "Slutet kan inte komma före början."


def use_plain_swedish(fields: dict[str, forms.Field]) -> None:
    """Give the fields Swedish error texts.

    `maxlength` is removed, because a browser cuts off a text that is too long; the form then says how long it may be.
    """
    for field in fields.values():
        field.error_messages |= ERROR_MESSAGES
        for kind, words in INVALID_MESSAGES:
            if isinstance(field, kind):
                field.error_messages["invalid"] = words
        field.widget.attrs.pop("maxlength", None)


class PlainForm(forms.Form):
    """A form without a model."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        use_plain_swedish(self.fields)


class RowForm(VersionedForm):
    """A form for a model. `formula_free`: text fields that are exported to spreadsheets. `period`: begin and end."""

    formula_free: tuple[str, ...] = ()
    period: tuple[str, str] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        use_plain_swedish(self.fields)
        for name in self.formula_free:
            self.fields[name].validators.append(must_not_be_formula)

    def clean(self) -> dict[str, Any] | None:
        values = super().clean()
        check_period(self, self.period)
        return values


def check_period(form: forms.ModelForm[Any], period: tuple[str, str] | None) -> None:
    """Add an error to the end field if the period ends before it begins."""
    if not period:
        return
    begin, end = (form.cleaned_data.get(name) for name in period)
    if begin and end and end < begin:
        form.add_error(period[1], PERIOD_REVERSED)
