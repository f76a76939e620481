"""Staff's lists with a hundred times the demo's data over the demo itself: time, and the number of questions asked."""

from collections.abc import Callable, Iterator

from benchmarks import growth
from benchmarks.figure import Figure
from benchmarks.stage import Line, Stage, times_faster

TIMES = 100
TURNS = 5


def queries_made(name: str) -> Figure:
    return Figure(f"{name} at 100 x data over 1 x (queries)", "<=", goal=1.0, released=1.0)


def time_taken(name: str) -> Figure:
    return Figure(f"{name} at 100 x data over 1 x (time)", "<=", goal=1.5, released=2.9)


def multiply(times: int) -> None:
    """The register, the current round's meetings with guests and answers, and every letter with its tries."""
    from dialog_portal.links.models import Link
    from dialog_portal.outbox.models import Attempt, Letter
    from meetings.models import Agenda, Invitation, Invitee, Meeting, MeetingLetter, Reply
    from parties.models import Mandate, Membership, Party, Person

    growth.multiply(
        times - 1,
        {
            Party: {"name": "name || ' ' || n"},
            Person: {},
            Membership: {},
            Mandate: {},
            Link: {"public_id": "left(md5(public_id || n), 20)"},
            Meeting: {"slug": "left(slug, 60) || '-' || id || '-' || n"},
            Meeting.categories.through: {},
            Agenda: {},
            Invitation: {},
            Invitee: {},
            Reply: {},
            Letter: {"raw": "NULL", "state": "'accepted'", "accepted_at": "created", "lease_until": "NULL"},
            Attempt: {},
            MeetingLetter: {},
        },
    )


def lists() -> dict[str, str]:
    """The pages, by the name staff know them by."""
    from django.db.models import Count
    from django.urls import reverse

    from meetings.models import Meeting

    meeting = Meeting.objects.annotate(n=Count("invitees")).order_by("-n", "pk")[0]
    return {
        "register": reverse("staff:party_list"),
        "round": reverse("staff:round_detail", args=[meeting.round.year]),
        "outbox": reverse("staff:outbox"),
        "invitations": reverse("staff:invitations", args=[meeting.pk]),
    }


def reader(database: str, path: str) -> Callable[[], int]:
    """A job that opens a page a few times; answers how many queries one time takes."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from dialog_portal.access.models import User

    def read() -> int:
        with growth.using(database):
            client = Client(SERVER_NAME="localhost")
            client.force_login(
                User.objects.filter(role="officer")[0], backend="django.contrib.auth.backends.ModelBackend"
            )
            for _ in range(TURNS):
                with CaptureQueriesContext(connection) as seen:
                    answer = client.get(path)
                if answer.status_code != 200:
                    raise RuntimeError(f"{path}: {answer.status_code}")
        return len(seen)

    return read


def measure(stage: Stage) -> Iterator[Line]:
    paths = lists()
    one, many = growth.copy_database("onefold"), growth.copy_database("hundredfold")
    with growth.using(many):
        multiply(stage.size(2, TIMES))
    for name, path in paths.items():
        small, large = reader(one, path), reader(many, path)
        yield queries_made(name), large() / small()
        yield time_taken(name), 1 / times_faster(large, small, rounds=stage.rounds)
