"""A broker that is down neither fails a request nor holds it up."""

import time

import pytest
from kombu.exceptions import OperationalError

from dialog_portal.outbox.queue import wake_up


def settle() -> None:
    if ringer := wake_up._ringer:
        ringer.join(5)


def test_ring_reaches_the_worker(quiet):
    wake_up.ring()
    settle()
    assert quiet == ["outbox.ring"]


def test_two_bells_are_both_heard_every_time(quiet):
    for _ in range(50):
        wake_up.ring("one")
        wake_up.ring("two")
        settle()
    assert (quiet.count("one"), quiet.count("two")) == (50, 50)


@pytest.mark.parametrize("fault", [OperationalError("refused"), ConnectionResetError(), TimeoutError()])
def test_broker_that_is_down_is_not_noticed_by_whoever_rings(monkeypatch, fault, caplog):
    def slow(_name, **_):
        time.sleep(0.3)
        raise fault

    monkeypatch.setattr("dialog_portal.outbox.queue.wake_up.app.send_task", slow)
    started = time.monotonic()
    for _ in range(20):
        wake_up.ring()
    assert time.monotonic() - started < 0.2
    settle()
    assert "the sweep sends instead" in caplog.text


def test_unreachable_broker_for_real(monkeypatch):
    from celery import Celery

    nobody = Celery(broker="redis://127.0.0.1:1/0")
    nobody.conf.broker_transport_options = {"max_retries": 1, "socket_connect_timeout": 1}
    monkeypatch.setattr(wake_up, "app", nobody)
    started = time.monotonic()
    wake_up.ring()
    assert time.monotonic() - started < 0.2
    settle()
