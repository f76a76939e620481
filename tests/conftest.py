"""What every test stands on: a portal of its own, far from the developer's data, on the database that the run chose.

`pytest` by itself uses SQLite and no Redis; `make test` sets TEST_DATABASE_URL and TEST_REDIS_URL and runs both ways.
"""

import json
import logging
import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from typing import Any

import django
import pytest
import time_machine
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from pytest_django.live_server_helper import LiveServer

from dialog_portal.base.stylesheets import IMPORT
from tests import services

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")  # the suite runs in one process for each core
REDIS = os.environ.get("TEST_REDIS_URL", "")
VAR = Path(tempfile.mkdtemp(prefix=f"{services.PREFIX}{os.getpid()}-var-", dir="/tmp"))

# Before Django reads the environment: nothing of the developer's own portal may reach the tests
for _name in services.portal_variables():
    os.environ.pop(_name, None)
os.environ |= {
    "VAR_DIR": str(VAR),
    "DATABASE_URL": os.environ.get("TEST_DATABASE_URL", ""),
    "REDIS_URL": REDIS and REDIS.removesuffix("0") + WORKER.removeprefix("gw"),
    "DJANGO_SETTINGS_MODULE": "dialog_portal.settings",
    "DJANGO_ALLOW_ASYNC_UNSAFE": "1",  # Playwright's loop runs in the test's own thread
}
(VAR / "static").mkdir()
(VAR / "public").mkdir()
django.setup()  # here, so that the conftest of a folder may import models

FIGURES: list[tuple[str, object]] = []
SECONDS: dict[str, float] = {}  # of each test, with what it set up and took down
FULL_FAULTS = os.environ.get("FAULTS") == "full"
MOMENT = datetime.fromisoformat(os.environ.get("TEST_MOMENT", "2026-11-18T10:15:01+01:00"))
SEED = int(os.environ.setdefault("SEED", str(random.SystemRandom().randrange(1_000_000))))


def pytest_configure(config: pytest.Config) -> None:
    """Where a test run differs: quick passwords, static files without a build step, a real file for SQLite."""
    from django.conf import settings

    # What servers and workers say is shown with the test that failed; a mail server also talks between tests
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    database = settings.DATABASES["default"]
    if str(database["ENGINE"]).endswith("sqlite3"):
        database.setdefault("TEST", {})["NAME"] = str(VAR / "test.sqlite3")
    else:
        database["CONN_MAX_AGE"] = 0  # a connection left open would keep the test database from being dropped


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Where each test has a line of its own (-v), it says how long the test took."""
    if report.when == "call" and report.passed and not hasattr(report, "wasxfail"):
        return "passed", ".", f"PASSED in {report.duration:.1f} s"
    return None


def pytest_report_header() -> str:
    database = "PostgreSQL" if os.environ["DATABASE_URL"] else "SQLite"
    broker = "Redis" if os.environ["REDIS_URL"] else "the process's own memory"
    return f"portal: {database}, messages through {broker}, seed {SEED}"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Figures that fault tests measured, one `name: value` a line."""
    for name, value in FIGURES:
        terminalreporter.write_line(f"{name}: {value}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes first, so that no core stands idle while another does the last long test."""
    items.sort(key=lambda item: not (item.get_closest_marker("e2e") or item.get_closest_marker("fault")))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """The other processes must not read the settings before they have a place of their own, as above."""
    del os.environ["DJANGO_SETTINGS_MODULE"]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """One of several processes has ended: its figures are this run's figures."""
    FIGURES.extend(getattr(node, "workeroutput", {}).get("figures", []))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    SECONDS[report.nodeid] = SECONDS.get(report.nodeid, 0) + report.duration


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell `make test` how it went, so that it can add the passes together."""
    if (told := getattr(session.config, "workeroutput", None)) is not None:
        told["figures"] = FIGURES
        return
    reporter: Any = session.config.pluginmanager.getplugin("terminalreporter")
    if note := os.environ.get("TEST_RESULT"):
        counts = {word: len(found) for word, found in reporter.stats.items() if word}
        counts["errors"], counts["warnings"] = counts.pop("error", 0), counts.pop("warnings", 0)
        slowest = sorted(SECONDS.items(), key=itemgetter(1), reverse=True)[:20]
        Path(note).write_text(json.dumps({**counts, "slowest": slowest}))


def pytest_unconfigure() -> None:
    shutil.rmtree(VAR, ignore_errors=True)


# --- The clock -------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def pinned_clock(request: pytest.FixtureRequest) -> Iterator[time_machine.Traveller | None]:
    """Start each test at the same moment, just after a full minute, whatever the machine's clock says.

    So no test depends on the day, on midnight or on the change of the clock; `TEST_MOMENT` chooses another moment.
    Time goes on from there: a test may take it further with `.shift()`. A test with processes of their own, which
    follow the machine's clock, is marked `real_clock`.
    """
    if request.node.get_closest_marker("real_clock"):
        yield None
    else:
        with time_machine.travel(MOMENT, tick=True) as traveller:
            yield traveller


@pytest.fixture
def still_clock(pinned_clock: None) -> Iterator[time_machine.Traveller]:
    """Let the clock stand, for limits that are counted within a minute: a slow machine must not reach the next one."""
    with time_machine.travel(MOMENT, tick=False) as traveller:
        yield traveller


# --- Django ----------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Limits and counters of one test never reach the next."""
    yield
    from django.core.cache import caches

    from dialog_portal.outbox.queue.database_mark import mark_file

    caches["links"].clear()  # the other lies in the database, as everything else does
    mark_file().unlink(missing_ok=True)  # the next test's database is older


@pytest.fixture(autouse=True, scope="session")
def _append_only_tables_are_emptied_between_tests() -> Iterator[None]:
    """Tests without a transaction empty every table afterwards; on SQLite by DELETE, which our triggers refuse."""
    from django.db import connection
    from django.db.backends.sqlite3 import base  # .operations alone imports itself in a circle

    def lifted(self: Any, *args: Any, **kwargs: Any) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
        drops, makes = [f"DROP TRIGGER {name}" for name, _ in triggers], [sql for _, sql in triggers]
        return [*drops, *flush(self, *args, **kwargs), *makes]

    operations = base.DatabaseWrapper.ops_class
    flush = operations.sql_flush
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "sql_flush", lifted)
        yield


