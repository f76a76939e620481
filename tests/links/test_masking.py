"""What a stranger's request leaves in the log: one line, short, and never a link that works."""

import logging

import pytest
from django.test import Client

from dialog_portal.links.masking import MaskTokens

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
