"""Read a table out of a file as Excel, LibreOffice or a mail program wrote it. What is no table is refused in words."""

from __future__ import annotations

import csv
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from dialog_portal.base.typed_text import clean_line
from dialog_portal.base.upload_limit import MAX_UPLOAD

MAX_BYTES = MAX_UPLOAD  # of the file
MAX_UNPACKED = 30 * 1024 * 1024  # bytes of a workbook's parts, which are packed
MAX_ROWS = 5_000  # with something in them
MAX_LINES = 100_000  # of a sheet, with the empty ones
MAX_COLUMNS = 60
MAX_CELL = 1_000  # characters
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how Excel's old files begin, and its files with a password
ENCRYPTED_PART = "EncryptedPackage".encode("utf-16-le")
SAMPLE = 64 * 1024  # bytes in which a text file shows what it is
# What a damaged workbook makes the libraries raise
DAMAGED = (
    zipfile.BadZipFile, zlib.error, ParseError, InvalidFileException, KeyError, ValueError, TypeError, IndexError,
    AttributeError, EOFError, RuntimeError, OSError,
)  # fmt: skip
WRONG_KIND = (
    "Filen är inget kalkylark som portalen kan läsa. Spara den som Excel-arbetsbok (.xlsx) eller CSV."
)
OLD_EXCEL = "Filen är i Excels gamla format (.xls). Öppna den och spara den som Excel-arbetsbok (.xlsx)."
LOCKED = (
    "Filen är skyddad med lösenord. Ta bort lösenordet i Excel (Arkiv, Info, Skydda arbetsbok) och spara "
    "filen en gång till."
)
BROKEN = "Filen är skadad och går inte att läsa. Öppna den i Excel, spara den en gång till och försök igen."
NO_ROWS = (
    "Filen har inga rader. Första raden ska vara rubriker, och under den en rad för varje person eller part."
)
TOO_MANY_ROWS = (
    f"Filen har fler än {MAX_ROWS:,} rader. Dela upp den i flera filer, så läser du in dem en i taget."
).replace(",", "\N{NO-BREAK SPACE}", 1)
TOO_LARGE = (
    f"Filen är större än {MAX_BYTES // 1024 // 1024} MB. Spara bara bladet med kontakterna, utan bilder, "
    "eller dela upp filen."
)
TOO_WIDE = f"Filen har fler än {MAX_COLUMNS} kolumner. Ta bort dem som inte behövs."


class UnreadableFile(Exception):
    """Raised for a file out of which no table can be read. The message is in Swedish and is shown to the user."""


@dataclass
class Table:
    """The rows with something in them, with their numbers in the file. `troubles`: what is wrong with a row, by number.

    Every cell is text; the first row may be headings.
    """

    numbers: list[int] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    troubles: dict[int, str] = field(default_factory=dict)

    def add(self, number: int, cells: list[str]) -> None:
        """Add a row. Raise UnreadableFile when there are too many, or when it has too many columns."""
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            return
        if len(cells) > MAX_COLUMNS:
            raise UnreadableFile(TOO_WIDE)
        if len(self.rows) > MAX_ROWS:  # one more than that, for the headings
            raise UnreadableFile(TOO_MANY_ROWS)
        if any(len(cell) > MAX_CELL for cell in cells):
            self.troubles[number] = f"En cell har fler än {MAX_CELL} tecken."
            cells = [cell[:MAX_CELL] for cell in cells]
        self.numbers.append(number)
        self.rows.append(cells)


def read_table(file: BinaryIO, size: int) -> Table:
    """Return the table in the file. Raise UnreadableFile with a Swedish sentence when there is none."""
    if size > MAX_BYTES:
        raise UnreadableFile(TOO_LARGE)
    data = file.read(SAMPLE)
    if not data.strip():
        raise UnreadableFile("Filen är tom.")
    if data.startswith(OLE):
        file.seek(0)
        raise UnreadableFile(LOCKED if ENCRYPTED_PART in file.read() else OLD_EXCEL)
    file.seek(0)
    table = read_workbook(file) if data.startswith(b"PK\x03\x04") else read_text(file.read())
    if not table.rows:
        raise UnreadableFile(NO_ROWS)
    return table


# --- Workbooks -------------------------------------------------------------------------------------------------------


