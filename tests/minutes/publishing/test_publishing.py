"""From notes that were sent to public files: exactly what was sent, all of it or nothing."""

from __future__ import annotations

import gzip
import hashlib
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from dialog_portal.access.models import Role
from dialog_portal.base.states import NotAllowed
from dialog_portal.outbox.content import read_content
from dialog_portal.outbox.models import Letter
from meetings.models import Meeting
from minutes.approval import actions
from minutes.approval.authors import authors
from minutes.compile_document import content_hash
from minutes.distribution import actions as distributing
from minutes.models import Edition, Minutes, MinutesState, PublicChange
from minutes.publishing import actions as publishing
from minutes.publishing import bake
from minutes.publishing.refresh import rebuild_pages, refresh_pages
from minutes.writing import actions as writing
from tests import factories
from tests.minutes.acting import approved, came, distributed, fresh, held_meeting, written
from tests.minutes.publishing.addresses import address


@pytest.mark.django_db
def test_publish_freezes_exactly_what_was_mailed(public_root: Path) -> None:
    meeting = held_meeting()
    came(meeting, "Åsa Öhrn", "0192")
    minutes = distributed(meeting)
    edition = publishing.publish(minutes, by=factories.user(Role.APPROVER))
    refresh_pages()
    file = public_root / address("notes_pdf", meeting, 1).lstrip("/")
    mailed = read_content(Letter.objects.get())
    assert mailed is not None
    assert file.read_bytes() == mailed.attachments[0].data
    assert hashlib.sha256(file.read_bytes()).hexdigest() == edition.rendering.sha256
    page = bake.public_file(address("notes", meeting))
    assert "Vi talade." in page.read_text()
    assert gzip.decompress(Path(f"{page}.gz").read_bytes()) == page.read_bytes()
    assert address("notes", meeting) in bake.public_file("/").read_text()


@pytest.mark.django_db
@pytest.mark.parametrize("state", [state for state in MinutesState if state != MinutesState.DISTRIBUTED])
def test_only_notes_that_have_been_sent_are_published(state: MinutesState) -> None:
    meeting = held_meeting()
    came(meeting, "Åsa Öhrn", "0192")
    minutes = approved(meeting)
    Minutes.objects.filter(pk=minutes.pk).update(state=state)
    with pytest.raises(NotAllowed):
        publishing.publish(fresh(minutes), by=factories.user(Role.APPROVER))
    assert Edition.objects.count() == 0


@pytest.mark.django_db
def test_publish_by_anybody_who_wrote_is_refused() -> None:
    meeting, wrote = held_meeting(), factories.user(Role.APPROVER)
    came(meeting, "Åsa Öhrn", "0192")
    minutes = written(meeting, wrote)
    writing.save_section(
        minutes.sections.all()[0], heading="H", html="<p>Sist.</p>", seen_version=2, by=factories.user()
    )
    writing.circulate_minutes(minutes, by=factories.user())
    actions.approve(fresh(minutes), seen=content_hash(fresh(minutes)), by=factories.user(Role.APPROVER))
    distributing.distribute(fresh(minutes), previewed=content_hash(fresh(minutes)), by=factories.user())
    with pytest.raises(NotAllowed, match="själv skrivit"):
        publishing.publish(fresh(minutes), by=wrote)


@pytest.mark.django_db
def test_the_publisher_sees_the_names_that_will_be_published(client: Client) -> None:
    meeting = held_meeting()
    attendee = came(meeting, "Åsa Öhrn", "0192")
    distributed(meeting)
    type(attendee).objects.filter(pk=attendee.pk).update(attended=False)
    client.force_login(factories.user(Role.APPROVER))
    assert "Åsa Öhrn" in client.get(reverse("staff:minutes_publish", args=[meeting.pk])).content.decode()


@pytest.mark.django_db
def test_publish_by_the_last_author_is_refused() -> None:
    meeting = held_meeting()
    came(meeting, "Åsa Öhrn", "0192")
    minutes = distributed(meeting)
    with pytest.raises(NotAllowed, match="själv skrivit"):
        publishing.publish(minutes, by=authors(minutes)[0])


@pytest.mark.django_db
def test_publish_of_a_page_that_cannot_be_shown_leaves_everything_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    meeting = held_meeting()
    came(meeting, "Åsa Öhrn", "0192")
    minutes = distributed(meeting)

    def broken(_address: str) -> bytes:
        raise RuntimeError("a template is broken")

    PublicChange.objects.all().delete()
    monkeypatch.setattr(publishing, "render_page", broken)
    with pytest.raises(RuntimeError):
        publishing.publish(minutes, by=factories.user(Role.APPROVER))
    assert (fresh(minutes).state, Edition.objects.count(), PublicChange.objects.count()) == (
        MinutesState.DISTRIBUTED,
        0,
        0,
    )


@pytest.mark.django_db
def test_correction_becomes_a_new_edition_and_the_old_one_stays() -> None:
    meeting = held_meeting()
    came(meeting, "Åsa Öhrn", "0192")
    publishing.publish(distributed(meeting), by=factories.user(Role.APPROVER))
    refresh_pages()
    first = bake.public_file(address("notes_pdf", meeting, 1)).read_bytes()
    minutes = fresh(meeting.minutes)
    writing.start_correction(minutes, what="Antalet är rättat.", by=factories.user())
    section = minutes.sections.all()[0]
    writing.save_section(section, heading="H", html="<p>Nytt tal.</p>", seen_version=2, by=factories.user())
    writing.circulate_minutes(minutes, by=factories.user())
    assert "Nytt tal." not in bake.render_page(address("notes", meeting)).decode()
    actions.approve(fresh(minutes), seen=content_hash(fresh(minutes)), by=factories.user(Role.APPROVER))
    distributing.distribute(fresh(minutes), previewed=content_hash(fresh(minutes)), by=factories.user())
    publishing.publish(fresh(minutes), by=factories.user(Role.APPROVER))
    refresh_pages()
    page = bake.public_file(address("notes", meeting)).read_text()
    assert ("Nytt tal." in page, "Antalet är rättat." in page) == (True, True)
    assert bake.public_file(address("notes_pdf", meeting, 1)).read_bytes() == first
    assert Letter.objects.count() == 2


