"""From the press on Send until 26 invitations have left, in real processes: the one-process portal, and with Redis."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.letters import workers
from benchmarks.sink import Sink
from benchmarks.stage import Line, Stage
from tests import services
from tests.run import BASE

INVITED = 26
FIELD = re.compile(r'name="(previewed|csrfmiddlewaretoken)" value="([^"]+)"')


def prepare() -> None:
    """A meeting with 26 people to invite, and an officer who is signed in; said as JSON."""
    import django

    django.setup()
    from django.test import Client

    from dialog_portal.access.models import User
    from tests import factories

    meeting = factories.meeting(title="Dialogmöte med länets kommuner")
    for _ in range(INVITED):
        factories.invitee(factories.invitation(meeting))
    client = Client()
    officer = User.objects.filter(role="officer").first() or factories.user()
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    cookies = "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())
    print(json.dumps({"meeting": meeting.pk, "cookies": cookies}))


class Browser:
    """An officer's browser, as far as one press needs."""

    def __init__(self, port: int, cookies: str) -> None:
        self.url, self.cookies = f"http://127.0.0.1:{port}", cookies

    def open(self, path: str, **form: str) -> str:
        data = urllib.parse.urlencode(form).encode() if form else None
        request = urllib.request.Request(self.url + path, data, {"Cookie": self.cookies, "Origin": self.url})
        with urllib.request.urlopen(request, timeout=60) as answer:
            for cookie in answer.headers.get_all("Set-Cookie", []):
                self.cookies += "; " + cookie.partition(";")[0]
            return str(answer.read().decode())

    def answers(self) -> bool:
        try:
            self.open("/konto/login/")
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True


@contextmanager
def process(env: dict[str, str], *arguments: str) -> Iterator[None]:
    child = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=BASE,
        env=env,
        stdout=subprocess.DEVNULL,
        preexec_fn=services.follow_parent(signal.SIGTERM),
    )
    try:
        yield
    finally:
        child.terminate()
        child.wait(timeout=30)


def manage(env: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=BASE, env=env, stdout=subprocess.PIPE, check=True, text=True
    )
    return done.stdout


def press(env: dict[str, str], port: int, sink: Sink) -> float:
    """Seconds from the press until the last letter was taken."""
    known = json.loads(manage(env, "-m", "benchmarks.click"))
    browser = Browser(port, known["cookies"])
    services.wait_until(browser.answers, "the portal", 60)
    time.sleep(3)  # the start's own tasks are done
    place = f"/arbete/moten/{known['meeting']}/brev/invitation/"
    fields = dict(FIELD.findall(browser.open(place)))
    before = sink.letters
    begun = time.perf_counter()
    browser.open(f"{place}skicka/", **fields)
    sink.wait_for(before + INVITED, 60)
    return time.perf_counter() - begun


def one_process(stage: Stage, sink: Sink) -> float:
    port, var = services.free_port(), stage.here / "one"
    env = {**os.environ, "VAR_DIR": str(var), "DATABASE_URL": "", "REDIS_URL": "", "MAIL_URL": sink.url}
    env |= {"PORT": str(port), "BASE_URL": f"http://127.0.0.1:{port}"}
    var.mkdir()
    manage(env, "manage.py", "migrate", "-v0")
    with process(env, "-m", "dialog_portal.server"):
        return press(env, port, sink)


def with_redis(sink: Sink) -> float:
    port = services.free_port()
    env = {**os.environ, "MAIL_URL": sink.url, "BASE_URL": f"http://127.0.0.1:{port}"}
    serve = ("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "2", "--no-ws")
    web = process(env, "-m", "granian", *serve, "--log-level", "error", "dialog_portal.wsgi:application")
    with workers(sink), web:
        return press(env, port, sink)


def measure(stage: Stage) -> Iterator[Line]:
    with Sink() as sink:
        yield (
            "26 invitations from the press until the last has left, one process (s)",
            one_process(stage, sink),
            ("at most", 2.0),
        )
        yield (
            "26 invitations from the press until the last has left, Redis and two workers (s)",
            with_redis(sink),
            ("at most", 2.0),
        )


if __name__ == "__main__":
    prepare()
