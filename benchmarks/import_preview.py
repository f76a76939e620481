"""The preview of an import of 5,000 rows, from the file to the page: time on one core, and memory of the process."""

import json
import os
import re
import sys
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.processes import run
from benchmarks.stage import Line, Stage

TINY, FULL = 20, 5_000  # rows
TIME = Figure("import preview of 5,000 rows (s of one core)", "<=", goal=5.0, released=1.2)
MEMORY = Figure("the same, largest memory of the process (MB)", "<=", goal=150, released=144)


def make_file(place: Path, rows: int) -> None:
    """Write a workbook of people in parties of which half are in the register already."""
    from openpyxl import Workbook

    from parties.models import Party

    known = list(Party.objects.values_list("name", flat=True)[:50])
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["Kommun", "Namn", "Befattning", "E-post", "Telefon", "Från"])
    for n in range(rows):
        party = known[n // 2 % len(known)] if n % 2 else f"Förening {n % 400}"
        person = [f"Åsa Öberg {n}", "kulturchef", f"Öberg, Åsa <asa.oberg{n}@kommun.example>;", f"08-{n}"]
        sheet.append([party, *person, "2026-01-01"])
    book.save(place)


def preview(place: str) -> None:
    """Upload the file and open its preview, as one process that serves pages does; print seconds and megabytes."""
    import django

    django.setup()
    from django.test import Client
    from django.urls import reverse

    from dialog_portal.access.models import Role
    from tests import factories

    client, data = Client(SERVER_NAME="127.0.0.1"), Path(place).read_bytes()
    client.force_login(factories.user(Role.OFFICER), backend="django.contrib.auth.backends.ModelBackend")
    client.get(reverse("staff:import_list"))  # what every process has read after its first page
    file = BytesIO(data)
    file.name = "kontakter.xlsx"
    begun = time.process_time()
    answer = client.post(reverse("staff:import_list"), {"file": file}, follow=True)
    spent = time.process_time() - begun
    if "Granska importen" not in answer.content.decode():
        raise RuntimeError("no preview")
    print(json.dumps([spent, largest_memory()]))


def largest_memory() -> float:
    """Return the megabytes that this process has had at most; getrusage would count those of its parent too."""
    status = Path("/proc/self/status").read_text()
    return int(re.findall(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)[0]) / 1024


def measure(stage: Stage) -> Iterator[Line]:
    place = stage.here / "kontakter.xlsx"
    make_file(place, stage.size(TINY, FULL))
    spent, megabytes = json.loads(run(dict(os.environ), "-m", "benchmarks.import_preview", str(place)))
    yield TIME, spent
    yield MEMORY, megabytes


if __name__ == "__main__":
    preview(sys.argv[1])
