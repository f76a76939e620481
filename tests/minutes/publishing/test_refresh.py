"""What is baked follows from what changed and from the clock; the rest is left alone."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dialog_portal.access.models import Role
from meetings.models import Meeting, MeetingState, Round
from meetings.models.meeting import MEETING_NEXT
from minutes.models import BakedPage, PublicChange, PublicText, Redirect, TextKind
from minutes.publishing import actions, refresh
from minutes.publishing.bake import public_file, render_page
from minutes.publishing.refresh import rebuild_pages, refresh_pages
from minutes.publishing.standard_texts import STANDARD
from minutes.tasks import finish_publications
from parties.models import Category, Party
from tests import factories
from tests.minutes.acting import came, distributed, held_meeting
from tests.minutes.publishing.addresses import address

pytestmark = pytest.mark.django_db
LINK = re.compile(r'href="(/[^"#?]*)')


def on(year: int, month: int, day: int, hour: int = 13) -> datetime:
    return timezone.make_aware(datetime(year, month, day, hour))


def meeting_at(start: datetime, **values: Any) -> Meeting:
    given = {"ends_at": start + timedelta(hours=2), "reply_by": start - timedelta(days=7), **values}
    return factories.meeting(starts_at=start, **given)


def text(place: str) -> str:
    return public_file(place).read_text()


def dead_links() -> set[str]:
    """Addresses that a baked page leads to and that have no file."""
    pages = [path.read_text() for path in settings.PUBLIC_ROOT.rglob("*.html")]
    led_to = {place for page in pages for place in LINK.findall(page)}
    inside = {
        place for place in led_to if place.startswith(("/static/", "/arbete/", reverse("public:report")))
    }
    return {place for place in led_to - inside if not public_file(place).is_file()}


@pytest.mark.parametrize("bake", [refresh_pages, rebuild_pages])
def test_the_page_that_nginx_answers_with_when_there_is_no_file_is_baked(bake: Callable[[], Any]) -> None:
    bake()
    page = text("/404.html")
    assert "<h1>Sidan finns inte</h1>" in page
    assert re.search(r'<body class="public">', page)
    assert "css/public.css" in page
    assert gzip.decompress(Path(f"{public_file('/404.html')}.gz").read_bytes()).decode() == page


# --- What changed, whatever the round's year -------------------------------------------------------------------------


def test_a_meeting_later_than_its_rounds_year_is_baked_when_it_is_announced() -> None:
    refresh_pages()
    meeting = meeting_at(on(2026, 12, 5), round=factories.round_(year=2025))
    actions.take_step(meeting, MEETING_NEXT, MeetingState.ANNOUNCED, by=factories.user())
    finish_publications()
    assert address("meeting", meeting) in text("/")
    assert (public_file(address("meeting", meeting)).is_file(), dead_links()) == (True, set())


def test_a_meeting_that_moves_after_new_year_is_baked_anew() -> None:
    meeting = meeting_at(on(2027, 1, 22), round=factories.round_(year=2026), state="announced")
    finish_publications()
    with time_machine.travel(on(2027, 1, 2)):
        Meeting.objects.filter(pk=meeting.pk).update(
            starts_at=on(2027, 1, 27), ends_at=on(2027, 1, 27, 16), venue="NY LOKAL"
        )
        finish_publications()
    for place in (address("meeting", meeting), "/moten/2026/", "/"):
        page = text(place)
        assert ("27 januari 2027" in page, "NY LOKAL" in page, "22 januari" in page) == (True, True, False)


def test_over_two_new_years_every_page_says_what_holds_and_leads_somewhere() -> None:
    """Each step happens on its own day, in rounds of other years; after each the files are what would be rendered."""
    years = {year: factories.round_(year=year) for year in (2025, 2026, 2027)}
    early = meeting_at(on(2026, 12, 28), round=years[2025], state="announced", title="Sent på året")
    middle = meeting_at(on(2027, 1, 22), round=years[2026], title="Efter nyår")
    late = meeting_at(on(2028, 1, 10), round=years[2027], title="Nästa nyår")
    steps: list[tuple[datetime, Callable[[], object]]] = [
        (on(2026, 12, 27), lambda: Meeting.objects.filter(pk=middle.pk).update(state="announced")),
        (on(2026, 12, 31, 23), lambda: Meeting.objects.filter(pk=early.pk).update(state="held")),
        (on(2027, 1, 1, 0), lambda: factories.item(early, title="Efterhand")),
        (on(2027, 6, 1), lambda: late.steps.create(before="planned", after="announced")),
        (on(2027, 12, 31), lambda: Meeting.objects.filter(pk=late.pk).update(state="invited")),
        (on(2028, 1, 1), lambda: Round.objects.filter(year=2025).update(intro="Så här i efterhand")),
        (on(2028, 1, 11), lambda: Meeting.objects.filter(pk=late.pk).update(state="cancelled")),
    ]
    for day, step in steps:
        with time_machine.travel(day):
            step()
            finish_publications()
            assert (stale_pages(), dead_links()) == ([], set())


def stale_pages() -> list[str]:
    """Addresses whose file is not what the page would be now."""
    return [
        row.address
        for row in BakedPage.objects.all()
        if public_file(row.address).read_bytes() != render_page(row.address)
    ]


def publish_text(kind: str, round_: Round | None = None) -> None:
    """Make words of the site public, past every rule."""
    text = PublicText.objects.create(kind=kind, round=round_, version=1)
    content = {**STANDARD[kind], "lead": "Nytt", "other_format": "Nytt"}
    text.revisions.create(number=1, content=content, at=timezone.now(), published_at=timezone.now())


CHANGES: list[Callable[[Meeting], object]] = [
    lambda meeting: Meeting.objects.filter(pk=meeting.pk).update(venue="Nytt"),
    lambda meeting: meeting.agenda.items.update(title="Nytt"),
    lambda meeting: meeting.agenda.items.all().delete(),
    lambda meeting: type(meeting.agenda).objects.filter(meeting=meeting).update(state="draft"),
    lambda meeting: meeting.invitations.update(label="Nytt", party=None),
    lambda meeting: meeting.invitations.all().delete(),
    lambda meeting: Party.objects.filter(invitations__meeting=meeting).update(name="Nytt"),
    lambda meeting: Party.objects.filter(pk=meeting.host_id).update(name="Nytt"),
    lambda meeting: Category.objects.update(name="Nytt"),
    lambda meeting: Round.objects.update(intro="Nytt", year=2040),
    lambda meeting: meeting.round.purposes.update(text="Nytt"),
    lambda meeting: meeting.round.purposes.clear(),
    lambda meeting: publish_text(TextKind.YEAR, meeting.round),
    lambda meeting: publish_text(TextKind.ACCESSIBILITY),
    lambda meeting: publish_text(TextKind.START),
    lambda meeting: Redirect.objects.create(old_path="/gammal", target=f"/moten/{meeting.round.year}/"),
    lambda meeting: Category.objects.get().memberships.create(party=meeting.host, from_year=2000),
    lambda meeting: Category.objects.get().cadences.create(from_year=2000),
    lambda meeting: meeting.categories.add(Category.objects.get()),
    lambda meeting: meeting.steps.create(before="planned", after="announced"),
]


@pytest.mark.parametrize("change", CHANGES, ids=range(len(CHANGES)))
def test_whatever_changes_in_the_database_is_baked_however_it_was_written(
    change: Callable[[Meeting], object],
) -> None:
    factories.category(from_year=2000)
    meeting = factories.meeting(state="announced", host=factories.party())
    hidden = factories.meeting(title="Inställt innan", state="cancelled", round=meeting.round)
    factories.item(meeting)
    type(meeting.agenda).objects.update(state="settled")
    factories.invitation(meeting)
    meeting.round.purposes.create(text="Att lyssna", from_year=2000)
    refresh_pages()
    change(hidden if change is CHANGES[-1] else meeting)
    refresh_pages()
    assert (stale_pages(), dead_links(), PublicChange.objects.count()) == ([], set(), 0)


def test_control_without_the_databases_notes_the_pages_would_be_old() -> None:
    meeting = factories.meeting(state="announced")
    refresh_pages()
    CHANGES[0](meeting)
    PublicChange.objects.all().delete()
    refresh_pages()
    assert len(stale_pages()) == 3


# --- The clock -------------------------------------------------------------------------------------------------------


def test_a_meeting_that_has_ended_leaves_the_start_page_by_itself() -> None:
    soon, later = factories.meeting(state="announced"), factories.meeting(state="announced")
    Meeting.objects.filter(pk=later.pk).update(ends_at=soon.ends_at + timedelta(days=3))
    refresh_pages()
    for days, shown in ((0, [True, True]), (1, [False, True]), (4, [False, False])):
        with time_machine.travel(soon.ends_at + timedelta(days=days, seconds=-1)):
            refresh_pages()
            page = text("/")
            assert [address("meeting", row) in page for row in (soon, later)] == shown
            assert stale_pages() == []


def test_every_page_that_looks_at_the_clock_says_until_when_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that compares with the clock and does not call `changes_at` would stand until something else changes."""
    meeting = held_meeting()
    came(meeting, "Åsa Öhrn", "0192")
    edition = actions.publish(distributed(meeting), by=factories.user(Role.APPROVER))
    factories.meeting(state="announced", round=edition.minutes.meeting.round)
    refresh_pages()
    real, looked, pages = timezone.now, [], list(BakedPage.objects.all())
    for row in pages:
        with monkeypatch.context() as patch:
            patch.setattr(timezone, "now", lambda row=row: looked.append(row) or real())
            render_page(row.address)
    silent = {row.address for row in looked if row.changes_at is None}
    assert ({row.address for row in looked}, silent) == ({"/"}, set())


