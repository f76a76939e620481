"""`make run`: the whole portal in one process, web server, worker and clock, with nothing to install beside it."""

import ctypes
import fcntl
import hashlib
import logging
import multiprocessing
import os
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

PR_SET_PDEATHSIG = 1
HOST = "127.0.0.1"
WEB_THREADS = 8
AGAIN_SECONDS = 0.3
# How long a task that runs may delay the end; a letter half sent is sent again by its own rules
STOP_SECONDS = 5.0
# After that the portal is said to be ready all the same: its pages say what stands still
HEARD_SECONDS = 10.0
started = time.monotonic()


def say(text: str) -> None:
    print(text, flush=True)


def give_up(text: str) -> NoReturn:
    sys.exit(f"\n{text}\n")


# --- Before Django ---------------------------------------------------------------------------------------------------


def chosen_port() -> int:
    """The port that the person chose with PORT, or 8000."""
    text = os.environ.get("PORT", "").strip() or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        give_up(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def check_port(port: int) -> None:
    """Stop with one clear sentence when somebody else listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            give_up(
                f"Port {port} cannot be used ({error.strerror}). Choose another one: make run PORT={port + 1}"
            )


def keep_alone(var: Path) -> None:
    """Hold the portal's directory for as long as this process lives; a killed process lets go by itself."""
    var.mkdir(parents=True, exist_ok=True)
    lock = os.open(var / "portal.lock", os.O_RDWR | os.O_CREAT, 0o600)
    os.set_inheritable(lock, False)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        give_up(f"A portal is already running on {var}. Stop it first, or choose another VAR_DIR.")


def stop_with_parent() -> None:
    """End when the `make` that started us ends, so that the port is free again however that happened."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


# --- What the first start makes --------------------------------------------------------------------------------------


def has_chosen_database() -> bool:
    """Whether somebody's own database is meant, which never gets a demo and is never thrown away."""
    return bool(os.environ.get("DATABASE_URL", "").strip())


def check_fresh(var: Path) -> None:
    """Stop with one clear sentence when FRESH=1 would throw away more than a demo."""
    from django.conf import settings

    if has_chosen_database():
        give_up("FRESH=1 only throws the demo database away, never one that DATABASE_URL points to.")
    if not is_below(settings.PUBLIC_ROOT, var):
        give_up(
            f"FRESH=1 only throws away what lies below {var}. PUBLIC_ROOT is {settings.PUBLIC_ROOT}: "
            "leave it out, or empty that directory yourself."
        )


def is_below(path: Path, top: Path) -> bool:
    return top.resolve() in path.resolve().parents


def throw_away(var: Path) -> None:
    """Forget the demo: its database, pages and sign-ins. The keys stay, and so does whatever lies outside `var`."""
    from django.conf import settings

    name = settings.DATABASES["default"]["NAME"]
    for path in (f"{name}", f"{name}-wal", f"{name}-shm", var / "demo.txt", var / "demo.begun"):
        Path(path).unlink(missing_ok=True)
    if is_below(settings.PUBLIC_ROOT, var):
        shutil.rmtree(settings.PUBLIC_ROOT, ignore_errors=True)


def make_database(var: Path) -> None:
    """Bring the tables up to date; a new database of our own gets the demo, all of it or, if interrupted, anew."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    begun = var / "demo.begun"
    new = not connection.introspection.table_names()
    say("· Creating the database" if new else "· Looking through the database")
    call_command("migrate", verbosity=0, interactive=False)
    if new and (has_chosen_database() or settings.MAIL):
        say("· The portal is empty: `manage.py begin` fills the register and invites the first administrator")
    elif new:
        say(
            "· Adding the demo: the region's parties, the round of 2019 and one that is under way (half a minute)"
        )
        begun.touch()
        call_command("demo", verbosity=0)
        begun.unlink()


def static_stamp() -> str:
    """A text that changes when any static file does."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders

    stamp = hashlib.sha256(f"{settings.STATIC_ROOT}\n".encode())
    for finder in get_finders():
        for path, storage in finder.list(["CVS", ".*", "*~"]):
            file = Path(storage.path(path)).stat()
            stamp.update(f"{path} {file.st_mtime_ns} {file.st_size}\n".encode())
    return stamp.hexdigest()


def collect_static() -> None:
    """Collect style sheets and scripts when one of them has changed; the note of it is no public file."""
    from django.conf import settings
    from django.core.management import call_command

    note, now = Path(settings.VAR) / "static.stamp", static_stamp()
    collected = (Path(settings.STATIC_ROOT) / "staticfiles.json").exists()
    if collected and note.exists() and note.read_text() == now:
        return
    say("· Collecting style sheets and scripts")
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    note.write_text(now)


def in_a_child(job: Callable[[], None]) -> None:
    """Do a job in a process of its own, which gives its memory back at the end; exit with its status if it fails."""

    def follow_and_do() -> None:
        stop_with_parent()
        job()

    child = multiprocessing.get_context("fork").Process(target=follow_and_do)
    child.start()
    try:
        child.join()
    finally:
        child.terminate()
    if child.exitcode:
        sys.exit(child.exitcode)


def prepare() -> None:
    """Everything that must exist before the first page can be served."""
    import django
    from django.conf import settings

    django.setup()
    var = Path(settings.VAR)
    keep_alone(var)
    fresh = os.environ.get("FRESH", "").strip() not in {"", "0"}
    if fresh:
        check_fresh(var)
    if fresh or ((var / "demo.begun").exists() and not has_chosen_database()):
        throw_away(var)
    Path(settings.PUBLIC_ROOT).mkdir(parents=True, exist_ok=True)
    # compressing the static files alone would leave up to 65 MB that are never used again
    in_a_child(collect_static)
    in_a_child(lambda: make_database(var))


# --- One process -----------------------------------------------------------------------------------------------------


@contextmanager
def worker() -> Iterator[None]:
    """A Celery worker in a thread of this process."""
    from dialog_portal.celery import app

    controller = app.WorkController(
        pool="solo",
        hostname="portal@localhost",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    thread = threading.Thread(target=controller.start, name="worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        end = time.monotonic() + STOP_SECONDS
        while thread.is_alive() and time.monotonic() < end:  # one that just starts does not listen yet
            app.control.shutdown()
            # It listens once more before it ends, and would do so for two seconds
            app.control.broadcast("ping")
            thread.join(0.5)


@contextmanager
def clock() -> Iterator[None]:
    """Celery's beat in a thread of this process, which also rings once for everything it rings for.

    So whatever fell due while the portal was down, or was under way when it was killed, is taken up at the start.
    """
    from celery.beat import EmbeddedService

    from dialog_portal.celery import app

    beat: Any = EmbeddedService(app, thread=True, scheduler_cls="celery.beat:Scheduler")
    beat.start()
    tasks = {entry["task"] for entry in app.conf.beat_schedule.values()}
    # The clock is not heard behind a long queue
    for task in sorted(tasks, key=lambda task: task != "outbox.beat"):
        app.send_task(task)
    try:
        yield
    finally:
        beat.stop()


def wait_until_heard() -> None:
    """Let worker and clock show themselves, so that the portal is well when it is said to be ready."""
    from dialog_portal.dashboard.health import is_healthy

    end = time.monotonic() + HEARD_SECONDS
    while not is_healthy() and time.monotonic() < end:
        time.sleep(0.1)


def welcome(port: int) -> None:
    """Where the portal is, and whom to be in it."""
    from django.conf import settings

    signs = Path(settings.VAR) / "demo.txt"
    say(f"\nDialogportalen is at http://{HOST}:{port} (ready after {time.monotonic() - started:.1f} s)")
    if signs.exists() and not has_chosen_database():
        say(f"\n{signs.read_text().strip()}\n\nThe same list is in {signs}.")
    say("Stop with Ctrl-C.\n")


def stop(_number: int, _frame: FrameType | None) -> None:
    """End; asked again in a moment, because Python drops an exception that meets it in a destructor."""
    signal.setitimer(signal.ITIMER_REAL, AGAIN_SECONDS)
    raise SystemExit(0)


def serve(port: int) -> None:
    """Serve pages, send letters and keep time until SIGINT or SIGTERM."""
    from waitress.server import create_server

    from dialog_portal.wsgi import application

    server = create_server(application, host=HOST, port=port, threads=WEB_THREADS, ident=None)
    try:
        with worker(), clock():
            try:
                wait_until_heard()
                welcome(port)
                server.run()
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        server.close()
        say("Stopped.")


def main() -> None:
    """Prepare what is missing, then serve."""
    # A background job of a shell script has SIGINT ignored; both signals are ours from the first moment.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, stop)
    if "--with-parent" in sys.argv:
        stop_with_parent()
    port = chosen_port()
    check_port(port)
    os.environ.setdefault("BASE_URL", f"http://{HOST}:{port}")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dialog_portal.settings")
    say("Dialogportalen")
    prepare()
    logging.getLogger("celery.worker.control").setLevel(logging.ERROR)  # every stop would be a warning
    # A line for every ring of the clock hides what matters
    logging.getLogger("celery").setLevel(logging.WARNING)
    serve(port)


if __name__ == "__main__":
    main()