def read_workbook(file: BinaryIO) -> Table:
    """Return the first visible sheet of an XLSX file that has something in it."""
    try:
        check_parts(file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about charts and rules that a table does without
            book = load_workbook(file, read_only=True, keep_links=False)
            sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            tables = (read_sheet(sheet) for sheet in sheets)
            return next((table for table in tables if table.rows), Table())
    except DAMAGED as damage:
        raise UnreadableFile(BROKEN) from damage


def check_parts(file: BinaryIO) -> None:
    """Raise UnreadableFile for a packed file that is no workbook, or that would grow beyond MAX_UNPACKED."""
    with zipfile.ZipFile(file) as packed:
        parts = packed.infolist()
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise UnreadableFile(WRONG_KIND)
    if sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise UnreadableFile(TOO_LARGE)


def read_sheet(sheet: Any) -> Table:
    """Return the rows of a sheet. Raise UnreadableFile when it has more than MAX_LINES, counting empty ones."""
    table = Table()
    sheet.reset_dimensions()  # some programs write too small ones, and rows beyond them would be left out
    for number, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS + 1), start=1):
        if number > MAX_LINES:
            raise UnreadableFile(TOO_MANY_ROWS)
        written = [cell for cell in cells if cell.value is not None]
        if not written:
            continue
        table.add(number, [cell_text(cell.value) for cell in cells])
        if trouble := next((why for cell in written if (why := cell_trouble(cell))), ""):
            table.troubles.setdefault(number, trouble)
    return table


def cell_trouble(cell: Any) -> str:
    """Return what is wrong with a cell that holds no value of its own; empty when it does."""
    if cell.data_type == "f":
        return f"Cell {cell.coordinate} är en formel. Kopiera kolumnen och klistra in den som värden."
    if cell.data_type == "e":
        return f"Cell {cell.coordinate} visar ett fel, {str(cell.value)[:20]}. Rätta den i filen."
    return ""


def cell_text(value: Any) -> str:
    """Return the value of a cell as a person would type it."""
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, datetime | date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return f"{value:.15g}"
    return clean_line(str(value)) if value is not None else ""


# --- Text ------------------------------------------------------------------------------------------------------------


def read_text(data: bytes) -> Table:
    """Return the rows of a CSV file: what separates them, and in which characters they are, is found out."""
    text = decode(data)
    first, _, rest = text.partition("\n")
    if told := re.fullmatch(
        r"sep=(.)\s*", first, re.IGNORECASE
    ):  # how Excel is told what separates the cells
        return rows_of_text(rest, told[1], start=2)
    return rows_of_text(text, separator_of(text), start=1)


def decode(data: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16 (Excel's "Unicode text") or cp1252 (Excel's CSV in Sweden).

    Raise UnreadableFile for what is no text.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if b"\0" in data or data.startswith((b"%PDF", b"{\\rtf")):
        raise UnreadableFile(WRONG_KIND)
    if re.match(rb"\s*<(?:!doctype|html|\?xml)", data.removeprefix(b"\xef\xbb\xbf"), re.IGNORECASE):
        raise UnreadableFile(WRONG_KIND)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    if sum(char < " " and char not in "\t\r\n" for char in text[:SAMPLE]) > len(text[:SAMPLE]) // 100:
        raise UnreadableFile(WRONG_KIND)
    return text


def separator_of(text: str) -> str:
    """Return what separates the cells: of semicolon, tab and comma the one that the first lines have most of.

    A comma counts last, because it stands in Swedish numbers and in names from Outlook.
    """
    lines = [line for line in text[:SAMPLE].splitlines() if line.strip()][:20]
    common = {sign: sum(sign in line for line in lines) for sign in (";", "\t", ",")}
    return max(common, key=lambda sign: (sign in lines[0] if lines else False, common[sign], sign != ","))


def rows_of_text(text: str, separator: str, *, start: int) -> Table:
    """Return the table in a text. `start` is the number of its first line in the file."""
    table = Table()
    try:
        for number, cells in numbered_rows(text.splitlines(keepends=True), separator, start):
            table.add(number, [clean_line(cell) for cell in cells])
    except csv.Error as error:
        raise UnreadableFile(BROKEN) from error
    return table


def numbered_rows(lines: Iterable[str], separator: str, start: int) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the number of the line where it begins; a cell in quotation marks may have several lines."""
    reader = csv.reader(lines, delimiter=separator)
    begins = start
    for cells in reader:
        yield begins, cells
        begins = start + reader.line_num