# --- Only what changed -----------------------------------------------------------------------------------------------


def files() -> dict[Path, int]:
    return {path: path.stat().st_ino for path in settings.PUBLIC_ROOT.rglob("*.html")}


def test_a_change_of_one_meeting_writes_its_page_its_year_and_the_start_page() -> None:
    meetings = [factories.meeting(state="announced") for _ in range(4)]
    refresh_pages()
    before = files()
    Meeting.objects.filter(pk=meetings[0].pk).update(venue="Nytt")
    refresh_pages()
    written = {path for path, inode in files().items() if before.get(path) != inode}
    year = f"/moten/{meetings[0].round.year}/"
    assert written == {public_file(place) for place in (address("meeting", meetings[0]), year, "/")}


def test_a_minute_in_which_nothing_happens_takes_as_many_queries_for_many_pages_as_for_few() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert refresh_pages() == 0
        return len(seen)

    factories.meeting(state="announced")
    refresh_pages()
    few = queries()
    for _ in range(12):
        factories.meeting(state="announced")
    refresh_pages()
    assert (queries(), few <= 20) == (few, True)


def test_another_program_or_setting_bakes_every_page_once(monkeypatch: pytest.MonkeyPatch) -> None:
    factories.meeting(state="announced")
    refresh_pages()
    for path in settings.PUBLIC_ROOT.rglob("*.html"):
        path.unlink()
    assert refresh_pages() == 0
    monkeypatch.setattr(refresh, "program_stamp", lambda: "a template has changed")
    assert (refresh_pages(), refresh_pages()) == (BakedPage.objects.count(), 0)
    assert (dead_links(), public_file("/").is_file()) == (set(), True)


