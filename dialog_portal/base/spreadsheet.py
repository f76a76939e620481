"""Lists as files for spreadsheets: XLSX, and CSV as a Swedish Excel reads it. No text in them is ever a formula."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.text import slugify
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font

from dialog_portal.base.formulas import inert, is_formula

Value = str | int | datetime | None
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
A4 = 9  # the number of the paper in the format
WIDEST = 48  # characters of a column
BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes UTF-8 for another encoding


@dataclass(frozen=True)
class Sheet:
    """A list: its title, which stands on every printed page and in the name of the file, its header and its rows."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Value]]


def file_response(sheet: Sheet, kind: str) -> HttpResponse:
    """Return the list as a file to save. Raise Http404 for a kind other than xlsx and csv."""
    if kind not in ("xlsx", "csv"):
        raise Http404
    body = xlsx_bytes(sheet) if kind == "xlsx" else csv_bytes(sheet)
    response = HttpResponse(body, content_type=XLSX if kind == "xlsx" else "text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slugify(sheet.title)[:80] or "lista"}.{kind}"'
    return response


def plain(value: Value) -> str | int:
    """Return what a cell shows: a time in Stockholm's time, and text without control characters."""
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    return value if isinstance(value, int) else NOT_IN_XML.sub("", value or "")


def csv_bytes(sheet: Sheet) -> bytes:
    """Return the list with semicolons, in UTF-8 with a byte order mark."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for row in (sheet.header, *sheet.rows):
        writer.writerow([inert(cell) if isinstance(cell, str) else cell for cell in map(plain, row)])
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def xlsx_bytes(sheet: Sheet) -> bytes:
    """Return the list as a workbook of one sheet, whose header is repeated on every printed page."""
    book = Workbook(write_only=True)
    page = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", sheet.title)[:31])
    page.freeze_panes = "A2"
    page.print_title_rows = "1:1"
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = A4
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.page_setup.fitToHeight = 0
    page.oddHeader.center.text = sheet.title.replace("&", "&&")
    for number, width in enumerate(column_widths(sheet)):
        page.column_dimensions[chr(ord("A") + number)].width = width
    page.append([text_cell(page, name, bold=True) for name in sheet.header])
    for row in sheet.rows:
        page.append([text_cell(page, value) for value in row])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def text_cell(page: Any, value: Value, *, bold: bool = False) -> Any:
    """Return a cell whose text stays text, also when somebody edits it in the spreadsheet."""
    cell = WriteOnlyCell(page, value=plain(value))
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if bold:
        cell.font = Font(bold=True)
    if isinstance(cell.value, str):
        cell.data_type = "s"
        cell.quotePrefix = is_formula(cell.value)
    return cell


def column_widths(sheet: Sheet) -> Iterable[int]:
    """Return the width of each column in characters: that of its longest text, within WIDEST."""
    for number, name in enumerate(sheet.header):
        longest = max((len(str(plain(row[number]))) for row in sheet.rows), default=0)
        yield min(WIDEST, max(len(name), longest) + 2)
