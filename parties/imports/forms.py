"""Forms of an import: the file, and what each of its columns holds."""

from __future__ import annotations

from typing import Any

from django import forms

from parties.forms.plain import PlainForm
from parties.imports.columns import Column, trouble_with
from parties.imports.read_file import MAX_BYTES, MAX_ROWS, TOO_LARGE, Table, UnreadableFile, read_table

NOT_READ = "-"
EXAMPLES = 3  # cells of each column that are shown


class UploadForm(PlainForm):
    """A file with contacts; a valid form has read its table."""

    file = forms.FileField(
        label="Fil",
        help_text=(
            f"Excel (.xlsx) eller CSV, högst {MAX_ROWS} rader och {MAX_BYTES // 1024 // 1024} MB. "
            "Ingenting skrivs i registret förrän du har sett vad varje rad gör."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
        error_messages={
            "invalid": "Välj en fil.",
            "missing": "Välj en fil.",
            "empty": "Filen är tom.",
            "max_length": "Filens namn är för långt. Ge den ett kortare namn.",
        },
        max_length=200,
    )

    def __init__(self, *args: Any, too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = Table()
        # A file that the upload handler left out is, to the field, a file that is missing
        self.fields["file"].error_messages["required"] = TOO_LARGE if too_large else "Välj en fil."

    def clean_file(self) -> Any:
        """Read the table. Raise ValidationError with the reason when there is none."""
        file = self.cleaned_data["file"]
        try:
            self.table = read_table(file, file.size)
        except UnreadableFile as why:
            raise forms.ValidationError(str(why), code="unreadable") from why
        return file


class ColumnsForm(PlainForm):
    """What each column of a file holds; the first cells are shown beside it."""

    has_header = forms.BooleanField(label="Första raden är rubriker", required=False)

    def __init__(self, *args: Any, table: Table, columns: list[Column | None], has_header: bool) -> None:
        super().__init__(*args)
        self.fields["has_header"].initial = has_header
        choices = [(NOT_READ, "Läs inte in"), *((column.name, column.value) for column in Column)]
        for number, column in enumerate(columns):
            heading = cell_at(table, 0, number)
            self.fields[f"column-{number}"] = forms.ChoiceField(
                label=heading or f"Kolumn {number + 1}",
                choices=choices,
                initial=column.name if column else NOT_READ,
                help_text=examples(table, number),
                error_messages={"required": "Välj något i listan.", "invalid_choice": "Välj något i listan."},
            )
        self.order_fields([*(name for name in self.fields if name != "has_header"), "has_header"])

    @property
    def chosen(self) -> list[str]:
        """The names of the chosen columns in the order of the file, empty for one that is not read."""
        chosen = (self.cleaned_data[name] for name in self.fields if name.startswith("column-"))
        return ["" if name == NOT_READ else name for name in chosen]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            columns = [Column[name] if name else None for name in self.chosen]
            if trouble := trouble_with(columns):
                self.add_error(None, trouble)
        return values


def cell_at(table: Table, row: int, column: int) -> str:
    """Return a cell, empty where the row is shorter."""
    cells = table.rows[row]
    return cells[column] if column < len(cells) else ""


def examples(table: Table, column: int) -> str:
    """Return the first cells of a column below its heading, for the field's hint."""
    cells = (cell_at(table, row, column) for row in range(1, len(table.rows)))
    first = list(dict.fromkeys(cell[:40] for cell in cells if cell))[:EXAMPLES]
    return f"Till exempel: {', '.join(first)}" if first else "Kolumnen är tom."
