"""The portal as in production, in processes of their own: web server, workers and clocks on one Redis."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from types import TracebackType

from tests.faults.harness import BASE, database_url
from tests.services import Mailbox, Redis, follow_parent, free_port, wait_until

CLOCK = """
from dialog_portal.celery import app
app.set_current()
for entry in app.conf.beat_schedule.values():
    entry["schedule"] = {every}
app.start(["beat", "--loglevel", "CRITICAL"])
"""


class Portal:
    """Everything that was started ends with the block."""

    def __init__(self, redis: Redis, mailbox: Mailbox) -> None:
        self.redis, self.port = redis, free_port()
        self.env = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "REDIS_URL": redis.url,
            "MAIL_URL": mailbox.url,
            "MAIL_PER_MINUTE": "0",
            "LOG_LEVEL": "CRITICAL",
        }
        self.processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Portal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self.processes:
            os.killpg(process.pid, signal.SIGKILL)  # the web server has children
        for process in self.processes:
            process.wait()

    def _start(self, *arguments: str) -> None:
        self.processes.append(
            subprocess.Popen(
                [sys.executable, *arguments],
                cwd=BASE,
                env=self.env,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=follow_parent(signal.SIGKILL),
            )
        )

    def end_last(self) -> None:
        """Kill what was started last."""
        last = self.processes.pop()
        os.killpg(last.pid, signal.SIGKILL)
        last.wait()

    def worker(self) -> None:
        """One worker process; a second one is started by calling again."""
        name = f"worker{len(self.processes)}@test"
        quiet = ("--without-gossip", "--without-mingle", "--loglevel", "CRITICAL")
        self._start(
            "-m", "celery", "--app", "dialog_portal", "worker", "--pool", "solo", "--hostname", name, *quiet
        )

    def beat(self, every: float) -> None:
        """A clock that rings for every task of the schedule each so many seconds."""
        self._start("-c", CLOCK.format(every=every))

    def web(self) -> None:
        if not (Path(self.env["VAR_DIR"]) / "static" / "staticfiles.json").exists():
            collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
            subprocess.run(collect, cwd=BASE, env=self.env, check=True)
        serve = ("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port), "--no-ws")
        self._start(
            "-m", "dialog_portal.web", *serve, "--log-level", "critical", "dialog_portal.wsgi:application"
        )
        wait_until(lambda: self.post("/svar/") == 404, "the web server")

    def post(self, path: str, **form: str) -> int:
        """Send a form as an old browser does; answers the status, 0 when there was no answer."""
        opener = urllib.request.build_opener(Stay)
        data = urllib.parse.urlencode(form).encode()
        try:
            with opener.open(f"http://127.0.0.1:{self.port}{path}", data, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code
        except OSError:
            return 0


class Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer."""

    def redirect_request(self, *_args: object) -> None:
        return None
