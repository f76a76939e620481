"""What a stranger's request leaves in the log: one line, short, and never a link that works."""

import logging
from io import StringIO
from typing import TextIO

import pytest
from django.test import Client

from dialog_portal.links.actions import token_for
from dialog_portal.links.log_masking import MaskTokens, mask_tokens
from tests import factories

TOKEN = "A" * 42
LOGGER = "django.security.DisallowedHost"


def knock(host: str, caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """What is logged when somebody asks for a guest's page under another name than ours."""
    answer = Client(SERVER_NAME=host).get(f"/svar/{TOKEN}/")
    assert answer.status_code == 400
    return [record for record in caplog.records if MaskTokens().filter(record)]


@pytest.mark.parametrize("host", ["evil.example", f"x/svar/{TOKEN}/", "x" * 5_000, "x\r\nERROR forged: line"])
def test_a_scanner_gets_one_short_line_and_no_traceback(host: str, caplog: pytest.LogCaptureFixture):
    (record,) = knock(host, caplog)
    line = logging.Formatter("{levelname} {name}: {message}", style="{").format(record)
    assert record.name == LOGGER
    assert (len(line.splitlines()), len(line) < 400, TOKEN in line) == (1, True, False)


def test_control_without_the_filter_the_traceback_follows(caplog: pytest.LogCaptureFixture, monkeypatch):
    monkeypatch.setattr(logging.getLogger(LOGGER), "filters", [])
    (record,) = knock("evil.example", caplog)
    assert "Traceback" in logging.Formatter().format(record)


def portals_log() -> logging.StreamHandler[TextIO]:
    """The one handler that the settings give the portal."""
    [handler] = [one for one in logging.getLogger().handlers if one.get_name() == "console"]
    assert isinstance(handler, logging.StreamHandler)
    return handler


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What the portal's own log says meanwhile."""
    written = StringIO()
    monkeypatch.setattr(portals_log(), "stream", written)
    return written


def misused() -> str:
    """A link that works, when it was just used in a way that is not allowed."""
    key = token_for(factories.invitee(factories.invitation(factories.meeting())).link)
    assert Client().post(f"/svar/{key}/").status_code == 405
    return key


@pytest.mark.django_db
def test_a_link_that_works_is_masked_in_the_portals_own_log(log: StringIO):
    key = misused()
    assert "Method Not Allowed (POST): /svar/…\n" in log.getvalue()
    assert key not in log.getvalue()


@pytest.mark.django_db
def test_control_without_masking_a_link_that_works_stands_in_the_log(log: StringIO, monkeypatch):
    monkeypatch.setattr(portals_log(), "filters", [])
    assert f"Method Not Allowed (POST): /svar/{misused()}/\n" in log.getvalue()


ASKED = [
    "/svar/={}/", "/svar//{}", "//svar/{}/", "/SVAR/{}", "/svar/ {}/", "/svar/%20{}", "/svar/ny-lank/{}/", "/svar/'{}/",
    '/svar/"{}/', "/svar/ HTTP/{}/", "/svar/ HTTP/1.1 {}/", "/svar/\\n{}/", "/konto/Inbjudan/!{}",
    "/konto/losenord/nytt/1:{}/", "/%73var/{}/", "/svra/{}/", "/arbete/ {}", "/x/{0}/{0}",
]  # fmt: skip


@pytest.mark.parametrize("address", ASKED)
@pytest.mark.parametrize("line", ["Not Found: {}", '"GET {} HTTP/1.1" 404 1234'])
def test_a_link_is_masked_however_it_was_mistyped(line: str, address: str):
    assert TOKEN not in mask_tokens(line.format(address.format(TOKEN)))


def test_a_short_token_is_masked_behind_a_door():
    assert mask_tokens("Not Found: /svar/abc/kalender.ics") == "Not Found: /svar/…"


@pytest.mark.parametrize(
    "line",
    [
        '"POST /svar/ HTTP/1.1" 303 0',
        "Not Found: /moten/2019/nynashamn/",
        "Task outbox.sweep[0ac1f3f4-6a54-4b55-9f77-0f4b6c1f9d35] succeeded in 0.1s",
        '  File "/srv/dialogportalen/meetings/views/guest.py", line 60, in a_function_with_a_name_of_many_words',
    ],
)
def test_the_rest_of_the_log_is_left_alone(line: str):
    assert mask_tokens(line) == line


def test_what_stands_on_the_next_line_is_left_alone():
    assert mask_tokens(f"Error at /svar/{TOKEN}/\nValueError: no") == "Error at /svar/…\nValueError: no"


def test_the_status_of_a_masked_request_is_kept():
    assert mask_tokens(f'"GET /svar/{TOKEN}/ HTTP/1.1" 200 12') == '"GET /svar/… HTTP/1.1" 200 12'