@pytest.mark.django_db
def test_a_public_address_never_reaches_the_database(client: Client, django_assert_num_queries: Any) -> None:
    meeting = held_meeting(state="held")
    rebuild_pages()
    with django_assert_num_queries(0):
        page = client.get(address("meeting", meeting))
        missing = client.get(address("notes", meeting))
    assert (page.status_code, missing.status_code) == (200, 404)
    assert not page.cookies


@pytest.mark.django_db
def test_planned_meetings_and_drafts_stay_inside(client: Client) -> None:
    secret = factories.meeting(title="Inte utlyst än")
    rebuild_pages()
    assert client.get(address("meeting", secret)).status_code == 404
    assert "Inte utlyst" not in bake.public_file("/").read_text()


@pytest.mark.django_db
def test_a_meeting_that_was_cancelled_before_it_was_announced_stays_inside() -> None:
    silent, told = (
        factories.meeting(title="Tyst", state="cancelled"),
        factories.meeting(title="Känt", state="cancelled"),
    )
    told.steps.create(before="planned", after="announced")
    rebuild_pages()
    assert not bake.public_file(address("meeting", silent)).exists()
    assert "inställt" in bake.public_file(address("meeting", told)).read_text()


@pytest.mark.django_db
def test_what_changes_after_the_mailing_does_not_reach_the_web() -> None:
    meeting = held_meeting(venue="Rätt lokal")
    came(meeting, "Åsa Öhrn", "0192")
    minutes = distributed(meeting)
    Meeting.objects.filter(pk=meeting.pk).update(venue="En annan lokal")
    publishing.publish(minutes, by=factories.user(Role.APPROVER))
    refresh_pages()
    page = bake.public_file(address("notes", meeting)).read_text()
    assert ("Rätt lokal" in page, "En annan lokal" in page) == (True, False)


@pytest.mark.django_db
def test_publishing_touches_a_handful_of_files(public_root: Path) -> None:
    for number in range(12):
        factories.meeting(state="announced", title=f"Möte {number}")
    rebuild_pages()
    before = {path: path.stat().st_mtime_ns for path in public_root.rglob("*") if path.is_file()}
    meeting = held_meeting()
    came(meeting, "Åsa Öhrn", "0192")
    publishing.publish(distributed(meeting), by=factories.user(Role.APPROVER))
    refresh_pages()
    after = {path: path.stat().st_mtime_ns for path in public_root.rglob("*") if path.is_file()}
    touched = {path for path in after if before.get(path) != after[path] and path.suffix not in {".gz", ""}}
    assert len(touched) == 7


CRASHING = """
    import os, signal, django
    from django.conf import settings
    settings.STORAGES = {{"staticfiles": {{"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}}}
    django.setup()
    from pathlib import Path
    from dialog_portal.access.models import User
    from minutes.models import Minutes
    from minutes.publishing import actions, bake, refresh
    real, left = bake.replace_file, {steps}
    def replace(path, content):
        global left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        real(path, content)
    bake.replace_file = replace
    actions.publish(Minutes.objects.get(pk={minutes}), by=User.objects.get(pk={user}))
    refresh.refresh_pages()
"""


@pytest.mark.fault
@pytest.mark.real_clock
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("steps", [0, 1, 4, 7])
def test_kill_in_the_middle_of_publishing_is_finished_by_the_sweep(
    steps: int, tmp_path: Path, public_root: Path
) -> None:
    meeting = held_meeting()
    came(meeting, "Åsa Öhrn", "0192")
    refresh_pages()
    minutes, approver = distributed(meeting), factories.user(Role.APPROVER)
    program = textwrap.dedent(CRASHING).format(steps=steps, minutes=minutes.pk, user=approver.pk)
    dead = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **child_settings(public_root)},
        check=False,
        capture_output=True,
    )
    assert dead.returncode == -signal.SIGKILL, dead.stderr.decode()
    assert Edition.objects.count() == 1
    refresh_pages()
    found = [
        bake.public_file(place).is_file() for place in publishing.pages_of_edition(Edition.objects.get())
    ]
    assert found == [True] * 7
    assert not list(public_root.rglob(".baking-*"))


def child_settings(public_root: Path) -> dict[str, str]:
    """The same database as this test, in another process."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{database['NAME']}"
    else:
        host = database["HOST"] or database["OPTIONS"].get("host", "")
        url = f"postgresql://{database['USER']}:{database['PASSWORD']}@/{database['NAME']}?host={host}&port={database['PORT']}"
    return {"DATABASE_URL": url, "PUBLIC_ROOT": str(public_root), "PYTHONPATH": str(settings.BASE_DIR)}


@pytest.mark.django_db
def test_control_without_the_row_nothing_finishes_what_a_crash_interrupted() -> None:
    meeting = held_meeting()
    came(meeting, "Åsa Öhrn", "0192")
    refresh_pages()
    publishing.publish(distributed(meeting), by=factories.user(Role.APPROVER))
    PublicChange.objects.all().delete()
    refresh_pages()
    assert not bake.public_file(address("notes", meeting)).exists()
