"""Workers are killed, frozen and lied to while letters leave. Every guard has a control in which it is off."""

import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from dialog_portal.outbox import bell
from dialog_portal.outbox.actions import post
from dialog_portal.outbox.models import Letter
from tests.faults.harness import BASE, Fleet, Sink, judge
from tests.outbox.letters import draft

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def rng(seed) -> random.Random:
    return random.Random(seed)


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
    assert (found.lost, found.silent, found.differing, found.accepted) == (0, 0, 0, letters)
    assert killed >= kills // 2
    assert found.extra <= killed


@pytest.mark.once
def test_control_a_letter_marked_before_it_is_sent_is_lost_by_a_kill(rng, figure, vendor):
    with Sink(rng, before=0.2) as sink, Fleet(sink.url, control="mark_first") as fleet:
        fleet.ask("post", 40)
        fleet.start(3)
        fleet.kill_while_sending(sink, rng, 6, (0, 0.2))
        fleet.until_quiet()
        time.sleep(0.5)
        found = judge(fleet.ask("report"), sink)
    figure(f"control, marked first, {vendor}, silently lost", found.silent)
    assert found.silent > 0


@pytest.mark.once
def test_database_crashes_lose_nothing(rng, size, figure, own_postgres):
    letters, crashes = size(60, 1000), size(1, 5)
    url = own_postgres.new_database(f"crash{rng.randrange(10**6)}")
    env = {**os.environ, "DATABASE_URL": url, "REDIS_URL": ""}
    subprocess.run([sys.executable, "manage.py", "migrate", "outbox", "-v0"], cwd=BASE, env=env, check=True)
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
    assert found.extra <= killed


def test_frozen_worker_changes_nothing_when_it_wakes(rng, size, figure, vendor):
    stops = size(2, 12)
    fleet_settings = {"MAIL_LEASE": 2, "MAIL_DEADLINE": 20}
    with Sink(rng, delay=0.4) as sink, Fleet(sink.url, settings=fleet_settings) as fleet:
        fleet.ask("post", size(40, 400))
        fleet.start(2)
        for _ in range(stops):
            frozen = rng.choice(fleet.workers)
            time.sleep(rng.uniform(0.1, 0.3))
            os.kill(frozen, signal.SIGSTOP)
            time.sleep(2.6)
            os.kill(frozen, signal.SIGCONT)
        fleet.until_quiet(size(60, 300))
        time.sleep(0.3)
        report = fleet.ask("report")
        found = judge(report, sink)
    figure(f"frozen past the lease {stops} times, {vendor}, lost", found.lost)
    figure(f"frozen past the lease {stops} times, {vendor}, extra", found.extra)
    figure(f"frozen past the lease {stops} times, {vendor}, late finishers fenced", report["late"])
    assert (found.lost, found.silent, found.differing) == (0, 0, 0)
    assert found.extra <= stops


def test_storm_of_refusals_drops_and_kills(rng, size, figure, vendor):
    letters, dead, kills = size(100, 1000), size(5, 20), size(5, 50)
    with Sink(rng, delay=0.03, soft=0.2, drop=0.05) as sink, Fleet(sink.url, fast=True, dead=dead) as fleet:
        fleet.ask("post", letters)
        fleet.start(3)
        killed = fleet.kill_while_sending(sink, rng, kills, (0, 0.2))
        fleet.until_quiet(size(60, 300))
        report = fleet.ask("report")
        found = judge(report, sink)
    shown = [row for row in report["letters"].values() if row[0] == "failed" and row[3] == "550"]
    figure(f"storm, {vendor}, lost", found.lost)
    figure(f"storm, {vendor}, extra ({killed} kills, {sink.dropped} drops)", found.extra)
    figure(f"storm, {vendor}, dead addresses shown as failed with their code, of {dead}", len(shown))
    assert (found.lost, found.silent, found.differing) == (0, 0, 0)
    assert (len(shown), found.failed, found.accepted) == (dead, dead, letters - dead)
    assert found.extra <= killed + sink.dropped


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
def test_control_without_the_claim_letters_leave_several_times(rng, figure, vendor):
    with Sink(rng, delay=0.03) as sink, Fleet(sink.url, control="no_claim") as fleet:
        fleet.ask("post", 60)
        fleet.start(3)
        fleet.until_quiet()
        time.sleep(0.5)
        found = judge(fleet.ask("report"), sink)
    figure(f"control, no claim, {vendor}, extra of 60", found.extra)
    assert found.extra > 0


