"""A real Redis is emptied and killed while people answer and letters leave; two clocks ring for everything."""

import random
import time
from contextlib import contextmanager
from signal import SIGKILL

import pytest
import redis as client
from celery import Celery
from django.conf import settings

from dialog_portal.links.actions import token_for
from dialog_portal.outbox.models import Letter, Pulse
from dialog_portal.outbox.queue.post import post_all
from meetings.models import Reply
from tests import factories
from tests.faults.harness import Sink
from tests.faults.portal import Portal
from tests.outbox.letters import draft
from tests.services import wait_until

pytestmark = [
    pytest.mark.fault,
    pytest.mark.real_clock,
    pytest.mark.django_db(transaction=True),
    pytest.mark.once,
]


@pytest.fixture
def rng(seed) -> random.Random:
    return random.Random(seed)


@contextmanager
def running(redis, sink):
    with Portal(redis, sink) as portal:
        portal.worker()
        portal.worker()
        portal.web()
        yield portal


def people(number):
    """So many guests with the links to their answers."""
    meeting = factories.meeting()
    return [token_for(factories.invitee(factories.invitation(meeting)).link) for _ in range(number)]


def answers(portal, links, faults):
    """Everybody says yes; at some of them something happens first. The statuses and seconds of their requests."""
    statuses, seconds = [], []
    for number, link in enumerate(links):
        faults.get(number, lambda: None)()
        begun = time.monotonic()
        statuses.append(portal.post("/svar/", lank=link, svar="ja"))
        seconds.append(time.monotonic() - begun)
    return statuses, seconds


def waiting() -> int:
    return Letter.objects.waiting().count()


def wait_until_a_task_is_done(redis) -> None:
    """Give the workers a task and wait for what it writes; what came to them earlier they have then done too."""
    with Celery(broker=redis.url) as app:
        app.send_task("outbox.count")
    wait_until(Pulse.objects.filter(name="count").exists, "a task", 90)


def tasks_left(redis) -> int:
    """Return how many tasks nobody has taken, or has taken and not said so."""
    broker = client.Redis.from_url(redis.url)
    left = broker.llen("celery") + broker.hlen("unacked")
    broker.close()
    return left


def test_redis_emptied_and_killed_loses_nothing_and_fails_no_request(rng, own_redis, size, figure):
    number, sweep = size(12, 200), size(3, 30)
    links = people(number)
    faults = {
        number // 4: client.Redis.from_url(own_redis.url).flushall,
        number // 2: lambda: own_redis.stop(SIGKILL),
    }
    with Sink(rng, delay=0.05) as sink, running(own_redis, sink) as portal:
        portal.beat(sweep)
        statuses, seconds = answers(portal, links, faults)
        left = waiting()
        own_redis.start()
        back = time.monotonic()
        wait_until(lambda: not waiting(), "every letter", 90)
        drained = time.monotonic() - back
    failed = len([status for status in statuses if status != 303])
    lost = Letter.objects.count() - len(sink.letters)
    figure(f"Redis emptied and killed, requests that failed of {number}", failed)
    figure("Redis emptied and killed, slowest request in ms", round(max(seconds) * 1000))
    figure("Redis emptied and killed, lost", lost)
    figure(f"Redis emptied and killed, s until the {left} letters that waited had left", round(drained, 1))
    assert (failed, Reply.objects.count(), Letter.objects.count(), lost) == (0, number, number, 0)
    assert left > 0
    assert (max(seconds) < 5, drained < 60) == (True, True)


@pytest.mark.long
def test_control_without_the_sweep_letters_stay_when_redis_was_away(rng, own_redis, figure):
    links = people(6)
    with Sink(rng) as sink, running(own_redis, sink) as portal:
        answers(portal, links, {0: lambda: own_redis.stop(SIGKILL)})
        portal.end_last()  # the web server, whose last ring may still be trying
        own_redis.start()
        wait_until_a_task_is_done(own_redis)
        figure("control, Redis was away and nothing sweeps, letters that stay", waiting())
        assert waiting() > 0


def test_two_clocks_and_every_task_five_times_send_once(rng, own_redis, size, figure):
    letters = size(60, 1000)
    app = Celery(broker=own_redis.url)
    with Sink(rng) as sink, Portal(own_redis, sink) as portal:
        portal.worker()
        portal.worker()
        portal.beat(1)
        portal.beat(1)
        post_all([draft() for _ in range(letters)])
        for entry in list(settings.CELERY_BEAT_SCHEDULE.values()) * 5:
            app.send_task(str(entry["task"]))
        wait_until(lambda: not waiting(), "every letter", 240)
        portal.end_last()  # both clocks, so that no new task comes
        portal.end_last()
        wait_until(lambda: not tasks_left(own_redis), "every task", 240)
    app.close()
    copies = len(sink.letters)
    figure(f"two clocks, every task five times, extra copies of {letters}", copies - letters)
    assert copies == letters
