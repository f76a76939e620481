"""While Redis is stopped or frozen people sign in, guessing is still stopped, and letters leave within a minute."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP
from typing import Any

import pytest
import redis
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from celery import Celery
from django.core.cache import caches
from django.test import Client
from django.test.client import RequestFactory
from django.urls import reverse
from django.utils import timezone

from dialog_portal.access.json_cache import forget_expired
from dialog_portal.access.models import CachedValue, User
from dialog_portal.environment import cache_settings
from dialog_portal.links.rate_limits import MAX_FAILURES_PER_MINUTE, exceeds_failure_limit
from dialog_portal.outbox.models import Letter, Wanted
from dialog_portal.outbox.queue import wake_up
from dialog_portal.outbox.queue.post import post_all
from tests import factories
from tests.faults.harness import Sink
from tests.faults.portal import Portal
from tests.outbox.letters import draft, later
from tests.services import Redis, wait_until

pytestmark = [pytest.mark.fault, pytest.mark.real_clock, pytest.mark.once]
LOGIN = "/konto/logga-in/"


def kill(server: Redis) -> None:
    server.stop(SIGKILL)


def freeze(server: Redis) -> None:
    assert server.process is not None
    server.process.send_signal(SIGSTOP)


@pytest.fixture(params=[kill, freeze], ids=["stopped", "frozen"])
def redis_away(
    request: pytest.FixtureRequest, own_redis: Redis, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Any:
    """The portal's caches and broker are a Redis that does not answer."""
    settings.CACHES = cache_settings(own_redis.url)
    broker = Celery(broker=own_redis.url)
    broker.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS | {"max_retries": 1}
    monkeypatch.setattr(wake_up, "app", broker)
    assert caches["links"].get("nothing") is None
    request.param(own_redis)
    yield
    thaw(own_redis)


def thaw(server: Redis) -> None:
    """Let a frozen Redis end with the test."""
    if server.process is not None:
        server.process.send_signal(SIGCONT)


def sign_in(user: User, password: str = factories.PASSWORD) -> Any:
    return Client().post(LOGIN, {"login": user.email, "password": password})


@pytest.mark.django_db
@pytest.mark.usefixtures("redis_away")
def test_signing_in_codes_and_new_passwords_work_and_guessing_is_still_stopped() -> None:
    user = factories.user()
    assert sign_in(user)["Location"] == "/arbete/"
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    client = Client()
    asked = client.post(LOGIN, {"login": user.email, "password": factories.PASSWORD})
    code = format_hotp_value(hotp_value(secret, int(timezone.now().timestamp()) // 30))
    answer = client.post(asked["Location"], {"code": code})
    assert (answer.status_code, "_auth_user_id" in client.session) == (302, True)
    reset = Client().post(reverse("account_reset_password"), {"email": user.email})
    assert (reset.status_code, Wanted.objects.filter(address=user.email).count()) == (302, 1)
    for _ in range(11):
        sign_in(user, "fel lösenord som är långt")
    assert re.search("För många", sign_in(user).content.decode())


@pytest.mark.usefixtures("redis_away")
def test_dead_links_are_answered_although_nobody_counts_them() -> None:
    begun = time.monotonic()
    assert not exceeds_failure_limit(RequestFactory().get("/svar/x/"))
    assert time.monotonic() - begun < 5


def test_what_somebody_put_into_redis_is_never_unpickled(
    own_redis: Redis, settings: Any, tmp_path: Path, pinned_clock: None
) -> None:
    settings.CACHES = cache_settings(own_redis.url)
    opened = tmp_path / "opened"
    gadget = f"cposix\nsystem\n(S'touch {opened}'\ntR.".encode()
    request = RequestFactory().get("/svar/x/")
    assert not exceeds_failure_limit(request)
    server = redis.Redis.from_url(own_redis.url)
    keys: Any = server.keys()
    for key in keys:
        server.set(key, gadget)
    with pytest.raises(ValueError, match="Expecting value"):
        caches["links"].get(keys[0].decode().split(":", 2)[2])
    assert (exceeds_failure_limit(request), opened.exists()) == (False, False)
    server.flushall()
    server.close()
    counted = [exceeds_failure_limit(request) for _ in range(MAX_FAILURES_PER_MINUTE + 1)]
    assert (counted.count(True), caches["links"].get("nothing")) == (1, None)


@pytest.mark.django_db
def test_the_cache_in_the_database_keeps_what_holds_and_forgets_the_rest(pinned_clock: None) -> None:
    cache = caches["default"]
    assert (cache.add("key", [1.5, "å"], 60), cache.add("key", 2, 60), cache.get("key")) == (
        True,
        False,
        [1.5, "å"],
    )
    cache.set("key", {"a": None}, 60)
    cache.set("always", True, None)
    with later(seconds=61):
        assert (cache.get("key", "gone"), cache.get("always"), cache.add("key", 3, 60)) == (
            "gone",
            True,
            True,
        )
    with later(seconds=200):
        forget_expired()
    assert list(CachedValue.objects.values_list("key", flat=True)) == [":1:always"]
    assert (cache.delete("always"), cache.delete("always"), cache.get("always")) == (True, False, None)


# --- Letters ---------------------------------------------------------------------------------------------------------


def leave_although(trouble: Callable[[Redis], None], own_redis: Redis, rng: Any) -> float:
    """Letters are posted when Redis is away and no beat runs; return the seconds until all have left."""
    with Sink(rng) as sink, Portal(own_redis, sink) as portal:
        portal.worker()
        wait_until(lambda: bool(workers_of(own_redis)), "the worker", 60)
        trouble(own_redis)
        post_all([draft() for _ in range(5)])
        begun = time.monotonic()
        try:
            wait_until(lambda: not Letter.objects.waiting().exists(), "every letter", 90)
        finally:
            thaw(own_redis)
        assert len(sink.letters) == 5
    return time.monotonic() - begun


def workers_of(server: Redis) -> list[Any]:
    """Return the connections that wait for messages."""
    client = redis.Redis.from_url(server.url)
    try:
        return [one for one in client.client_list() if one["cmd"] == "brpop"]
    finally:
        client.close()


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("trouble", "words"), [(kill, "stopped"), (freeze, "frozen")])
def test_letters_leave_within_a_minute_without_broker_and_beat(
    trouble: Callable[[Redis], None], words: str, own_redis: Redis, seed: int, figure: Any
) -> None:
    seconds = leave_although(trouble, own_redis, random.Random(seed))
    figure(f"Redis {words}, s until letters left without broker and beat", round(seconds, 1))
    assert seconds < 60
