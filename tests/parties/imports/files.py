"""Files as people upload them: workbooks and text in every form that Excel writes it in."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from parties.imports.plan import Verdict
from parties.models import RegisterImport

HEADINGS = ["Kommun", "Namn", "Befattning", "E-post", "Telefon"]
ANNA = ["Salem", "Anna Ek", "kulturchef", "anna.ek@salem.example", "08-123"]


def workbook(*rows: list[Any], title: str = "Blad1") -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def lines(*rows: list[Any], sign: str = ";", encoding: str = "utf-8") -> bytes:
    return "\r\n".join(sign.join(map(str, row)) for row in rows).encode(encoding)


def upload(client: Client, data: bytes, name: str = "kontakter.xlsx") -> Any:
    """Send a file and follow where it leads."""
    return client.post(reverse("staff:import_list"), {"file": SimpleUploadedFile(name, data)}, follow=True)


def verdicts(answer: Any) -> list[tuple[Verdict, list[str]]]:
    """What the preview says of each row."""
    return [(row.verdict, row.sentences) for row in answer.context["page_obj"]]


def apply(client: Client, answer: Any) -> Any:
    """Press Importera on the preview."""
    stored = RegisterImport.objects.get(pk=answer.context["import"].pk)
    place = reverse("staff:import_apply", args=[stored.pk])
    return client.post(place, {"seen": answer.context["seen"]}, follow=True)
