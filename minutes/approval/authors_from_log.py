"""Fill the rows of authorship (Contribution) from the audit log of version 1.0.0, which had no such rows.

The Swedish words of the log are repeated here, because its rows stay as they are when the program's words change.
Nothing else may read authorship from the log.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction

from dialog_portal.base.authorship import Part

ANY_FIELD: frozenset[str] = frozenset()
# Each event of 1.0.0 that makes an author: the part that was changed, and the fields that count when not all do
EVENTS_OF_AUTHORS: dict[str, tuple[Part, frozenset[str]]] = {
    "närvaro: noterade": (Part.NOTED, ANY_FIELD),
    "närvaro: la till deltagare": (Part.NOTED, ANY_FIELD),
    "anteckningar: la till avsnitt": (Part.NOTED, ANY_FIELD),
    "anteckningar: tog bort avsnitt": (Part.NOTED, ANY_FIELD),
    "dialogmöte: la upp": (Part.FACTS, ANY_FIELD),
    "dialogmöte: ändrade": (
        Part.FACTS,
        frozenset({"title", "day", "start", "end", "venue", "room", "street", "online", "host"})
        | {"diary_number", "outside_reference"},
    ),
    "inbjudan: la till parter": (Part.FACTS, ANY_FIELD),
    "inbjudan: hämtade från registret": (Part.FACTS, ANY_FIELD),
    "inbjudan: la till gäst": (Part.FACTS, ANY_FIELD),
    "inbjudan: tog bort person": (Part.FACTS, ANY_FIELD),
    "inbjudan: la tillbaka person": (Part.FACTS, ANY_FIELD),
    "inbjudan: tog bort part": (Part.FACTS, ANY_FIELD),
    "dialogomgång: ändrade": (Part.FACTS, frozenset({"diary_number"})),
    "part: ändrade": (Part.FACTS, frozenset({"name", "code"})),
    "part: bytte namn": (Part.FACTS, ANY_FIELD),
    "person: ändrade": (Part.FACTS, frozenset({"protected"})),
    "dagordning: la till punkt": (Part.POINTS, ANY_FIELD),
    "dagordning: ändrade punkt": (Part.POINTS, frozenset({"title", "internal"})),
    "dagordning: flyttade punkt": (Part.POINTS, ANY_FIELD),
    "dagordning: tog bort punkt": (Part.POINTS, ANY_FIELD),
    "dagordning: la tillbaka punkt": (Part.POINTS, ANY_FIELD),
}
NOTES_BEGUN = "anteckningar: påbörjade"
ROWS_PER_STATEMENT = 1000  # rows inserted in one SQL statement

ContributionValues = tuple[str, int, str, int, datetime, datetime | None]
COLUMNS = ("subject", "subject_id", "part", "by_id", "at", "former_start")


@transaction.atomic
def fill_authorship(event: Any, contribution: Any, minutes: Any) -> int:
    """Add the rows of authorship that are missing according to the log. Return their number. Idempotent.

    The arguments are the model classes; a migration passes its historical models. The log is read first: a process that
    writes meanwhile adds to both tables in one transaction, so a row that was read there is found here.
    """
    said = list(rows_in_the_log(event))
    known = set(contribution.objects.values_list(*COLUMNS))
    missing = [contribution(**dict(zip(COLUMNS, row, strict=True))) for row in said if row not in known]
    contribution.objects.bulk_create(missing, batch_size=ROWS_PER_STATEMENT)
    for thing, at in event.objects.filter(what=NOTES_BEGUN).values_list("thing", "at"):
        minutes.objects.filter(pk=thing.split()[1]).exclude(begun_at=at).update(begun_at=at)
    return len(missing)


def rows_in_the_log(event: Any) -> Iterator[ContributionValues]:
    """Yield the values of a row of authorship for each event that made somebody an author, the oldest first."""
    events = event.objects.filter(what__in=EVENTS_OF_AUTHORS, by__isnull=False).order_by("pk")
    columns = events.values_list("what", "thing", "detail", "by", "at")
    for what, thing, detail, by, at in columns.iterator(ROWS_PER_STATEMENT):
        part, fields = EVENTS_OF_AUTHORS[what]
        before = detail.get("start_before")
        if not fields or before or fields & set(detail.get("fields", ())):
            subject, pk = thing.split()
            yield subject, int(pk), part, by, at, before and datetime.fromisoformat(before)
