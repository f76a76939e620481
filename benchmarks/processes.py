"""The portal's own processes, started as in production, or as the one process of `make run`."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.sink import Sink
from benchmarks.stage import Stage
from tests import services
from tests.run import BASE
from tests.test_deploy import Site

LAST_WORDS = 3000  # characters


@contextmanager
def process(stage: Stage, name: str, env: dict[str, str], command: list[str]) -> Iterator[int]:
    """A process for as long as the block lasts; gives its number. Its log is shown only when something goes wrong."""
    log = stage.here / f"{name}.out"
    with log.open("ab") as out:
        child = subprocess.Popen(
            command,
            cwd=BASE,
            env=env,
            stdout=out,
            stderr=out,
            preexec_fn=services.follow_parent(signal.SIGTERM),
        )
    try:
        yield child.pid
    except Exception as error:
        error.add_note(f"{name} said: {log.read_text(errors='replace')[-LAST_WORDS:]}")
        raise
    finally:
        child.terminate()
        child.wait(timeout=30)


def unit_command(stage: Stage, name: str, port: int = 0) -> list[str]:
    """Return what systemd would run, on a port of ours."""
    return Site(stage.here, web=port).unit_command(name)


def run(env: dict[str, str], *arguments: str) -> str:
    """Run a Python command to its end, and return what it printed."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=BASE, env=env, stdout=subprocess.PIPE, check=True, text=True
    )
    return done.stdout


@contextmanager
def workers(stage: Stage, sink: Sink) -> Iterator[None]:
    """Two worker processes, which send to the sink without a limit."""
    env = {**os.environ, "MAIL_URL": sink.url, "MAIL_PER_MINUTE": "0", "LOG_LEVEL": "ERROR"}
    with process(stage, "worker", env, unit_command(stage, "worker")):
        yield


@contextmanager
def web(stage: Stage, port: int) -> Iterator[int]:
    """Granian with two workers, on PostgreSQL and Redis; gives the number of its first process."""
    env = {**os.environ, "BASE_URL": f"http://127.0.0.1:{port}"}
    with process(stage, "web", env, unit_command(stage, "web", port)) as pid:
        yield pid


def one_process_variables(stage: Stage, port: int, sink: Sink) -> dict[str, str]:
    """Return the environment of the one-process portal, with its own SQLite database, whose tables are made."""
    env = {**os.environ, "VAR_DIR": str(stage.here / "one"), "DATABASE_URL": "", "REDIS_URL": ""}
    env |= {"MAIL_URL": sink.url, "PORT": str(port), "BASE_URL": f"http://127.0.0.1:{port}"}
    if not (stage.here / "one").exists():
        (stage.here / "one").mkdir()
        run(env, "manage.py", "migrate", "-v0")
    return env


@contextmanager
def one_process(stage: Stage, env: dict[str, str]) -> Iterator[int]:
    """Web server, worker and clock in one process; gives its number."""
    with process(stage, "one-process", env, [sys.executable, "-m", "dialog_portal.server"]) as pid:
        yield pid
