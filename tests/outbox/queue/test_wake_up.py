"""A broker that is down neither fails a request nor holds it up."""

import time

import pytest
from kombu.exceptions import OperationalError

from dialog_portal.outbox.queue import wake_up


def settle() -> None:
    if sender := wake_up._sender:
        sender.join(5)


def test_a_worker_is_woken(quiet):
    wake_up.wake_up()
    settle()
    assert quiet == ["outbox.ring"]


def test_two_tasks_are_both_asked_for_every_time(quiet):
    for _ in range(50):
        wake_up.wake_up("one")
        wake_up.wake_up("two")
        settle()
    assert (quiet.count("one"), quiet.count("two")) == (50, 50)


@pytest.mark.parametrize("fault", [OperationalError("refused"), ConnectionResetError(), TimeoutError()])
def test_broker_that_is_down_is_not_noticed_by_the_caller(monkeypatch, fault, caplog):
    def slow(_name, **_):
        time.sleep(0.3)
        raise fault

    monkeypatch.setattr("dialog_portal.outbox.queue.wake_up.app.send_task", slow)
    started = time.monotonic()
    for _ in range(20):
        wake_up.wake_up()
    assert time.monotonic() - started < 0.2
    settle()
    assert "the sweep sends instead" in caplog.text


def test_unreachable_broker_for_real(monkeypatch):
    from celery import Celery

    nobody = Celery(broker="redis://127.0.0.1:1/0")
    nobody.conf.broker_transport_options = {"max_retries": 1, "socket_connect_timeout": 1}
    monkeypatch.setattr(wake_up, "app", nobody)
    started = time.monotonic()
    wake_up.wake_up()
    assert time.monotonic() - started < 0.2
    settle()