@pytest.fixture(scope="session")
def joined_stylesheets() -> Iterator[None]:
    """One stylesheet a page, as in production: its twenty parts would cost each page of a browser 0.2 seconds."""
    from django.conf import settings

    serve = StaticFilesHandler.serve

    def serve_joined(self: StaticFilesHandler, request: HttpRequest) -> HttpResponseBase:
        sheet = Path(settings.BASE_DIR) / "static" / self.file_path(request.path)
        if sheet.suffix != ".css" or not sheet.is_file():
            return serve(self, request)
        whole = IMPORT.sub(lambda line: (sheet.parent / line[1]).read_text(), sheet.read_text())
        return HttpResponse(whole, content_type="text/css")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StaticFilesHandler, "serve", serve_joined)
        yield


@pytest.fixture(scope="session")
def live_server(django_db_setup: None, joined_stylesheets: None, live_server: LiveServer) -> LiveServer:
    """The portal for a browser; it ends before its database does, also when it is the first thing a test asks for."""
    return live_server


@pytest.fixture
def vendor() -> str:
    """`postgresql` or `sqlite`: what this pass runs on."""
    from django.db import connection

    return connection.vendor


# --- Services --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def workshop() -> Iterator[Path]:
    """A directory with a short path for the services of this session."""
    with services.workshop() as path:
        yield path


@pytest.fixture
def mailbox() -> Iterator[services.Mailbox]:
    """A real SMTP server; `.letters` holds what it took, `.answer` decides what it says."""
    with services.Mailbox() as server:
        yield server


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[services.Redis]:
    """A Redis that the test may kill and empty."""
    server = services.Redis(tmp_path / "redis").start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def own_postgres(workshop: Path, request: pytest.FixtureRequest) -> Iterator[services.Postgres]:
    """A durable PostgreSQL that the tests of one module may crash."""
    server = services.Postgres(
        workshop / f"pg-{request.module.__name__.rpartition('.')[2][:20]}", durable=True
    )
    try:
        yield server.create()
    finally:
        server.stop()


# --- Faults ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def seed() -> int:
    """What random faults of this run grow from; printed at the top, chosen with SEED=."""
    return SEED


@pytest.fixture
def size() -> Callable[[int, int], int]:
    """`size(quick, full)`: the small number in `make test`, the large one in `make faults`."""
    return lambda quick, full: full if FULL_FAULTS else quick


@pytest.fixture
def figure() -> Callable[[str, object], None]:
    """`figure(name, value)`: print what was measured at the end of the run."""
    return lambda name, value: FIGURES.append((name, value))


# --- Browser ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The system's Chromium, quiet on the network; without its sandbox only where root leaves no choice."""
    quiet = ["--disable-background-networking", "--disable-component-update", "--no-default-browser-check"]
    root = ["--no-sandbox"] if os.getuid() == 0 else []
    return {"executable_path": services.program("chromium"), "args": quiet + root}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    """A Swedish reader in Stockholm."""
    return {"locale": "sv-SE", "timezone_id": "Europe/Stockholm", "viewport": {"width": 1280, "height": 900}}
