"""Pages are rendered once, before the commit; an older page never replaces a newer one, and a crash loses none."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dialog_portal.access.models import Role, User
from meetings.models import Meeting
from minutes.models import Bake, Edition, Minutes
from minutes.publishing import actions, bake
from minutes.publishing.refresh import refresh_pages
from tests import factories
from tests.minutes.acting import came, distributed, held_meeting


def ready_to_publish(code: str, **values: object) -> Minutes:
    meeting = held_meeting(**values)
    came(meeting, "Åsa Öhrn", code)
    return distributed(meeting)


def committed(minutes: Minutes) -> Callable[[], Any]:
    """Publish as far as the commit; what writes the files is handed back to be called later."""
    with TestCase.captureOnCommitCallbacks() as callbacks:
        actions.publish(minutes, by=factories.user(Role.APPROVER))
    (write_files,) = callbacks
    return write_files


def notes(minutes: Minutes) -> str:
    return reverse("public:notes", args=[minutes.meeting.round.year, minutes.meeting.slug])


def on_the_start_page(*published: Minutes) -> list[bool]:
    page = bake.public_file("/").read_text()
    return [notes(minutes) in page for minutes in published]


@pytest.mark.django_db
def test_what_was_rendered_before_the_commit_is_what_is_written_after_it() -> None:
    refresh_pages()
    write_files = committed(ready_to_publish("0192"))
    with CaptureQueriesContext(connection) as seen:
        write_files()
    assert [query["sql"].split()[:2] for query in seen] == [["UPDATE", '"minutes_bake"']]
    edition = Edition.objects.get()
    assert [bake.public_file(place).read_bytes() for place in actions.pages_of_edition(edition)] == [
        bake.render_page(place) for place in actions.pages_of_edition(edition)
    ]


@pytest.mark.django_db
def test_the_publication_that_writes_last_shows_both_although_it_was_rendered_first() -> None:
    refresh_pages()
    first, second = ready_to_publish("0192"), ready_to_publish("0114")
    write_first, write_second = committed(first), committed(second)
    write_second()
    write_first()
    assert on_the_start_page(first, second) == [True, True]


@pytest.mark.django_db
def test_without_the_version_of_the_files_an_older_page_would_replace_a_newer_one() -> None:
    """Control: pages that claim to be as new as the files are written as they are."""
    refresh_pages()
    first, second = ready_to_publish("0192"), ready_to_publish("0114")
    committed(first)
    row = Bake.objects.get()
    older = bake.render_pages(row.addresses)
    committed(second)()
    bake.finish_bake(row, replace(older, files=bake.version_of_files()))
    assert on_the_start_page(first, second) == [True, False]


@pytest.mark.django_db
def test_what_the_clock_writes_between_rendering_and_writing_is_not_undone() -> None:
    refresh_pages()
    minutes = ready_to_publish("0192")
    write_files = committed(minutes)
    factories.meeting(state="announced", title="Nyss utlyst")
    refresh_pages()
    write_files()
    assert "Nyss utlyst" in bake.public_file("/").read_text()


@pytest.mark.django_db
def test_what_a_crash_left_is_rendered_again_from_the_database_by_the_sweep() -> None:
    refresh_pages()
    minutes = ready_to_publish("0192", title="Gammal rubrik")
    committed(minutes)  # and the process died: its pages are gone
    Meeting.objects.filter(pk=minutes.meeting.pk).update(title="Ny rubrik")
    assert bake.finish_open_bakes(age=bake.timedelta(0)) == 1
    page = bake.public_file("/").read_text()
    assert ("Ny rubrik" in page, "Gammal rubrik" in page) == (True, False)
    assert bake.finish_open_bakes(age=bake.timedelta(0)) == 0


@pytest.mark.django_db
def test_files_have_a_new_version_after_each_writing_and_none_while_it_lasts_or_when_it_broke_off() -> None:
    versions = [bake.version_of_files()]
    with bake.baking_lock() as before:
        versions.append(bake.version_of_files())
    assert (versions, before) == (["", ""], "")
    first = bake.version_of_files()
    with bake.baking_lock() as before:
        assert before == first
    second = bake.version_of_files()
    assert len({"", first, second}) == 3
    with pytest.raises(OSError, match="full"), bake.baking_lock():
        raise OSError("full")
    assert bake.version_of_files() == ""


@pytest.mark.django_db
def test_pages_without_a_version_are_rendered_again() -> None:
    """Nobody knows what an interrupted writer left, so nothing that was rendered before counts as newer."""
    write_files = committed(ready_to_publish("0192"))
    factories.meeting(state="announced", title="Nyss utlyst")
    write_files()
    assert "Nyss utlyst" in bake.public_file("/").read_text()


@pytest.mark.django_db(transaction=True)
def test_two_publications_at_the_same_moment_both_stand_on_the_pages_that_they_share() -> None:
    refresh_pages()
    pair = [ready_to_publish("0192"), ready_to_publish("0114")]
    approvers = [factories.user(Role.APPROVER) for _ in pair]
    start = Barrier(len(pair))

    def press(minutes: Minutes, approver: User) -> None:
        start.wait(30)
        try:
            actions.publish(minutes, by=approver)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(pair)) as pool:
        list(pool.map(press, pair, approvers))
    assert on_the_start_page(*pair) == [True, True]
    assert Bake.objects.filter(done_at__isnull=True).count() == 0
