"""Workers are killed and frozen, databases crash: no letter is lost."""

import os
import subprocess
import sys
import time
import uuid

import pytest

from tests.faults.harness import BASE, Fleet, Sink, judge
from tests.services import wait_until

pytestmark = [
    pytest.mark.fault,
    pytest.mark.real_clock,
    pytest.mark.django_db(transaction=True),
]


def empty_outbox(postgres) -> str:
    """A database with the outbox' tables on a PostgreSQL that may crash."""
    url = postgres.new_database(f"crash{uuid.uuid4().hex}")
    env = {**os.environ, "DATABASE_URL": url, "REDIS_URL": ""}
    subprocess.run([sys.executable, "manage.py", "migrate", "outbox", "-v0"], cwd=BASE, env=env, check=True)
    return url


def test_killed_workers_lose_nothing(rng, size, figure, vendor):
    letters, kills = size(150, 1000), size(8, 50)
    with Sink(rng, delay=0.06) as sink, Fleet(sink.url) as fleet:
        fleet.ask("post", letters)
        fleet.start(3)
        killed = fleet.kill_while_sending(sink, rng, kills, (0, 0.2))
        fleet.until_quiet(size(60, 300))
        found = judge(fleet.ask("report"), sink)
    for name in ("lost", "silent", "extra", "differing"):
        figure(f"kill -9, {vendor}, {name} of {letters} letters and {killed} kills", getattr(found, name))
    figure(f"kill -9, {vendor}, letters that the portal's own sums miss", found.difference)
    assert (found.lost, found.silent, found.differing, found.accepted) == (0, 0, 0, letters)
    assert found.difference == 0
    assert killed >= kills // 2
    assert found.extra <= killed


@pytest.mark.long
@pytest.mark.once
def test_control_a_letter_marked_before_it_is_sent_is_lost_by_a_kill(rng, figure, vendor):
    with Sink(rng, before=0.2) as sink, Fleet(sink.url, control="mark_first") as fleet:
        fleet.ask("post", 40)
        fleet.start(1)  # so that every kill meets whoever sends
        fleet.kill_while_sending(sink, rng, 6, (0, 0.2))
        fleet.until_quiet()
        time.sleep(0.5)
        found = judge(fleet.ask("report"), sink)
    figure(f"control, marked first, {vendor}, silently lost", found.silent)
    assert found.silent > 0


@pytest.mark.once
def test_database_crashes_lose_nothing(rng, size, figure, own_postgres):
    letters, crashes = size(60, 1000), size(1, 5)
    url = empty_outbox(own_postgres)
    at = set(rng.sample(range(2, size(4, 45)), crashes))
    with Sink(rng, delay=0.06) as sink, Fleet(sink.url, database=url) as fleet:
        fleet.ask("post", letters)
        fleet.start(3)
        killed = fleet.kill_while_sending(
            sink, rng, size(5, 50), (0, 0.2), lambda n: own_postgres.crash() if n in at else None
        )
        fleet.until_quiet(size(60, 300))
        found = judge(fleet.ask("report"), sink)
    figure(f"database crashes ({crashes}) and {killed} kills, lost", found.lost)
    figure(f"database crashes ({crashes}) and {killed} kills, extra", found.extra)
    assert (found.lost, found.silent, found.differing, found.accepted) == (0, 0, 0, letters)
    assert found.difference == 0
    assert found.extra <= killed


def crash_in_mid_letter(postgres, url, rng, letters, **options):
    """The database crashes while a worker waits for the server's answer; nobody is killed."""
    with Sink(rng, always=0.3) as sink, Fleet(sink.url, database=url, **options) as fleet:
        fleet.ask("post", letters)
        fleet.start(2)
        wait_until(lambda: len(sink.letters) >= 2, "a letter on its way")
        postgres.crash()
        fleet.until_quiet()
        return judge(fleet.ask("report"), sink)


@pytest.mark.long
@pytest.mark.once
def test_database_crash_alone_makes_no_copy_and_its_control_does(rng, figure, own_postgres):
    url = empty_outbox(own_postgres)
    found = crash_in_mid_letter(own_postgres, url, rng, 6)
    assert (found.lost, found.extra, found.accepted, found.difference) == (0, 0, 6, 0)
    quick_lease = {"MAIL_LEASE": 3}  # or the forgotten letter would wait for ten minutes
    url = empty_outbox(own_postgres)
    careless = crash_in_mid_letter(own_postgres, url, rng, 6, control="forgetful", settings=quick_lease)
    figure("a database crash in mid-letter without kills, extra", found.extra)
    figure("control, the answer is forgotten when the database is away, extra", careless.extra)
    assert careless.extra > 0


