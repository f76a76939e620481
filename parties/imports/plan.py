"""What each row of a file would do to the register: something new, a change, nothing, or an error with its reason.

Nothing is written here. An empty cell says nothing: it never erases what the register knows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from django.db import models

from parties.imports.columns import Column
from parties.imports.plan_row import Operation, RowPlanner
from parties.imports.read_file import Table
from parties.imports.read_row import RowError, RowReader, Values
from parties.imports.register import Register, name_key


class Verdict(models.TextChoices):
    """What a row does."""

    NEW = "new", "ny"
    CHANGED = "changed", "ändrad"
    SAME = "same", "samma"
    ERROR = "error", "fel"


@dataclass
class PlannedRow:
    """A row with its verdict: who it is about, sentences about what happens or what is wrong, and what to write."""

    number: int
    verdict: Verdict
    about: str
    sentences: list[str]
    operations: list[Operation] = field(default_factory=list)


def plan_import(
    table: Table, columns: list[Column | None], *, has_header: bool, today: date
) -> list[PlannedRow]:
    """Return what each row would do, in the order of the file; a fixed number of queries."""
    reader, begin = RowReader(columns), 1 if has_header else 0
    numbers, rows = table.numbers[begin:], table.rows[begin:]
    read = [
        read_row(reader, cells, table.troubles.get(number, ""))
        for number, cells in zip(numbers, rows, strict=True)
    ]
    register = Register(
        today, posts_in_file={post_of(values) for values in read if not isinstance(values, RowError)}
    )
    return [judge_row(register, *row) for row in zip(numbers, rows, read, strict=True)]


def read_row(reader: RowReader, cells: list[str], trouble: str) -> Values | RowError:
    """Return the values of a row, or what is wrong with it."""
    try:
        return reader.read(cells) if not trouble else RowError(trouble)
    except RowError as wrong:
        return wrong


def post_of(values: Values) -> tuple[str, str, str]:
    """Return whose post in which party a row is about."""
    party, title = (name_key(values.get(column, "")) for column in (Column.PARTY, Column.TITLE))
    return values.get(Column.EMAIL, ""), party, title


def judge_row(register: Register, number: int, cells: list[str], read: Values | RowError) -> PlannedRow:
    """Return what one row does. A row with an error does nothing, and later rows do not see it."""
    try:
        if isinstance(read, RowError):
            raise read
        planner = RowPlanner(register, number, read)
        planner.plan()
    except RowError as wrong:
        return PlannedRow(
            number, Verdict.ERROR, ", ".join(cell for cell in cells if cell)[:120], [str(wrong)]
        )
    for change in planner.in_memory:
        change()
    if not planner.operations:
        return PlannedRow(number, Verdict.SAME, planner.about, planner.sentences)
    new = any(one.what.startswith("add_") for one in planner.operations)
    verdict = Verdict.NEW if new else Verdict.CHANGED
    return PlannedRow(number, verdict, planner.about, planner.sentences, planner.operations)


def count_verdicts(rows: Iterable[PlannedRow]) -> dict[Verdict, int]:
    """Return how many rows have each verdict."""
    counts = dict.fromkeys(Verdict, 0)
    for row in rows:
        counts[row.verdict] += 1
    return counts


def operations_of(rows: Iterable[PlannedRow]) -> Iterator[Operation]:
    for row in rows:
        yield from row.operations


def fingerprint(rows: Iterable[PlannedRow]) -> str:
    """Return a hash of what the rows do: if it differs, somebody has changed the register meanwhile."""
    said = json.dumps([[row.number, row.verdict, row.sentences] for row in rows], ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()
