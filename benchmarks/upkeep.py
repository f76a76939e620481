"""One minute's upkeep of the public site with a hundred times the demo's pages over the demo: time, and queries."""

from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import growth
from benchmarks.figure import Figure
from benchmarks.publishing import fill
from benchmarks.stage import Line, Stage, times_faster

TIMES = 100
MINUTES = 50  # in one turn: a minute in which nothing happens takes some milliseconds
TIME = Figure("one minute's upkeep at 100 x data over 1 x (time)", "<=", goal=1.5, released=1.1)
QUERIES = Figure("one minute's upkeep at 100 x data (queries)", "<=", goal=20, released=9)
CHANGE = Figure(
    "a minute in which a meeting moves at 100 x data over 1 x (queries)", "<=", goal=1.0, released=1.0
)


def upkeep(database: str, root: Path) -> Callable[[], None]:
    """Return a job that does the upkeep of some minutes in which nothing happens."""
    from django.conf import settings

    from minutes.publishing.refresh import refresh_pages

    def job() -> None:
        settings.PUBLIC_ROOT = root / database
        with growth.using(database):
            for _ in range(MINUTES):
                refresh_pages()

    return job


def queries_after_a_move(database: str, root: Path) -> int:
    """Return the queries of the minute after a meeting of the demo was moved to another place."""
    from meetings.models import Meeting
    from minutes.publishing.pages import public_meetings

    with growth.using(database):
        moved = public_meetings().filter(pk__lt=growth.STEP).latest("starts_at")
        Meeting.objects.filter(pk=moved.pk).update(venue="En annan lokal")
    return queries_of_one(database, root)


def queries_of_one(database: str, root: Path) -> int:
    """Return the queries of the next minute."""
    from django.conf import settings
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from minutes.publishing.refresh import refresh_pages

    settings.PUBLIC_ROOT = root / database
    with growth.using(database), CaptureQueriesContext(connection) as seen:
        refresh_pages()
    return len(seen)


def bake_all(database: str, root: Path) -> None:
    """Bake every page of a database, off the clock."""
    from django.conf import settings

    from minutes.publishing.refresh import rebuild_pages

    settings.PUBLIC_ROOT = root / database
    with growth.using(database):
        rebuild_pages()
        growth.vacuum()


def measure(stage: Stage) -> Iterator[Line]:
    from django.conf import settings

    from minutes.models import Edition

    before, root = settings.PUBLIC_ROOT, stage.here / "upkeep"
    one, many = growth.copy_database("one_site"), growth.copy_database("hundred_sites")
    with growth.using(many):
        fill(stage.size(2, TIMES) * Edition.objects.count())
    for database in (one, many):
        bake_all(database, root)
    yield QUERIES, queries_of_one(many, root)
    small, large = upkeep(one, root), upkeep(many, root)
    yield TIME, 1 / times_faster(large, small, rounds=stage.rounds)
    yield CHANGE, queries_after_a_move(many, root) / queries_after_a_move(one, root)
    settings.PUBLIC_ROOT = before
