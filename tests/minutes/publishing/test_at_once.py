"""Pages are baked in one place: an older page never replaces a newer one, and neither a crash nor a rush loses any."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.urls import reverse

from dialog_portal.access.models import Role, User
from meetings.models import Meeting
from minutes.models import Edition, Minutes, PublicChange
from minutes.publishing import actions, bake, refresh
from minutes.publishing.refresh import refresh_pages
from tests import factories
from tests.minutes.acting import came, distributed, held_meeting


def ready_to_publish(code: str, **values: object) -> Minutes:
    meeting = held_meeting(**values)
    came(meeting, "Åsa Öhrn", code)
    return distributed(meeting)


def notes(minutes: Minutes) -> str:
    return reverse("public:notes", args=[minutes.meeting.round.year, minutes.meeting.slug])


def on_the_start_page(*published: Minutes) -> list[bool]:
    page = bake.public_file("/").read_text()
    return [notes(minutes) in page for minutes in published]


@pytest.mark.django_db
def test_who_publishes_writes_no_file_and_a_worker_is_asked_for_them(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    refresh_pages()
    asked: list[str] = []
    monkeypatch.setattr("dialog_portal.outbox.queue.wake_up.wake_up", asked.append)
    minutes = ready_to_publish("0192")
    with django_capture_on_commit_callbacks(execute=True):
        actions.publish(minutes, by=factories.user(Role.APPROVER))
    before = on_the_start_page(minutes)
    refresh_pages()
    assert (asked, before, on_the_start_page(minutes)) == ([refresh.TASK], [False], [True])
    places = actions.pages_of_edition(Edition.objects.get())
    assert [bake.public_file(place).read_bytes() for place in places] == [
        bake.render_page(place) for place in places
    ]


def baking_before_its_time(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], object]) -> None:
    """Let something happen after a worker has read what it is to bake, and before it lets go of the lock."""
    real, happened = refresh.bake_until, []

    def bake_until(end: float, troubles: list[Exception]) -> int:
        baked = real(end, troubles)
        if not happened:
            happened.append(meanwhile())
        return baked

    monkeypatch.setattr(refresh, "bake_until", bake_until)


@pytest.mark.django_db
def test_a_second_worker_leaves_it_to_the_first_which_looks_once_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refresh_pages()
    second: list[int] = []

    def publish_and_run() -> None:
        factories.meeting(state="announced", title="Nyss utlyst")
        second.append(refresh_pages())

    baking_before_its_time(monkeypatch, publish_and_run)
    refresh_pages()
    assert (second, "Nyss utlyst" in bake.public_file("/").read_text()) == ([0], True)


@pytest.mark.django_db
def test_control_a_first_worker_that_looks_once_only_would_leave_the_page_old(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refresh_pages()
    monkeypatch.setattr(refresh, "is_anything_due", lambda: False)
    baking_before_its_time(monkeypatch, lambda: factories.meeting(state="announced", title="Nyss utlyst"))
    refresh_pages()
    assert "Nyss utlyst" not in bake.public_file("/").read_text()


@pytest.mark.django_db
def test_what_a_crash_left_is_rendered_from_the_database_by_the_next_run() -> None:
    refresh_pages()
    minutes = ready_to_publish("0192", title="Gammal rubrik")
    actions.publish(minutes, by=factories.user(Role.APPROVER))  # and the process died
    Meeting.objects.filter(pk=minutes.meeting.pk).update(title="Ny rubrik")
    assert refresh_pages() > 0
    page = bake.public_file("/").read_text()
    assert ("Ny rubrik" in page, "Gammal rubrik" in page) == (True, False)
    assert (refresh_pages(), PublicChange.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_a_run_whose_time_is_over_asks_for_another_and_nothing_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(refresh, "wake_up", asked.append)
    refresh_pages()
    minutes = ready_to_publish("0192")
    actions.publish(minutes, by=factories.user(Role.APPROVER))
    assert (refresh_pages(seconds=-1), asked) == (0, [refresh.TASK])
    refresh_pages()
    assert (on_the_start_page(minutes), asked) == ([True], [refresh.TASK])


@pytest.mark.django_db
def test_what_has_just_changed_does_not_wait_for_a_rebuild_of_everything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(3):
        factories.meeting(state="announced", title=f"Möte {number}")
    refresh.ask_for_every_page()
    new = factories.meeting(state="announced", title="Nyss utlyst")
    monkeypatch.setattr(refresh, "CHANGES_AT_ONCE", 2)
    refresh.bake_due([])
    assert bake.public_file(reverse("public:meeting", args=[new.round.year, new.slug])).exists()
    assert PublicChange.objects.count() > 0


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
            refresh_pages(wait=True)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(pair)) as pool:
        list(pool.map(press, pair, approvers))
    assert (on_the_start_page(*pair), PublicChange.objects.count()) == ([True, True], 0)
