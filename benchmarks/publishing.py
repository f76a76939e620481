"""Publishing one more edition when there are ten thousand, over when there are ten: pages, files and rows."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from benchmarks import growth
from benchmarks.figure import Figure
from benchmarks.stage import Line, Stage, times_faster

FEW, MANY = 10, 10_000
TIME = Figure(f"publishing with {MANY} editions over {FEW} (time)", "<=", goal=1.2, released=2.7)
YEARS = range(2020, 2100)
PUBLISHED = (
    "SELECT meeting_id FROM minutes_minutes JOIN minutes_edition e ON e.minutes_id = minutes_minutes.id"
)


def fill(editions: int) -> None:
    """So many editions more or less, each with its meeting, spread over many years."""
    from meetings.models import Agenda, Meeting, MeetingStep, Round
    from minutes.models import Approval, Edition, Minutes, Rendering

    there = set(Round.objects.values_list("year", flat=True))
    Round.objects.bulk_create(
        Round(year=year, signer="Ylva Norrby", signer_title="förvaltningschef")
        for year in YEARS
        if year not in there
    )
    rounds = ",".join(str(pk) for pk in Round.objects.values_list("pk", flat=True))
    meeting = {
        "slug": "left(slug, 60) || '-' || id || '-' || n",
        "round_id": f"(ARRAY[{rounds}])[1 + n % {len(YEARS)}]",
        "group_id": "NULL",
    }
    growth.multiply(
        round(editions / Edition.objects.count()),
        {
            Meeting: meeting,
            Agenda: {},
            MeetingStep: {},
            Minutes: {},
            Approval: {},
            Rendering: {},
            Edition: {},
        },
        {
            Meeting: f"id IN ({PUBLISHED})",
            Agenda: f"meeting_id IN ({PUBLISHED})",
            MeetingStep: f"meeting_id IN ({PUBLISHED})",
            Minutes: f"meeting_id IN ({PUBLISHED})",
            Approval: "id IN (SELECT approval_id FROM minutes_rendering JOIN minutes_edition e ON e.rendering_id = "
            "minutes_rendering.id)",
            Rendering: "id IN (SELECT rendering_id FROM minutes_edition)",
        },
    )


def publisher(database: str, root: Path) -> Callable[[], None]:
    """A job that publishes distributed notes to a new directory, and takes it back in the database."""
    from django.conf import settings
    from django.db import transaction

    from dialog_portal.access.models import User
    from minutes.models import Minutes, MinutesState
    from minutes.publishing.actions import publish
    from minutes.publishing.refresh import refresh_pages

    turns = count()

    def job() -> None:
        settings.PUBLIC_ROOT = root / database / str(next(turns))
        with growth.using(database), transaction.atomic():
            minutes = Minutes.objects.filter(state=MinutesState.DISTRIBUTED, pk__lt=growth.STEP)[0]
            author = minutes.approvals.get(voided_at=None).author_id
            publish(minutes, by=User.objects.filter(role="approver").exclude(pk=author)[0])
            refresh_pages()
            transaction.set_rollback(True)

    return job


def seem_baked() -> None:
    """Leave the database as where all pages have been written before."""
    from minutes.models import PublicChange
    from minutes.publishing.refresh import ask_for_every_page

    ask_for_every_page()
    PublicChange.objects.all().delete()
    growth.vacuum()


def measure(stage: Stage) -> Iterator[Line]:
    from django.conf import settings

    before = settings.PUBLIC_ROOT
    few, many = growth.copy_database("few"), growth.copy_database("many")
    for name, editions in ((few, FEW), (many, stage.size(2 * FEW, MANY))):
        with growth.using(name):
            fill(editions)
            seem_baked()
    large, small = publisher(many, stage.here / "public"), publisher(few, stage.here / "public")
    yield TIME, 1 / times_faster(large, small, rounds=stage.rounds)
    settings.PUBLIC_ROOT = before
