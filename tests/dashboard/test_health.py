"""The probe answers 200 while letters can leave, and 503 when somebody should look."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from dialog_portal.environment import mail_settings
from dialog_portal.outbox.models import Pulse
from tests import factories

pytestmark = pytest.mark.django_db


def heard(name: str, seconds: int) -> None:
    Pulse.objects.update_or_create(name=name, defaults={"at": timezone.now() - timedelta(seconds=seconds)})


def probe() -> tuple[int, list[str]]:
    answer = Client().get("/halsa")
    return answer.status_code, answer.content.decode().splitlines()


@pytest.mark.parametrize(
    ("worker", "beat", "status"), [(10, 20, 200), (299, 10, 200), (301, 10, 503), (10, 301, 503)]
)
def test_five_minutes_of_silence_is_too_long(worker: int, beat: int, status: int):
    heard("worker", worker)
    heard("beat", beat)
    assert probe()[0] == status


def test_the_lines_say_how_it_stands_and_nothing_else():
    heard("worker", 12)
    heard("beat", 130)
    _, lines = probe()
    assert [line.partition(":")[0] for line in lines] == [
        "databas",
        "brevbärare",
        "klocka",
        "äldsta väntande brev",
        "webbplats",
    ]
    assert lines[2] == "klocka: hördes för 2 minuter sedan"
    assert lines[3:] == ["äldsta väntande brev: inget", "webbplats: ingen har sett till den än"]


def test_a_portal_where_nobody_was_ever_heard_is_not_well():
    assert probe()[:1] == (503,)


def test_a_database_that_does_not_answer_is_said_without_its_address(caplog: pytest.LogCaptureFixture):
    def silent(*args: object) -> None:
        raise DatabaseError("could not connect to 10.0.0.7 with password hemligt")

    with connection.execute_wrapper(silent):
        status, lines = probe()
    assert (status, lines) == (503, ["databas: svarar inte"])
    assert "hemligt" not in caplog.text


def test_the_start_page_warns_when_letters_stand_still(settings: Any):
    settings.MAIL = mail_settings("smtp://127.0.0.1:25")
    client = Client()
    client.force_login(factories.user())
    heard("worker", 10)
    heard("beat", 10)
    calm = client.get("/arbete/").content.decode()
    heard("worker", 400)
    alarmed = client.get("/arbete/").content.decode()
    assert ("Breven skickas som de ska." in calm, "message--error" in calm) == (True, False)
    assert ("Breven skickas som de ska." in alarmed, "message--error" in alarmed) == (False, True)
