"""Publishing reads what it shows, and costs the same in a large archive as in a small one."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dialog_portal.access.models import Role
from meetings.models import Meeting
from minutes.approval import actions as approval
from minutes.compile_document import content_hash
from minutes.distribution import actions as distributing
from minutes.models import Approval, Edition, Minutes, Rendering
from minutes.publishing import actions, bake
from minutes.publishing.pages import public_meetings, public_rounds
from minutes.writing import actions as writing
from tests import factories
from tests.minutes.acting import came, distributed, fresh, held_meeting

MANY = 2000


def published(**values: object) -> Edition:
    meeting = held_meeting(**values)
    came(meeting, "Åsa Öhrn", "0192")
    return actions.publish(distributed(meeting), by=factories.user(Role.APPROVER))


def archive(number: int) -> None:
    """So many meetings that were held long ago, each with one edition."""
    first = published()
    begun = timezone.now() - timedelta(days=3000)
    place = first.minutes.meeting.round
    meetings = Meeting.objects.bulk_create(
        Meeting(
            round=place,
            title=f"Möte {n}",
            slug=f"arkiv-{n}",
            starts_at=begun,
            ends_at=begun + timedelta(hours=2),
            reply_by=begun,
            state="held",
        )
        for n in range(number)
    )
    minutes = Minutes.objects.bulk_create(Minutes(meeting=row, state="published") for row in meetings)
    person, author = first.by, factories.user()
    approvals = Approval.objects.bulk_create(
        Approval(minutes=row, content_hash="0", author=author, by=person, at=begun) for row in minutes
    )
    renderings = Rendering.objects.bulk_create(
        Rendering(approval=row, number=1, html="", json="{}", pdf=b"", sha256="0") for row in approvals
    )
    Edition.objects.bulk_create(
        Edition(minutes=row.approval.minutes, rendering=row, number=1, published_at=begun, by=person)
        for row in renderings
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


WHOLE_TABLE = re.compile(
    r"\bsort\b|temp b-tree|seq scan on meetings_meeting\b|scan meetings_meeting\b", re.IGNORECASE
)


def newest(ordering: tuple[str, ...]) -> QuerySet[Edition]:
    return Edition.objects.select_related("minutes__meeting__round").order_by(*ordering)[:40]


@pytest.mark.django_db
def test_the_newest_editions_and_the_coming_meetings_come_from_an_index() -> None:
    archive(MANY)
    plan = newest(("-published_at", "-pk")).explain()
    assert ("edition_newest_first" in plan, WHOLE_TABLE.findall(plan)) == (True, [])
    assert "meeting_by_end" in public_meetings().coming()[:6].explain()


@pytest.mark.django_db
def test_an_order_without_an_index_sorts_every_edition() -> None:
    """Control: the test above sees a plan that reads the whole table."""
    archive(MANY)
    assert WHOLE_TABLE.search(newest(("-reason", "-pk")).explain())


@pytest.mark.django_db
def test_a_year_is_public_when_one_of_its_meetings_is_and_looks_no_further() -> None:
    hidden, shown = factories.round_(year=2031), factories.round_(year=2032)
    factories.meeting(round=hidden)
    for number in range(3):
        factories.meeting(round=shown, state="announced", title=f"Möte {number}")
    assert list(public_rounds()) == [shown]
    with CaptureQueriesContext(connection) as seen:
        list(public_rounds())
    assert ("EXISTS" in seen[0]["sql"], "DISTINCT" in seen[0]["sql"]) == (True, False)


def statements(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as seen:
        act()
    return len(seen)


@pytest.mark.django_db
def test_publishing_takes_as_many_queries_when_three_are_published_as_when_one_is() -> None:
    numbers = []
    for code in ("0192", "0114", "0115"):
        meeting = held_meeting()
        came(meeting, "Åsa Öhrn", code)
        minutes, approver = distributed(meeting), factories.user(Role.APPROVER)
        numbers.append(statements(lambda: actions.publish(minutes, by=approver)))  # noqa: B023  # called at once
    assert numbers[0] == numbers[1] == numbers[2]


@pytest.mark.django_db
def test_a_page_of_notes_reads_no_files_and_a_file_reads_its_own_edition_only() -> None:
    edition = published()
    address = actions.pages_of_edition(edition)
    minutes = fresh(edition.minutes)
    writing.start_correction(minutes, what="Antalet är rättat.", by=factories.user())
    writing.circulate_minutes(fresh(minutes), by=factories.user())
    approval.approve(fresh(minutes), seen=content_hash(fresh(minutes)), by=factories.user(Role.APPROVER))
    distributing.distribute(fresh(minutes), previewed=content_hash(fresh(minutes)), by=factories.user())
    actions.publish(fresh(minutes), by=factories.user(Role.APPROVER))
    with CaptureQueriesContext(connection) as seen:
        page = bake.render_page(address[2])
    assert [q["sql"] for q in seen if '"minutes_rendering"."pdf"' in q["sql"]] == []
    assert "Utgåva 2" in page.decode()
    assert bake.render_page(address[0]) == bytes(edition.rendering.pdf)
