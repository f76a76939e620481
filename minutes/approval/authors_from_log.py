"""Who wrote what, read once from the audit log of version 1.0.0, which had no rows of authorship.

The words are written out here a second time: what lies in a log stays as it is when the program's own words change.
Nothing else may read authorship from the log.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction

from dialog_portal.base.authorship import Part

ANY: frozenset[str] = frozenset()
# What 1.0.0 called each change that notes show, the part it belongs to, and the fields that matter when not all do
SHOWN: dict[str, tuple[Part, frozenset[str]]] = {
    "närvaro: noterade": (Part.NOTED, ANY),
    "närvaro: la till deltagare": (Part.NOTED, ANY),
    "anteckningar: la till avsnitt": (Part.NOTED, ANY),
    "anteckningar: tog bort avsnitt": (Part.NOTED, ANY),
    "dialogmöte: la upp": (Part.FACTS, ANY),
    "dialogmöte: ändrade": (
        Part.FACTS,
        frozenset({"title", "day", "start", "end", "venue", "room", "street", "online", "host"})
        | {"diary_number", "outside_reference"},
    ),
    "inbjudan: la till parter": (Part.FACTS, ANY),
    "inbjudan: hämtade från registret": (Part.FACTS, ANY),
    "inbjudan: la till gäst": (Part.FACTS, ANY),
    "inbjudan: tog bort person": (Part.FACTS, ANY),
    "inbjudan: la tillbaka person": (Part.FACTS, ANY),
    "inbjudan: tog bort part": (Part.FACTS, ANY),
    "dialogomgång: ändrade": (Part.FACTS, frozenset({"diary_number"})),
    "part: ändrade": (Part.FACTS, frozenset({"name", "code"})),
    "part: bytte namn": (Part.FACTS, ANY),
    "person: ändrade": (Part.FACTS, frozenset({"protected"})),
    "dagordning: la till punkt": (Part.POINTS, ANY),
    "dagordning: ändrade punkt": (Part.POINTS, frozenset({"title", "internal"})),
    "dagordning: flyttade punkt": (Part.POINTS, ANY),
    "dagordning: tog bort punkt": (Part.POINTS, ANY),
    "dagordning: la tillbaka punkt": (Part.POINTS, ANY),
}
BEGUN = "anteckningar: påbörjade"
AT_ONCE = 1000  # rows in a statement

Row = tuple[str, int, str, int, datetime, datetime | None]
COLUMNS = ("subject", "subject_id", "part", "by_id", "at", "former_start")


@transaction.atomic
def fill_authorship(event: Any, contribution: Any, minutes: Any) -> int:
    """Add the rows that the log knows of and that are missing; return how many. Done twice it adds nothing more.

    The arguments are the models' classes, in a migration those of that time. The log is read first: whoever writes
    meanwhile adds to both tables at once, so what is read there is found here.
    """
    said = list(rows_in_the_log(event))
    known = set(contribution.objects.values_list(*COLUMNS))
    missing = [contribution(**dict(zip(COLUMNS, row, strict=True))) for row in said if row not in known]
    contribution.objects.bulk_create(missing, batch_size=AT_ONCE)
    for thing, at in event.objects.filter(what=BEGUN).values_list("thing", "at"):
        minutes.objects.filter(pk=thing.split()[1]).exclude(begun_at=at).update(begun_at=at)
    return len(missing)


def rows_in_the_log(event: Any) -> Iterator[Row]:
    """Yield what a row of authorship says for every event that made somebody an author, oldest first."""
    events = event.objects.filter(what__in=SHOWN, by__isnull=False).order_by("pk")
    columns = events.values_list("what", "thing", "detail", "by", "at")
    for what, thing, detail, by, at in columns.iterator(AT_ONCE):
        part, fields = SHOWN[what]
        before = detail.get("start_before")
        if not fields or before or fields & set(detail.get("fields", ())):
            subject, pk = thing.split()
            yield subject, int(pk), part, by, at, before and datetime.fromisoformat(before)