@pytest.mark.once
def test_silent_server_holds_nobody_and_loses_nothing(rng, size, figure, vendor):
    import socket

    letters = size(30, 300)
    limits = {"MAIL_TIMEOUT": 0.5, "MAIL_DEADLINE": 1}
    with (
        socket.create_server(("127.0.0.1", 0)) as hole,
        Fleet(f"smtp://127.0.0.1:{hole.getsockname()[1]}", fast=True, settings=limits) as fleet,
    ):
        fleet.ask("post", letters)
        fleet.start(2)
        time.sleep(size(3, 20))
        during = fleet.ask("report")
    with Sink(rng) as sink, Fleet(sink.url, fast=True) as fleet:
        fleet.start(2)
        seconds = fleet.until_quiet(120)
        found = judge(fleet.ask("report"), sink)
    figure(f"black hole, {vendor}, attempts charged to letters", during["tries"])
    figure(f"black hole, {vendor}, letters drained in s after its return", round(seconds, 1))
    assert (during["tries"], found.lost, found.failed, found.accepted, found.extra) == (0, 0, 0, letters, 0)


@pytest.mark.once
def test_wrong_password_pauses_after_three_tries(rng, size, figure, vendor):
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import AuthResult

    from tests.services import free_port

    sink = Sink(rng)
    no = lambda *_: AuthResult(success=False, handled=False, message="535 5.7.8 Wrong password")  # noqa: E731
    port = free_port()
    sink.controller = Controller(
        sink, hostname="127.0.0.1", port=port, authenticator=no, auth_require_tls=False
    )
    with sink, Fleet(f"smtp://portal:wrong@127.0.0.1:{port}", fast=True) as fleet:
        fleet.ask("post", size(30, 300))
        fleet.start(2)
        time.sleep(size(2, 10))
        report = fleet.ask("report")
    figure(f"wrong password, {vendor}, attempts before the pause", report["policy"])
    assert (report["paused"], report["waiting"], report["policy"] <= 3) == (True, size(30, 300), True)
    assert report["trouble"].startswith("535")


@pytest.mark.once
def test_policy_block_in_mid_campaign_marks_no_address(rng, size, figure, vendor):
    letters = size(60, 600)
    sink = Sink(rng)

    def answer(step, _envelope):
        return "550 5.7.1 Blocked" if step == "RCPT" and len(sink.letters) >= letters // 2 else "250 OK"

    sink.answer = answer
    with sink, Fleet(sink.url, fast=True) as fleet:
        fleet.ask("post", letters)
        fleet.start(2)
        time.sleep(size(3, 20))
        report = fleet.ask("report")
    found = judge(report, sink)
    figure(f"policy block, {vendor}, addresses marked bad", found.failed)
    figure(f"policy block, {vendor}, refusals before the pause", report["policy"])
    assert (report["paused"], found.failed, found.lost) == (True, 0, 0)
    assert report["policy"] <= 3
    assert report["waiting"] >= letters // 2 - 2


def test_cancelled_in_mid_sending_nothing_leaves_that_is_called_stopped(rng, size, figure, vendor):
    for _ in range(size(1, 10)):
        Letter.objects.all().delete()
        with Sink(rng, delay=0.02) as sink, Fleet(sink.url) as fleet:
            fleet.ask("post", 80)
            fleet.start(2)
            time.sleep(rng.uniform(0.3, 0.9))
            stopped_at = fleet.ask("stop_all")
            time.sleep(1)
            found = judge(fleet.ask("report"), sink)
        late = max(0, sum(got.at > stopped_at for got in sink.letters) - 2)  # a text that each had begun with
        figure(f"cancelled in mid-sending, {vendor}, stale letters after the commit", found.stale + late)
        assert (found.stale, late, found.lost) == (0, 0, 0)


@pytest.mark.once
def test_broker_away_no_request_waits_and_the_sweep_sends_all(rng, size, figure, vendor, monkeypatch):
    from celery import Celery

    nobody = Celery(broker="redis://127.0.0.1:1/0")
    nobody.conf.broker_transport_options = {"max_retries": 1, "socket_connect_timeout": 1}
    monkeypatch.setattr(bell, "app", nobody)
    letters, times = size(30, 200), []
    for _ in range(letters):
        begun = time.monotonic()
        post(draft())
        times.append(time.monotonic() - begun)
    with Sink(rng) as sink, Fleet(sink.url) as fleet:
        fleet.start(2)
        seconds = fleet.until_quiet()
        found = judge(fleet.ask("report"), sink)
    figure(f"broker away, {vendor}, slowest of {letters} requests in ms", round(max(times) * 1000))
    figure(f"broker away, {vendor}, lost", found.lost)
    assert (found.lost, found.accepted) == (0, letters)
    assert (max(times) < 2, seconds < 60) == (True, True)


def test_twenty_clicks_at_once_make_one_letter(figure, vendor):
    same = draft(key="one")

    def click(_number: int) -> bool:
        try:
            return post(same)[1]
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as people:
        made = list(people.map(click, range(20)))
    figure(f"20 clicks at once, {vendor}, letters", Letter.objects.count())
    assert (sum(made), Letter.objects.count()) == (1, 1)