def frozen(rng, letters, stops, always=0.2, **options):
    """Freeze workers past their lease in the middle of a letter; answers how often, the report, the judgement."""
    settings = {"MAIL_LEASE": 2, "MAIL_DEADLINE": 20}
    with Sink(rng, delay=0.4, always=always) as sink, Fleet(sink.url, settings=settings, **options) as fleet:
        fleet.ask("post", letters)
        fleet.start(2)
        caught = 0
        for _ in range(3 * stops):
            caught += caught < stops and fleet.freeze(rng)
        fleet.until_quiet(60 + letters)
        wait_until(lambda: not fleet.ask("open_tries"), "the last one to wake")
        time.sleep(0.5)
        report = fleet.ask("report")
        return caught, report, judge(report, sink)


def test_frozen_worker_changes_nothing_when_it_wakes(rng, size, figure, vendor):
    letters, stops = size(20, 400), size(2, 12)
    caught, report, found = frozen(rng, letters, stops)
    figure(f"frozen past the lease {caught} times, {vendor}, lost", found.lost)
    figure(f"frozen past the lease {caught} times, {vendor}, extra", found.extra)
    figure(f"frozen past the lease {caught} times, {vendor}, late finishers fenced", report["late"])
    assert (caught, report["late"] >= caught, report["unfenced"]) == (stops, True, 0)
    assert (found.lost, found.silent, found.differing, found.accepted) == (0, 0, 0, letters)
    assert found.difference == 0
    assert found.extra <= stops


@pytest.mark.long
@pytest.mark.once
def test_control_without_the_fence_a_worker_that_wakes_speaks_for_a_letter_claimed_by_another(
    rng, figure, vendor
):
    # a slow server, so that the other worker still has the letter in hand when the first one wakes
    caught, report, _ = frozen(rng, 10, 2, always=0.9, control="no_fence")
    figure(f"control, no fence, {vendor}, frozen {caught} times, late finishers believed", report["unfenced"])
    assert report["unfenced"] > 0


def storm(rng, letters, dead, kills, drop, **options):
    """Refusals for now, connections that break, addresses that do not exist, and workers killed in the middle of it."""
    with Sink(rng, delay=0.03, soft=0.2, drop=drop) as sink:
        with Fleet(sink.url, fast=True, dead=dead, **options) as fleet:
            fleet.ask("post", letters)
            fleet.start(3)
            killed = fleet.kill_while_sending(sink, rng, kills, (0, 0.2))
            fleet.until_quiet(60 + letters / 4)
            report = fleet.ask("report")
        return killed, sink.dropped, report, judge(report, sink)


def test_storm_of_refusals_drops_and_kills(rng, size, figure, vendor):
    letters, dead, kills = size(100, 1000), size(5, 20), size(5, 50)
    killed, dropped, report, found = storm(rng, letters, dead, kills, size(0.1, 0.05))
    shown = [row for row in report["letters"].values() if row[0] == "failed" and row[3] == "550"]
    figure(f"storm, {vendor}, lost", found.lost)
    figure(f"storm, {vendor}, extra ({killed} kills, {dropped} drops)", found.extra)
    figure(f"storm, {vendor}, dead addresses shown as failed with their code, of {dead}", len(shown))
    assert (found.lost, found.silent, found.differing, found.difference) == (0, 0, 0, 0)
    assert (len(shown), found.failed, found.accepted) == (dead, dead, letters - dead)
    assert (dropped > 0, found.extra <= killed + dropped) == (True, True)


@pytest.mark.once
def test_control_without_a_second_try_a_storm_fails_letters_that_could_be_delivered(rng, figure, vendor):
    _, _, _, found = storm(rng, 40, 2, 0, 0.1, control="no_retry")
    figure(f"control, no second try, {vendor}, failed of 40 with 2 dead addresses", found.failed)
    assert found.failed > 2


def test_every_task_five_times_in_three_workers_sends_once(rng, size, figure, vendor):
    letters = size(120, 1000)
    with Sink(rng) as sink, Fleet(sink.url, times=5) as fleet:
        fleet.ask("post", letters)
        fleet.start(3)
        fleet.until_quiet(size(60, 300))
        time.sleep(0.3)
        found = judge(fleet.ask("report"), sink)
    figure(f"three sweepers, each task five times, {vendor}, extra", found.extra)
    assert (found.extra, found.accepted, found.lost) == (0, letters, 0)


@pytest.mark.once
@pytest.mark.long
def test_control_without_the_claim_letters_leave_several_times(rng, figure, vendor):
    with Sink(rng, delay=0.03) as sink, Fleet(sink.url, control="no_claim") as fleet:
        fleet.ask("post", 60)
        fleet.start(3)
        fleet.until_quiet()
        time.sleep(0.5)
        found = judge(fleet.ask("report"), sink)
    figure(f"control, no claim, {vendor}, extra of 60", found.extra)
    assert found.extra > 0
