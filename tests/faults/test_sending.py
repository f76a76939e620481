"""Workers are killed, frozen and lied to while letters leave. Every guard has a control in which it is off."""

import os
import random
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from dialog_portal.outbox.models import Letter, Pulse
from dialog_portal.outbox.queue import wake_up
from dialog_portal.outbox.queue.post import post
from tests.faults.harness import BASE, Fleet, Hole, Sink, judge, message_id
from tests.outbox.letters import draft
from tests.services import free_port, wait_until

pytestmark = [
    pytest.mark.fault,
    pytest.mark.real_clock,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def rng(seed) -> random.Random:
    return random.Random(seed)


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
def test_control_without_the_claim_letters_leave_several_times(rng, figure, vendor):
    with Sink(rng, delay=0.03) as sink, Fleet(sink.url, control="no_claim") as fleet:
        fleet.ask("post", 60)
        fleet.start(3)
        fleet.until_quiet()
        time.sleep(0.5)
        found = judge(fleet.ask("report"), sink)
    figure(f"control, no claim, {vendor}, extra of 60", found.extra)
    assert found.extra > 0


PATIENCE = {"MAIL_TIMEOUT": 0.5, "MAIL_DEADLINE": 1}


def held_by_a_silent_server(letters, held, seconds, **settings):
    """The rows, so long after a worker has been held as long, by a server that drips bytes and never answers."""
    with Hole() as hole, Fleet(hole.url, fast=True, settings=PATIENCE | settings) as fleet:
        fleet.ask("post", letters)
        fleet.start(2)
        wait_until(lambda: fleet.ask("report")["held"] > held, "a worker that is held")
        time.sleep(seconds)
        return fleet.ask("report")


@pytest.mark.once
def test_silent_server_holds_nobody_and_loses_nothing(rng, size, figure, vendor):
    letters = size(30, 300)
    during = held_by_a_silent_server(letters, 0.9, size(2, 20))
    with Sink(rng) as sink, Fleet(sink.url, fast=True) as fleet:
        fleet.start(2)
        seconds = fleet.until_quiet(120)
        found = judge(fleet.ask("report"), sink)
    figure(f"black hole, {vendor}, attempts charged to letters", during["tries"])
    figure(f"black hole, {vendor}, longest a worker was held in s, deadline 1", round(during["held"], 2))
    figure(f"black hole, {vendor}, letters drained in s after its return", round(seconds, 1))
    assert during["held"] < 2
    assert (during["tries"], found.lost, found.failed, found.accepted, found.extra) == (0, 0, 0, letters, 0)


@pytest.mark.once
def test_control_without_the_deadline_a_silent_server_holds_a_worker(figure, vendor):
    during = held_by_a_silent_server(5, 2, 0, MAIL_DEADLINE=60)
    figure(
        f"control, no deadline, {vendor}, a worker held in s until the test ended", round(during["held"], 1)
    )
    assert during["held"] > 2


def tries_at_a_closed_door(letters, seconds, **options):
    """How often a server that is away was asked."""
    with Fleet("smtp://127.0.0.1:1", fast=True, **options) as fleet:
        fleet.ask("post", letters)
        fleet.start(2)
        time.sleep(seconds)
        return fleet.ask("report")


@pytest.mark.long
@pytest.mark.once
def test_server_that_is_away_is_asked_seldom_and_its_control_again_and_again(size, figure, vendor):
    seconds = size(2, 10)
    most = 4 + seconds / 0.54  # two workers begin at once; then 0.3 s, then 0.6 s, a tenth less by chance
    report = tries_at_a_closed_door(20, seconds)
    careless = tries_at_a_closed_door(20, seconds, control="no_circuit")
    figure(f"server away for {seconds} s with a quick clock, {vendor}, times asked", report["attempts"])
    figure(f"control, no circuit, {vendor}, times asked", careless["attempts"] - report["attempts"])
    assert (report["attempts"] <= most, report["tries"]) == (True, 0)
    assert careless["attempts"] - report["attempts"] > most


def wrong_password(rng, letters, over, **options):
    """A server that will not let us in, until `over` says so of the report."""
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import AuthResult

    sink = Sink(rng)
    no = lambda *_: AuthResult(success=False, handled=False, message="535 5.7.8 Wrong password")  # noqa: E731
    port = free_port()
    sink.controller = Controller(
        sink, hostname="127.0.0.1", port=port, authenticator=no, auth_require_tls=False
    )
    with sink, Fleet(f"smtp://portal:wrong@127.0.0.1:{port}", fast=True, **options) as fleet:
        return refused(fleet, letters, over)


def blocked(rng, letters, over, **options):
    """A server that in mid-campaign refuses everything from us."""
    sink = Sink(rng)

    def answer(step, _envelope):
        return "550 5.7.1 Blocked" if step == "RCPT" and len(sink.letters) >= letters // 2 else "250 OK"

    sink.answer = answer
    with sink, Fleet(sink.url, fast=True, **options) as fleet:
        report = refused(fleet, letters, over)
    return report, judge(report, sink)


def refused(fleet, letters, over):
    fleet.ask("post", letters)
    fleet.start(2)
    wait_until(lambda: over(fleet.ask("report")), "the server's refusals")
    time.sleep(1)  # whatever is not paused goes on
    return fleet.ask("report")


def paused(report) -> bool:
    return bool(report["paused"])


def past_three(report) -> bool:
    return bool(report["policy"] > 3)


@pytest.mark.once
def test_wrong_password_pauses_after_three_tries(rng, size, figure, vendor):
    letters = size(30, 300)
    report = wrong_password(rng, letters, paused)
    figure(f"wrong password, {vendor}, attempts before the pause", report["policy"])
    assert (report["waiting"], report["policy"] <= 3) == (letters, True)
    assert report["trouble"].startswith("535")


@pytest.mark.long
@pytest.mark.once
def test_control_without_the_pause_a_wrong_password_is_tried_again_and_again(rng, figure, vendor):
    report = wrong_password(rng, 10, past_three, control="no_pause")
    figure(f"control, no pause, wrong password, {vendor}, attempts", report["policy"])
    assert (report["policy"] > 3, report["paused"]) == (True, False)


@pytest.mark.once
def test_policy_block_in_mid_campaign_marks_no_address(rng, size, figure, vendor):
    letters = size(60, 600)
    report, found = blocked(rng, letters, paused)
    figure(f"policy block, {vendor}, addresses marked bad", found.failed)
    figure(f"policy block, {vendor}, refusals before the pause", report["policy"])
    assert (found.failed, found.lost, found.difference) == (0, 0, 0)
    assert report["policy"] <= 3
    assert report["waiting"] >= letters // 2 - 2


@pytest.mark.long
@pytest.mark.once
def test_control_without_the_pause_a_block_is_tried_again_and_again(rng, figure, vendor):
    report, _ = blocked(rng, 10, past_three, control="no_pause")
    figure(f"control, no pause, policy block, {vendor}, refusals", report["policy"])
    assert (report["policy"] > 3, report["paused"]) == (True, False)


def cancelled(rng, **options):
    """Stop everything in mid-sending; the judgement, and how many letters the stop called unsent that left.

    By the database's order and no clock: what had begun before the stop was committed, the stop has seen.
    """
    Letter.objects.all().delete()
    with Sink(rng, delay=0.02) as sink, Fleet(sink.url, **options) as fleet:
        fleet.ask("post", 80)
        fleet.start(2)
        wait_until(lambda: bool(sink.letters), "the first letter")
        if "control" in options:
            wait_until(Pulse.objects.filter(name="look").exists, "a worker that has looked")
        time.sleep(rng.uniform(0, 0.3))
        known = set(fleet.ask("stop_all"))
        fleet.until_idle()
        found = judge(fleet.ask("report"), sink)
    return found, sum(message_id(got) not in known for got in sink.letters)


def test_cancelled_in_mid_sending_nothing_leaves_that_is_called_stopped(rng, size, figure, vendor):
    for _ in range(size(1, 10)):
        found, unknown = cancelled(rng)
        figure(f"cancelled in mid-sending, {vendor}, letters that left and were called unsent", unknown)
        assert (found.stale, unknown, found.lost, found.difference) == (0, 0, 0, 0)


@pytest.mark.once
def test_control_with_a_mere_look_letters_leave_that_are_called_unsent(rng, figure, vendor):
    _, unknown = cancelled(rng, control="only_look")
    figure(f"control, only a look, {vendor}, letters that left and were called unsent", unknown)
    assert unknown > 0


@pytest.mark.once
def test_broker_away_no_request_waits_and_the_sweep_sends_all(rng, size, figure, vendor, monkeypatch):
    from celery import Celery

    nobody = Celery(broker="redis://127.0.0.1:1/0")
    nobody.conf.broker_transport_options = {"max_retries": 1, "socket_connect_timeout": 1}
    monkeypatch.setattr(wake_up, "app", nobody)
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
