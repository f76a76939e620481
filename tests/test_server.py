"""The portal in one process: it starts, says where it is, stops when told and comes back after kill -9."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dialog_portal.server import collect_static, is_below
from tests import services

pytestmark = [pytest.mark.once, pytest.mark.real_clock]
BASE = Path(__file__).resolve().parent.parent


@dataclass
class Portal:
    """A portal in a directory of its own."""

    var: Path
    port: int
    process: subprocess.Popen[str] | None = None

    def launch(self, **more: str) -> subprocess.Popen[str]:
        env = {name: value for name, value in os.environ.items() if name not in services.portal_variables()}
        env |= {"VAR_DIR": str(self.var), "PORT": str(self.port), "PYTHONUNBUFFERED": "1", **more}
        env.pop("DJANGO_SETTINGS_MODULE", None)
        return subprocess.Popen(
            [sys.executable, "-m", "dialog_portal.server", "--with-parent"],
            cwd=BASE,
            env=env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def start(self, **more: str) -> list[str]:
        """Start it; answers what it printed until it was ready."""
        self.process = self.launch(**more)
        said: list[str] = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            said.append(line.rstrip())
            if "Ctrl-C" in line:
                return said
        raise AssertionError("\n".join(said))

    def get(self, path: str) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return int(answer.status)

    def is_well(self) -> bool:
        """What the health probe says."""
        try:
            return self.get("/halsa") == 200
        except urllib.error.HTTPError as error:
            error.close()
            return False

    def end(self, how: signal.Signals) -> tuple[int, float]:
        """End it; answers its status and how many seconds that took."""
        assert self.process is not None
        begun = time.monotonic()
        self.process.send_signal(how)
        self.process.communicate(timeout=30)
        return self.process.returncode, time.monotonic() - begun


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def portal(workshop: Path) -> Portal:
    """A portal with its demo made, not running; the tests start it again."""
    made = Portal(workshop / "portal", services.free_port())
    (made.var / "public").mkdir(parents=True)
    (made.var / "public" / "left.html").write_text("of an earlier demo")
    made.first = made.start(FRESH="1")  # type: ignore[attr-defined]
    assert made.end(signal.SIGTERM)[0] == 0
    return made


@pytest.fixture(autouse=True)
def _ended(portal: Portal) -> Iterator[None]:
    """A test that fails half-way leaves no portal to the next one."""
    yield
    if portal.process is not None and portal.process.poll() is None:
        portal.end(signal.SIGKILL)


def test_first_start_makes_the_demo_and_says_who_to_be(portal: Portal):
    said = "\n".join(portal.first)  # type: ignore[attr-defined]
    assert f"http://127.0.0.1:{portal.port}" in said
    assert (portal.var / "demo.txt").read_text().strip() in said
    assert (portal.var / "public" / "index.html").exists()


def test_what_we_note_about_the_static_files_is_not_one_of_them(portal: Portal):
    served = {path.name for path in (portal.var / "static").iterdir()}
    assert ("css" in served, (portal.var / "static.stamp").exists()) == (True, True)
    assert [name for name in served if "stamp" in name] == []


def test_static_files_that_somebody_removed_are_collected_again(tmp_path: Path, settings, monkeypatch):
    settings.VAR, settings.STATIC_ROOT = tmp_path, tmp_path / "static"
    collected: list[str] = []

    def collect(name: str, **_: object) -> None:
        collected.append(name)
        settings.STATIC_ROOT.mkdir(exist_ok=True)
        (settings.STATIC_ROOT / "staticfiles.json").touch()

    monkeypatch.setattr("django.core.management.call_command", collect)
    collect_static()
    collect_static()
    assert collected == ["collectstatic"]
    (settings.STATIC_ROOT / "staticfiles.json").unlink()
    collect_static()
    assert collected == ["collectstatic"] * 2


def test_fresh_start_throws_the_pages_of_an_earlier_demo_away(portal: Portal):
    assert not (portal.var / "public" / "left.html").exists()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_second_start_takes_seconds_is_well_when_ready_and_both_signals_stop_it(
    portal: Portal, how: signal.Signals
):
    with sqlite3.connect(portal.var / "dialog.sqlite3") as database:
        database.execute("DELETE FROM outbox_pulse")  # as long ago as ever since anybody was heard
    database.close()
    begun = time.monotonic()
    portal.start()
    ready, well = time.monotonic() - begun, portal.is_well()
    pages = [portal.get("/"), portal.get("/konto/logga-in/")]
    status, stopping = portal.end(how)
    assert (well, pages, status, ready < 10, stopping < 6) == (True, [200, 200], 0, True, True)
    assert not listens(portal.port)


def test_it_comes_back_after_being_killed(portal: Portal):
    portal.start()
    portal.end(signal.SIGKILL)
    portal.start()
    assert portal.get("/") == 200
    assert portal.end(signal.SIGTERM)[0] == 0


def test_a_port_in_use_gives_one_clear_sentence(portal: Portal):
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", portal.port))
        other.listen()
        said = portal.launch().communicate(timeout=30)[0]
    assert f"Port {portal.port} cannot be used" in said
    assert "Traceback" not in said


def test_two_portals_never_share_a_directory(portal: Portal):
    portal.start()
    said = Portal(portal.var, services.free_port()).launch().communicate(timeout=30)[0]
    portal.end(signal.SIGTERM)
    assert "already running" in said


@pytest.mark.parametrize("port", ["abc", "0", "70000"])
def test_a_port_that_is_none_is_refused(portal: Portal, port: str):
    said = portal.launch(PORT=port).communicate(timeout=30)[0]
    assert "PORT must be a number" in said


def test_fresh_start_never_throws_a_chosen_database_away(portal: Portal, tmp_path: Path):
    kept = tmp_path / "kept.sqlite3"
    said = portal.launch(FRESH="1", DATABASE_URL=f"sqlite:///{kept}").communicate(timeout=60)[0]
    assert "never one that DATABASE_URL points to" in said


def test_fresh_start_never_throws_pages_outside_the_directory_away(portal: Portal, tmp_path: Path):
    page = tmp_path / "index.html"
    page.write_text("somebody else's")
    said = portal.launch(FRESH="1", PUBLIC_ROOT=str(tmp_path)).communicate(timeout=60)[0]
    assert "only throws away what lies below" in said
    assert (page.exists(), (portal.var / "demo.txt").exists(), "Traceback" in said) == (True, True, False)


@pytest.mark.parametrize(
    ("path", "below"), [("public", True), ("a/b", True), (".", False), ("..", False), ("../other", False)]
)
def test_only_what_lies_below_the_directory_is_the_demos(tmp_path: Path, path: str, below: bool):
    assert is_below(tmp_path / path, tmp_path) is below


def test_a_chosen_database_gets_no_demo_whatever_an_interrupted_demo_left(portal: Portal, tmp_path: Path):
    (portal.var / "demo.begun").touch()
    said = "\n".join(portal.start(DATABASE_URL=f"sqlite:///{tmp_path / 'own.sqlite3'}"))
    status = portal.end(signal.SIGTERM)[0]
    (portal.var / "demo.begun").unlink()
    assert ("demo" in said, "Pass phrase" in said, "manage.py begin" in said) == (False, False, True)
    assert (status, (portal.var / "demo.txt").exists()) == (0, True)


def test_it_stops_when_the_one_who_started_it_is_killed(portal: Portal):
    starter = "import subprocess, sys; subprocess.run([sys.executable, '-m', 'dialog_portal.server', '--with-parent'])"
    env = os.environ | {
        "VAR_DIR": str(portal.var),
        "PORT": str(portal.port),
        "DATABASE_URL": "",
        "REDIS_URL": "",
    }
    parent = subprocess.Popen([sys.executable, "-c", starter], cwd=BASE, env=env, stdout=subprocess.DEVNULL)
    services.wait_until(lambda: listens(portal.port), "the portal", 30)
    parent.kill()
    parent.wait()
    services.wait_until(lambda: not listens(portal.port), "the end of the portal", 10)
