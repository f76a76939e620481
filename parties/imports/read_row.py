"""Read a row of a file through the same fields as the register's forms: clean values, or why one of them is wrong."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.db import models

from dialog_portal.base.formulas import must_not_be_formula, without_text_sign
from dialog_portal.base.typed_fields import DayField, LineField
from dialog_portal.outbox.address_field import Address
from parties.forms.plain import use_plain_swedish
from parties.imports.columns import Column
from parties.models import Mandate, Party, Person

Values = dict[Column, Any]


class RowError(Exception):
    """Raised with a Swedish sentence when a row cannot be read or carried out."""


def max_length(model: type[models.Model], name: str) -> int:
    return int(getattr(model._meta.get_field(name), "max_length", None) or 0)


def fields() -> dict[Column, forms.Field]:
    """Return the field that reads each column, with the error texts of the register's forms."""
    found: dict[Column, forms.Field] = {
        Column.PARTY: LineField(max_length=max_length(Party, "name"), validators=[must_not_be_formula]),
        Column.FULL_NAME: LineField(
            max_length=max_length(Party, "full_name"), validators=[must_not_be_formula]
        ),
        Column.CODE: LineField(max_length=10),
        Column.CATEGORY: LineField(max_length=120),
        Column.NAME: LineField(max_length=max_length(Person, "name"), validators=[must_not_be_formula]),
        Column.FIRST_NAME: LineField(max_length=60, validators=[must_not_be_formula]),
        Column.LAST_NAME: LineField(max_length=60, validators=[must_not_be_formula]),
        Column.EMAIL: Address(),
        Column.PHONE: LineField(max_length=max_length(Person, "phone")),
        Column.TITLE: LineField(max_length=max_length(Mandate, "title")),
        Column.ACTING: LineField(max_length=10),
        Column.RECEIVES: LineField(max_length=10),
        Column.FROM_DATE: DayField(),
        Column.TO_DATE: DayField(),
    }
    use_plain_swedish(dict(found))  # type: ignore[arg-type]
    return found


class RowReader:
    """Turns the cells of a row into clean values. The same text in the same column is cleaned once."""

    def __init__(self, columns: list[Column | None]) -> None:
        self.columns = columns
        self.fields = fields()
        self.known: dict[tuple[Column, str], Any] = {}

    def read(self, cells: list[str]) -> Values:
        """Return the values that are not empty. Raise RowError with the column's label for the first that is wrong."""
        pairs = zip(self.columns, cells, strict=False)
        return {column: self.value(column, cell) for column, cell in pairs if column and cell}

    def value(self, column: Column, cell: str) -> Any:
        if (column, cell) not in self.known:
            try:
                self.known[column, cell] = convert(column, self.fields[column].clean(without_text_sign(cell)))
            except forms.ValidationError as wrong:
                raise RowError(f"{column.value.partition(' (')[0]}: {wrong.messages[0]}") from wrong
        return self.known[column, cell]


def convert(column: Column, value: Any) -> Any:
    """Return a clean value as the register has it: a code with its zero, ja and nej as truth."""
    if column == Column.CODE:
        return municipality_code(value)
    return yes_or_no(value) if column in (Column.ACTING, Column.RECEIVES) else value


def municipality_code(text: str) -> str:
    """Return four digits. A spreadsheet may have taken the code for a number: 0114 is then 114 or 114,0."""
    found = re.fullmatch(r"([0-9]{3,4})(?:[.,]0+)?", text)
    if not found:
        raise forms.ValidationError("Kommunkoden är fyra siffror och kan börja med en nolla, som 0192.")
    return found[1].zfill(4)


def yes_or_no(text: str) -> bool:
    """Return whether the text says yes."""
    word = text.casefold()
    if word in ("ja", "j", "x", "1", "true", "sant"):
        return True
    if word in ("nej", "n", "0", "false", "falskt"):
        return False
    raise forms.ValidationError("Skriv ja eller nej.")
