"""What comes out of a file: every form in which Excel writes a table, and one sentence for what is none."""

from __future__ import annotations

import zipfile
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from dialog_portal.base.upload_limit import MAX_UPLOAD
from parties.imports import read_file
from parties.imports.read_file import OLE, Table, UnreadableFile, read_table
from tests.meetings.acting import signed_in
from tests.parties.imports.files import ANNA, HEADINGS, lines, upload, verdicts, workbook

pytestmark = pytest.mark.once
ROWS = [["Part", "Namn", "Not"], ["Åmål", "Öhrn, Åsa", "1,5"]]
QUOTED = [["Part", "Namn", "Not"], ["Åmål", '"Öhrn, Åsa"', '"1,5"']]


def read(data: bytes) -> Table:
    return read_table(BytesIO(data), len(data))


@pytest.mark.parametrize(
    "data",
    [
        lines(*ROWS),
        lines(*ROWS, encoding="utf-8-sig"),
        lines(*ROWS, encoding="cp1252"),
        lines(*ROWS, sign="\t", encoding="utf-16"),
        lines(*ROWS, sign="\t"),
        lines(*QUOTED, sign=","),
        b"sep=;\r\n" + lines(*ROWS),
        lines(*ROWS).replace(b"\r\n", b"\n") + b"\n\n;;\n",
        workbook(*ROWS),
        workbook([*ROWS[0], None], [], [*ROWS[1], " "]),
    ],
    ids=["utf-8", "mark", "cp1252", "unicode text", "tabs", "commas", "told", "unix", "xlsx", "holes"],
)  # fmt: skip
def test_a_table_is_read_however_it_is_written(data: bytes):
    assert read(data).rows == ROWS


def test_values_of_a_workbook_become_what_a_person_would_type():
    table = read(workbook(["Kod", "Från", "Tf", "Tel"], [114, datetime(2019, 1, 31), True, 8.5]))
    assert table.rows[1] == ["114", "2019-01-31", "ja", "8.5"]


def test_rows_keep_their_numbers_also_after_a_cell_of_several_lines():
    table = read(b'Part;Namn\n"Salem";"Anna\nEk"\n\nNacka;Bo\n')
    assert (table.numbers, table.rows[1]) == ([1, 2, 5], ["Salem", "Anna\nEk"])


@pytest.mark.django_db
def test_formulas_and_faults_in_cells_are_errors_of_their_rows():
    rows = [ANNA, ["=A2", *ANNA[1:]], ["Salem", "#N/A", *ANNA[2:]], ["Salem", "x" * 1001, *ANNA[2:]]]
    answer = upload(signed_in()[0], workbook(HEADINGS, *rows))
    assert [row[1][0] for row in verdicts(answer)[1:]] == [
        "Cell A3 är en formel. Kopiera kolumnen och klistra in den som värden.",
        "Cell B4 visar ett fel, #N/A. Rätta den i filen.",
        "En cell har fler än 1000 tecken.",
    ]


def packed(name: str, content: bytes = b"<x/>") -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return file.getvalue()


def bomb() -> bytes:
    """A workbook that would fill the memory: thirty megabytes of blanks in a few kilobytes."""
    file = BytesIO(workbook(HEADINGS, ANNA))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings2.xml", b" " * (read_file.MAX_UNPACKED + 1))
    return file.getvalue()


def many(number: int) -> bytes:
    return lines(HEADINGS, *([["Salem"]] * number))


SHEET = workbook(HEADINGS, ANNA)
FILES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "Filen är tom."),
    "blanks": (b" \r\n", "Filen är tom."),
    "empty sheet": (workbook(), read_file.NO_ROWS),
    "empty cells": (b";;\r\n;;\r\n", read_file.NO_ROWS),
    "password": (OLE + b"x" * 900 + "EncryptedPackage".encode("utf-16-le"), read_file.LOCKED),
    "old excel": (OLE + b"x" * 900, read_file.OLD_EXCEL),
    "pdf": (b"%PDF-1.7\n%abc", read_file.WRONG_KIND),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", read_file.WRONG_KIND),
    "page": (b"\xef\xbb\xbf<!DOCTYPE html><table>", read_file.WRONG_KIND),
    "word": (packed("word/document.xml"), read_file.WRONG_KIND),
    "noise": (bytes(range(128, 256)) + bytes(range(1, 32)) * 9, read_file.WRONG_KIND),
    "torn": (SHEET[: len(SHEET) // 2], read_file.BROKEN),
    "hollow": (packed("xl/workbook.xml"), read_file.BROKEN),
    "unpacks to 30 MB": (bomb(), read_file.TOO_LARGE),
    "50,000 rows": (many(50_000), read_file.TOO_MANY_ROWS),
    "100 columns": (lines(["x"] * 100), read_file.TOO_WIDE),
}


@pytest.mark.parametrize("name", FILES)
def test_what_is_no_table_is_refused_in_one_sentence(name: str):
    data, sentence = FILES[name]
    with pytest.raises(UnreadableFile) as refusal:
        read(data)
    assert str(refusal.value) == sentence


def test_exactly_as_many_rows_as_are_taken_are_read():
    assert len(read(many(read_file.MAX_ROWS)).rows) == read_file.MAX_ROWS + 1


def with_sheet(data: bytes, old: bytes, new: bytes) -> bytes:
    """The workbook with other words in its first sheet, as another program could have written them."""
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as before, zipfile.ZipFile(file, "w") as after:
        for part in before.infolist():
            text = before.read(part)
            after.writestr(
                part, text.replace(old, new) if part.filename == "xl/worksheets/sheet1.xml" else text
            )
    return file.getvalue()


def test_rows_beyond_what_a_sheet_says_of_its_size_are_read():
    data = with_sheet(workbook(*ROWS), b'ref="A1:C2"', b'ref="A1:C1"')
    assert read(data).rows == ROWS


def test_a_sheet_with_a_million_empty_lines_is_not_waited_for():
    last = b'<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>'
    with pytest.raises(UnreadableFile) as refusal:
        read(with_sheet(workbook(*ROWS), b"</sheetData>", last))
    assert str(refusal.value) == read_file.TOO_MANY_ROWS


@pytest.mark.django_db
def test_the_page_says_what_is_wrong_at_its_field_and_that_no_file_was_chosen():
    client, _ = signed_in()
    wrong = upload(client, FILES["pdf"][0], "rapport.pdf")
    none = client.post(reverse("staff:import_list"), {})
    assert list(wrong.context["form"].errors["file"]) == [read_file.WRONG_KIND]
    assert list(none.context["form"].errors["file"]) == ["Välj en fil."]


@pytest.mark.django_db
def test_a_file_that_is_far_too_large_is_left_out_of_memory_and_gets_its_sentence(monkeypatch: Any):
    kept: list[int] = []
    chunk = "django.core.files.uploadhandler.MemoryFileUploadHandler.receive_data_chunk"
    monkeypatch.setattr(chunk, lambda self, data, start: kept.append(len(data)) or data)
    file = SimpleUploadedFile("stor.xlsx", b"PK\x03\x04" + b"x" * 3 * MAX_UPLOAD)
    answer = signed_in()[0].post(reverse("staff:import_list"), {"file": file})
    assert list(answer.context["form"].errors["file"]) == [read_file.TOO_LARGE]
    assert sum(kept) <= MAX_UPLOAD