# --- What the database no longer knows -------------------------------------------------------------------------------


def test_the_page_of_a_meeting_that_is_gone_is_removed_and_nothing_leads_to_it() -> None:
    meeting = factories.meeting(state="announced")
    refresh_pages()
    gone = [public_file(address("meeting", meeting)), public_file(f"/moten/{meeting.round.year}/")]
    assert [path.is_file() for path in gone] == [True, True]
    meeting.agenda.delete()
    meeting.delete()
    refresh_pages()
    assert ([path.parent.exists() for path in gone], dead_links()) == ([False, False], set())
    assert not BakedPage.objects.filter(address=address("meeting", meeting)).exists()


def test_a_meeting_that_gets_another_address_leaves_no_page_at_the_old_one() -> None:
    meeting = factories.meeting(state="announced", slug="fel-ord")
    refresh_pages()
    old = public_file(address("meeting", meeting))
    Meeting.objects.filter(pk=meeting.pk).update(slug="ratt-ord")
    refresh_pages()
    meeting.refresh_from_db()
    assert (old.exists(), public_file(address("meeting", meeting)).is_file()) == (False, True)


def test_a_rebuild_removes_pages_that_nobody_knows_and_leaves_other_files_alone() -> None:
    known = factories.meeting(state="announced")
    rebuild_pages()
    left = public_file("/moten/2019/som-var/")
    left.parent.mkdir(parents=True)
    left.write_text("en sida från förr")
    Path(f"{left}.gz").write_bytes(b"")
    others = settings.PUBLIC_ROOT / "robots.txt"
    others.write_text("User-agent: *")
    rebuild_pages()
    assert (left.parent.exists(), others.exists()) == (False, True)
    assert public_file(address("meeting", known)).is_file()


def test_an_edition_that_a_restored_database_has_lost_is_named_and_kept(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lost = "/moten/2019/som-var/anteckningar/utgava-1.pdf"
    public_file(lost).parent.mkdir(parents=True)
    public_file(lost).write_bytes(b"%PDF-")
    call_command("bake")
    assert (public_file(lost).exists(), lost in capsys.readouterr().out) == (True, True)
