"""Store an uploaded file, choose its columns, write what its rows say, and undo that as a whole."""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.utils import timezone

from dialog_portal.base import encryption
from dialog_portal.base.audit import record
from dialog_portal.base.states import NotAllowed, take_step
from parties.audit_events import PartiesEvent
from parties.imports.columns import Column, match_columns
from parties.imports.plan import PlannedRow, Verdict, count_verdicts, fingerprint, operations_of, plan_import
from parties.imports.read_file import Table
from parties.imports.undo import undo_written
from parties.imports.write import write
from parties.models import IMPORT_NEXT, ImportState, RegisterImport

HEADER_SEARCHED = 10  # rows in which the headings are looked for: some lists have a title above them
KEEP_UPLOADED = timedelta(days=7)  # rows that nobody imported
KEEP_UNDO = timedelta(days=30)  # what an import changed, so that it can be undone
REGISTER_CHANGED = (
    "Registret har ändrats sedan du såg listan. Se igenom den en gång till och tryck sedan på Importera."
)


def pack(data: Any) -> bytes:
    """Return data as JSON, packed and encrypted: it holds people's names and addresses."""
    text = json.dumps(data, ensure_ascii=False, cls=DjangoJSONEncoder)
    return encryption.encrypt(zlib.compress(text.encode()))


def unpack(stored: bytes | memoryview) -> Any:
    """Return what `pack` was given; dates are text then."""
    return json.loads(zlib.decompress(encryption.decrypt(stored)))


def digest_of(data: bytes) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def find_same_file(sha256: str) -> RegisterImport | None:
    """Return the import of the very same file that waits or was carried out, None when there is none."""
    kept = (ImportState.UPLOADED, ImportState.IMPORTED)
    return RegisterImport.objects.filter(sha256=sha256, state__in=kept).select_related("by").first()


@transaction.atomic
def store_upload(table: Table, *, file_name: str, sha256: str, by: Any) -> RegisterImport:
    """Store the rows of a file, from its headings on, with the columns that the headings name."""
    first = header_row(table)
    kept = Table(table.numbers[first:], table.rows[first:], table.troubles)
    width = max(map(len, kept.rows))
    headings = [*kept.rows[0], *[""] * (width - len(kept.rows[0]))]
    columns = match_columns(headings)
    return RegisterImport.objects.create(
        file_name=file_name,
        sha256=sha256,
        by=by,
        rows=pack(asdict(kept)),
        columns=[column.name if column else "" for column in columns],
        has_header=any(columns) or not any("@" in cell for cell in headings),
    )


def header_row(table: Table) -> int:
    """Return the index of the row that has most known headings, of the first HEADER_SEARCHED; 0 when none has two."""
    known = [sum(map(bool, match_columns(cells))) for cells in table.rows[:HEADER_SEARCHED]]
    return known.index(max(known)) if max(known) > 1 else 0


def table_of(stored: RegisterImport) -> Table:
    """Return the uploaded rows. Raise NotAllowed when they have been erased."""
    if stored.rows is None:
        raise NotAllowed("Filens rader finns inte kvar.")
    packed = unpack(stored.rows)
    troubles = {int(number): why for number, why in packed["troubles"].items()}
    return Table(packed["numbers"], packed["rows"], troubles)


def columns_of(stored: RegisterImport) -> list[Column | None]:
    """Return what each column holds."""
    return [Column[name] if name else None for name in stored.columns]


def choose_columns(stored: RegisterImport, *, columns: list[str], has_header: bool) -> None:
    """Set by hand what each column holds. Raise NotAllowed when the rows have been imported or discarded."""
    changed = RegisterImport.objects.filter(pk=stored.pk, state=ImportState.UPLOADED).update(
        columns=columns, has_header=has_header
    )
    if not changed:
        raise NotAllowed("Filen är redan importerad eller kastad.")


def planned_rows(stored: RegisterImport) -> list[PlannedRow]:
    """Return what each row would do to the register as it is now."""
    today = timezone.localdate()
    return plan_import(table_of(stored), columns_of(stored), has_header=stored.has_header, today=today)


@transaction.atomic
def carry_out(stored: RegisterImport, *, seen: str, by: Any) -> RegisterImport:
    """Write what the rows say, except those with errors, and erase the uploaded rows.

    `seen` is the fingerprint of the rows that the user saw. Raise NotAllowed when they would do something else now,
    when there is nothing to write, or when the file has been imported or discarded meanwhile.
    """
    stored = take_step(
        stored, IMPORT_NEXT, ImportState.IMPORTED, by=by, refusal="Filen är redan importerad eller kastad."
    )
    planned = planned_rows(stored)
    if fingerprint(planned) != seen:
        raise NotAllowed(REGISTER_CHANGED)
    counts = count_verdicts(planned)
    if not counts[Verdict.NEW] + counts[Verdict.CHANGED]:
        raise NotAllowed("Filen innehåller inget nytt att importera.")
    write_or_refuse(planned, stored, by=by)
    stored.rows, stored.added, stored.changed = None, counts[Verdict.NEW], counts[Verdict.CHANGED]
    stored.save(update_fields=["rows", "added", "changed"])
    record(by, PartiesEvent.IMPORT_DONE, stored, added=stored.added, changed=stored.changed)
    return stored


def write_or_refuse(planned: list[PlannedRow], stored: RegisterImport, *, by: Any) -> None:
    """Write the rows. Raise NotAllowed when somebody else saves one of them at the same moment."""
    try:
        with transaction.atomic():
            write(operations_of(planned), stored, pack=pack, by=by)
    except IntegrityError as rival:
        raise NotAllowed(REGISTER_CHANGED) from rival


@transaction.atomic
def undo_import(stored: RegisterImport, *, by: Any) -> None:
    """Take back everything that an import wrote, or nothing: raise NotAllowed when something of it is used or changed.

    What the register knew before is forgotten after KEEP_UNDO, and then nothing can be undone.
    """
    stored = take_step(
        stored, IMPORT_NEXT, ImportState.UNDONE, by=by, refusal="Importen är inte gjord eller redan ångrad."
    )
    if not stored.written.exists():
        raise NotAllowed(f"Importen är äldre än {KEEP_UNDO.days} dagar och går inte längre att ångra.")
    removed = undo_written(stored, unpack=unpack, by=by)
    stored.written.all().delete()
    record(by, PartiesEvent.IMPORT_UNDONE, stored, removed=removed)


@transaction.atomic
def discard_import(stored: RegisterImport, *, by: Any) -> None:
    """Erase the rows of a file that is not to be imported."""
    take_step(
        stored,
        IMPORT_NEXT,
        ImportState.DISCARDED,
        by=by,
        refusal="Filen är redan importerad eller kastad.",
        rows=None,
    )
    record(by, PartiesEvent.IMPORT_DISCARDED, stored)


def forget_imports() -> int:
    """Discard files that nobody imported, and forget what old imports changed. Return the number of imports."""
    now = timezone.now()
    waiting = RegisterImport.objects.filter(state=ImportState.UPLOADED, at__lt=now - KEEP_UPLOADED)
    for stored in waiting:
        discard_import(stored, by=None)
    old = RegisterImport.objects.filter(
        steps__after=ImportState.IMPORTED, steps__at__lt=now - KEEP_UNDO, written__isnull=False
    ).distinct()
    for stored in old:
        stored.written.all().delete()
    return len(waiting) + len(old)
