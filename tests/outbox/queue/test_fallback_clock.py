"""Whoever works sees by themselves that nobody asks for anything, and does what is due."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection

from dialog_portal.access.sign_in import PASSWORD_REQUEST
from dialog_portal.outbox import tasks
from dialog_portal.outbox.models import Letter, Wanted
from dialog_portal.outbox.queue import fallback_clock
from dialog_portal.outbox.queue.fallback_clock import BEATS_OWN, PARTS, FallbackClock, tasks_of
from minutes.models import PublicChange
from tests import factories
from tests.outbox.letters import later, letter, only


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that would have been started in processes of their own."""
    commands: list[list[str]] = []

    class Running:
        def __init__(self, command: list[str]) -> None:
            commands.append(command)

        def poll(self) -> int | None:
            return None

    monkeypatch.setattr(subprocess, "Popen", Running)
    monkeypatch.setattr(connection, "close", lambda: None)  # the test's own
    return commands


def test_every_scheduled_task_but_beats_own_is_done_without_beat_once() -> None:
    done = [name for part in PARTS for name in tasks_of(part)]
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert (set(done), len(done)) == (scheduled - {BEATS_OWN}, len(set(done)))


@pytest.mark.django_db
def test_a_sweep_a_short_while_ago_is_enough(started: list[list[str]]) -> None:
    assert not fallback_clock.has_somebody_swept()
    tasks.sweep()
    assert fallback_clock.has_somebody_swept()
    with later(seconds=36):
        assert not fallback_clock.has_somebody_swept()


@pytest.mark.django_db
def test_a_database_that_is_away_is_no_reason_to_start_anything(started: list[list[str]]) -> None:
    def away(*_: Any) -> None:
        raise OperationalError("away")

    with connection.execute_wrapper(away):
        assert fallback_clock.has_somebody_swept()


def test_what_still_runs_is_not_started_again(started: list[list[str]]) -> None:
    clock = FallbackClock()
    clock.start_work()
    clock.start_work()
    assert [command[2:] for command in started] == [["sweep", "letters"], ["sweep", "rest"]]


@pytest.mark.django_db
@pytest.mark.parametrize("part", [None, "letters"])
def test_the_command_writes_what_was_asked_for_sends_it_and_bakes(part: str | None) -> None:
    user = factories.user()
    Wanted.objects.create(purpose=PASSWORD_REQUEST, address=user.email)
    letter()
    factories.meeting(state="announced")
    call_command("sweep", *[part] if part else [])
    assert (Letter.objects.count(), Letter.objects.waiting().count()) == (2, 0)
    assert PublicChange.objects.exists() == (part == "letters")


@pytest.mark.django_db
def test_one_task_that_fails_keeps_no_other_from_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("meetings.tasks.due_reminders.send_due_reminders", broken)
    letter()
    with pytest.raises(ExceptionGroup):
        call_command("sweep", "letters")
    assert not only().waits
