"""A broker that is down neither fails a request nor holds it up."""

import socket
import threading

import pytest
from kombu.exceptions import OperationalError

from dialog_portal.outbox.queue import wake_up
from tests.at_once import PATIENCE


def settle() -> None:
    if sender := wake_up._sender:
        sender.join(PATIENCE)


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
    asked, answer, answered = threading.Event(), threading.Event(), []

    def slow(_name, **_):
        asked.set()
        answered.append(answer.wait(PATIENCE))
        raise fault

    monkeypatch.setattr("dialog_portal.outbox.queue.wake_up.app.send_task", slow)
    for _ in range(20):
        wake_up.wake_up()
    assert (asked.wait(PATIENCE), answered) == (
        True,
        [],
    )  # the caller has gone on, and the broker says nothing yet
    answer.set()
    settle()
    assert "the sweep sends instead" in caplog.text


def test_a_broker_that_takes_the_call_and_says_nothing_holds_nobody(monkeypatch):
    from celery import Celery

    with socket.create_server(("127.0.0.1", 0)) as broker:
        silent = Celery(broker=f"redis://127.0.0.1:{broker.getsockname()[1]}/0")
        silent.conf.broker_transport_options = {"max_retries": 1, "socket_timeout": PATIENCE}
        monkeypatch.setattr(wake_up, "app", silent)
        wake_up.wake_up()
        broker.settimeout(PATIENCE)
        line, _ = broker.accept()
        assert wake_up._sender.is_alive()  # it waits for the answer, and the caller is here
        line.close()
    settle()


def test_a_broker_where_nobody_listens_is_not_noticed_by_the_caller(monkeypatch, caplog):
    from celery import Celery

    nobody = Celery(broker="redis://127.0.0.1:1/0")
    nobody.conf.broker_transport_options = {"max_retries": 1, "socket_connect_timeout": 1}
    monkeypatch.setattr(wake_up, "app", nobody)
    wake_up.wake_up()
    settle()
    assert "the sweep sends instead" in caplog.text
