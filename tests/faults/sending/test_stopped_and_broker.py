"""Letters that are stopped while they leave, and a broker that is away."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from dialog_portal.outbox.models import Letter, Pulse
from dialog_portal.outbox.queue import wake_up
from dialog_portal.outbox.queue.post import post
from tests.faults.harness import Fleet, Sink, judge, message_id
from tests.outbox.letters import draft
from tests.services import wait_until

pytestmark = [
    pytest.mark.fault,
    pytest.mark.real_clock,
    pytest.mark.django_db(transaction=True),
]


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
