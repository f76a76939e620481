"""Throwaway services in a directory of their own, which die with whoever started them: PostgreSQL, Redis, SMTP."""

import ctypes
import hashlib
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiosmtpd.controller import Controller

PREFIX = "dialogportalen-"
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


def portal_variables() -> set[str]:
    """The name of every variable that .env.example explains."""
    text = (Path(__file__).resolve().parent.parent / ".env.example").read_text()
    return set(re.findall(r"^(?:# )?([A-Z_]+)=", text, re.MULTILINE))


def prctl(option: int, value: int) -> None:
    """Ask the kernel for one thing about this process; elsewhere than on Linux nothing happens."""
    call = getattr(ctypes.CDLL(None), "prctl", None)
    if call is not None:
        call(option, value, 0, 0, 0)


def follow_parent(end: signal.Signals) -> Callable[[], None]:
    """What a child does before it starts: be told `end` when its parent dies, and listen to Ctrl-C again."""

    def prepare() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        prctl(PR_SET_PDEATHSIG, end)

    return prepare


def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on just now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(ready: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Return when `ready` says so; a service that never gets there stops the tests with its name."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} was not ready within {seconds:.0f} seconds")
        time.sleep(0.02)


def sweep_leftovers() -> None:
    """Remove directories of runs that were killed before they could remove them themselves."""
    for left in Path("/tmp").glob(f"{PREFIX}*-*"):
        pid = left.name.split("-")[1]
        if pid.isdecimal() and not Path(f"/proc/{pid}").exists() and left.stat().st_uid == os.getuid():
            shutil.rmtree(left, ignore_errors=True)


@contextmanager
def workshop() -> Iterator[Path]:
    """A short-named directory (a socket's path has room for about 100 characters), removed afterwards."""
    path = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir="/tmp"))
    path.chmod(0o711)  # root's PostgreSQL runs as another user, who must be able to walk through
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def program(name: str) -> str:
    """Where a server program lies; the system's own directories count even when PATH leaves them out."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/local/sbin")
    if found is None:
        raise FileNotFoundError(f"{name} is not installed; `make test` installs it")
    return found


def postgres_program(name: str) -> str:
    """A PostgreSQL program, from Debian's newest version or from PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob("[0-9]*/bin"), key=lambda path: int(path.parent.name))
    return str(versions[-1] / name) if versions else program(name)


@dataclass
class Postgres:
    """A PostgreSQL cluster on a unix socket, out of reach for everybody else on the machine."""

    directory: Path
    durable: bool = False  # only the tests that crash it need what they wrote to be on disk
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        return f"postgresql://portal@/postgres?host={quote(str(self.directory), safe='/')}"

    @property
    def _person(self) -> dict[str, Any]:
        """PostgreSQL refuses to run as root; then the system's own user for it does the work."""
        if os.getuid() != 0:
            return {}
        try:
            person = pwd.getpwnam("postgres")
        except KeyError:
            person = pwd.getpwnam("nobody")
        return {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}

    def create(self) -> "Postgres":
        """Make an empty cluster and start it; answers itself."""
        self.directory.mkdir(mode=0o700)
        if self._person:
            os.chown(self.directory, self._person["user"], self._person["group"])
        command = [postgres_program("initdb"), "--pgdata", str(self.directory / "data"), "--username=portal"]
        options = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
        subprocess.run(
            [*command, *options],
            check=True,
            capture_output=True,
            cwd=self.directory,
            env=self._env(),
            **self._person,
        )
        self.start()
        return self

    def _env(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}

    def _settings(self) -> Iterator[str]:
        quick = (
            {} if self.durable else {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        )
        chosen = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.directory),
            "max_connections": "100",
            "shared_buffers": "64MB",
            **quick,
        }
        for name, value in chosen.items():
            yield from ("-c", f"{name}={value}")

    def start(self) -> None:
        """Start the server and wait until it answers."""
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [postgres_program("postgres"), "-D", str(self.directory / "data"), *self._settings()],
                cwd=self.directory,
                env=self._env(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=follow_parent(signal.SIGINT),
                **self._person,
            )
        wait_until(self.answers, f"PostgreSQL ({self.directory / 'log'})")

    def answers(self) -> bool:
        """Whether it accepts connections."""
        command = [postgres_program("pg_isready"), "--quiet", "--host", str(self.directory)]
        return subprocess.run(command, env=self._env(), check=False).returncode == 0

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT in good order, SIGQUIT as a crash."""
        if self.process is not None:
            self.process.send_signal(how)
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None

    def crash(self) -> None:
        """Lose power and come back: every connection breaks, only what was committed is left."""
        self.stop(signal.SIGQUIT)
        self.start()

    def execute(self, statement: str) -> None:
        """Run one statement outside every transaction."""
        import psycopg2

        with closing(psycopg2.connect(self.url)) as connection:
            connection.autocommit = True
            connection.cursor().execute(statement)

    def new_database(self, name: str) -> str:
        """Make an empty database beside the first one; answers its URL."""
        self.execute(f'CREATE DATABASE "{name}"')
        return self.url.replace("/postgres?", f"/{name}?")


@dataclass
class Redis:
    """A Redis that keeps everything in memory, on a free port."""

    directory: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> "Redis":
        """Start it and wait until it answers; answers itself."""
        self.directory.mkdir(mode=0o700, exist_ok=True)
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.directory)]
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [program("redis-server"), *options, "--save", "", "--appendonly", "no", "--daemonize", "no"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=follow_parent(signal.SIGTERM),
            )
        wait_until(self.answers, f"Redis ({self.directory / 'log'})")
        return self

    def answers(self) -> bool:
        """Whether it answers PING."""
        try:
            with closing(socket.create_connection(("127.0.0.1", self.port), timeout=1)) as line:
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it; SIGKILL is the crash."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(timeout=10)
            self.process = None


@dataclass(frozen=True)
class Received:
    """One letter as the receiving server saw it."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    at: float  # seconds on the wall clock

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


Answer = Callable[[str, Any], str]


def accept(_step: str, _envelope: Any) -> str:
    """Say yes to everything."""
    return "250 OK"


class Mailbox:
    """An SMTP server that keeps what it is given.

    `answer(step, envelope)` decides what it says, step being RCPT or DATA; what does not begin with 2 refuses.
    """

    def __init__(self, answer: Answer = accept) -> None:
        self.letters: list[Received] = []
        self.answer = answer
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port(), ready_timeout=10)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.controller.port}"

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        envelope.asked = address
        said = self.answer("RCPT", envelope)
        if said.startswith("2"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        said = self.answer("DATA", envelope)
        if said.startswith("2"):
            content = envelope.original_content or b""
            self.letters.append(Received(envelope.mail_from, tuple(envelope.rcpt_tos), content, time.time()))
        return said

    def __enter__(self) -> "Mailbox":
        self.controller.start()
        return self

    def __exit__(self, *_args: object) -> None:
        self.controller.stop()
