"""`make run`: the whole portal in one process: web server, Celery worker and beat, SQLite, and demo data."""

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

PR_SET_PDEATHSIG = 1  # from Linux' <sys/prctl.h>
HOST = "127.0.0.1"
WEB_THREADS = 8
STOP_RETRY_SECONDS = 0.3
# How long a running task may delay the stop; a letter that is interrupted is sent again when its lease has ended
STOP_GRACE_SECONDS = 5.0
# How long to wait for worker and beat before "ready" is printed all the same; the pages say what does not work
HEALTH_WAIT_SECONDS = 10.0
STARTED_AT = time.monotonic()


def print_line(text: str) -> None:
    """Print a line at once, also when the output is a pipe."""
    print(text, flush=True)


def exit_with_message(text: str) -> NoReturn:
    """Print the text to stderr and end with status 1."""
    sys.exit(f"\n{text}\n")


# --- Before Django ---------------------------------------------------------------------------------------------------


def read_port() -> int:
    """Return the port from the variable PORT, or 8000. End with a message if it is no port number."""
    text = os.environ.get("PORT", "").strip() or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        exit_with_message(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def check_port(port: int) -> None:
    """End with a message if another process uses the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            exit_with_message(
                f"Port {port} cannot be used ({error.strerror}). Choose another one: make run PORT={port + 1}"
            )


def lock_var_directory(var: Path) -> None:
    """Lock the portal's directory until this process ends, however it ends. End with a message if it is locked."""
    var.mkdir(parents=True, exist_ok=True)
    lock = os.open(var / "portal.lock", os.O_RDWR | os.O_CREAT, 0o600)
    os.set_inheritable(lock, False)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        exit_with_message(f"A portal is already running on {var}. Stop it first, or choose another VAR_DIR.")


def stop_with_parent() -> None:
    """Get SIGTERM from the kernel when the parent process (`make`) ends in any way, so that the port becomes free."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


# --- First start: directories, static files, database and demo data --------------------------------------------------


def has_own_database() -> bool:
    """Return whether DATABASE_URL is set. Such a database never gets demo data and is never deleted."""
    return bool(os.environ.get("DATABASE_URL", "").strip())


def check_fresh_is_safe(var: Path) -> None:
    """End with a message if FRESH=1 would delete anything else than the demo below `var`."""
    from django.conf import settings

    if has_own_database():
        exit_with_message(
            "FRESH=1 only throws the demo database away, never one that DATABASE_URL points to."
        )
    if not is_below(settings.PUBLIC_ROOT, var):
        exit_with_message(
            f"FRESH=1 only throws away what lies below {var}. PUBLIC_ROOT is {settings.PUBLIC_ROOT}: "
            "leave it out, or empty that directory yourself."
        )


def is_below(path: Path, top: Path) -> bool:
    """Return whether the path, with symbolic links followed, is inside the directory."""
    return top.resolve() in path.resolve().parents


def delete_demo(var: Path) -> None:
    """Delete the demo's database, public pages and sign-in details. Keys and everything outside `var` are kept."""
    from django.conf import settings

    name = settings.DATABASES["default"]["NAME"]
    for path in (f"{name}", f"{name}-wal", f"{name}-shm", var / "demo.txt", var / "demo.begun"):
        Path(path).unlink(missing_ok=True)
    if is_below(settings.PUBLIC_ROOT, var):
        shutil.rmtree(settings.PUBLIC_ROOT, ignore_errors=True)


def make_database(var: Path) -> None:
    """Run the migrations, and add the demo data to a new database in `var` if no mail server is set.

    The file demo.begun exists while the demo data is added: if that is interrupted, the next start deletes what is
    there and begins again.
    """
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    begun = var / "demo.begun"
    new = not connection.introspection.table_names()
    print_line("· Creating the database" if new else "· Looking through the database")
    call_command("migrate", verbosity=0, interactive=False)
    if new and (has_own_database() or settings.MAIL):
        print_line(
            "· The portal is empty: `manage.py begin` fills the register and invites the first administrator"
        )
    elif new:
        print_line(
            "· Adding the demo: the region's parties, the round of 2019 and one that is under way (half a minute)"
        )
        begun.touch()
        call_command("demo", verbosity=0)
        begun.unlink()


def static_files_digest() -> str:
    """Return a SHA-256 over the paths, times and sizes of all static files; it changes when any of them does."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders

    stamp = hashlib.sha256(f"{settings.STATIC_ROOT}\n".encode())
    for finder in get_finders():
        for path, storage in finder.list(["CVS", ".*", "*~"]):
            file = Path(storage.path(path)).stat()
            stamp.update(f"{path} {file.st_mtime_ns} {file.st_size}\n".encode())
    return stamp.hexdigest()


def collect_static() -> None:
    """Run collectstatic if a static file has changed since the last time.

    The digest is stored in `var` and not in STATIC_ROOT, whose files are public.
    """
    from django.conf import settings
    from django.core.management import call_command

    note, now = Path(settings.VAR) / "static.stamp", static_files_digest()
    collected = (Path(settings.STATIC_ROOT) / "staticfiles.json").exists()
    if collected and note.exists() and note.read_text() == now:
        return
    print_line("· Collecting style sheets and scripts")
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    note.write_text(now)


def run_in_child(job: Callable[[], None]) -> None:
    """Run a job in a child process, which frees its memory when it ends. Exit with its status if it fails."""

    def run_job() -> None:
        stop_with_parent()
        job()

    child = multiprocessing.get_context("fork").Process(target=run_job)
    child.start()
    try:
        child.join()
    finally:
        child.terminate()
    if child.exitcode:
        sys.exit(child.exitcode)


def prepare_portal() -> None:
    """Make everything that must exist before the first page can be served: directories, static files, database."""
    import django
    from django.conf import settings

    django.setup()
    var = Path(settings.VAR)
    lock_var_directory(var)
    fresh = os.environ.get("FRESH", "").strip() not in {"", "0"}
    if fresh:
        check_fresh_is_safe(var)
    if fresh or ((var / "demo.begun").exists() and not has_own_database()):
        delete_demo(var)
    Path(settings.PUBLIC_ROOT).mkdir(parents=True, exist_ok=True)
    # In child processes: compressing the static files alone would leave up to 65 MB that are never used again
    run_in_child(collect_static)
    run_in_child(lambda: make_database(var))


# --- One process -----------------------------------------------------------------------------------------------------


@contextmanager
def run_worker() -> Iterator[None]:
    """Run a Celery worker in a thread of this process; at the end, wait STOP_GRACE_SECONDS for its task."""
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
        end = time.monotonic() + STOP_GRACE_SECONDS
        # Repeated, because a worker that is just starting does not listen yet
        while thread.is_alive() and time.monotonic() < end:
            app.control.shutdown()
            # Before it ends, the worker waits up to two seconds for one more message: this is that message
            app.control.broadcast("ping")
            thread.join(0.5)


@contextmanager
def run_beat() -> Iterator[None]:
    """Run Celery's beat in a thread of this process, and queue each scheduled task once at the start.

    So the work that became due while the portal was down, or was interrupted when it was killed, is done at the start.
    """
    from celery.beat import EmbeddedService

    from dialog_portal.celery import app

    beat: Any = EmbeddedService(app, thread=True, scheduler_cls="celery.beat:Scheduler")
    beat.start()
    tasks = {entry["task"] for entry in app.conf.beat_schedule.values()}
    # Beat's own pulse first: behind the other tasks, a long queue of letters would delay it
    for task in sorted(tasks, key=lambda task: task != "outbox.beat"):
        app.send_task(task)
    try:
        yield
    finally:
        beat.stop()


def wait_until_healthy() -> None:
    """Wait until the health probe finds worker and beat working, at most HEALTH_WAIT_SECONDS."""
    from dialog_portal.dashboard.health import is_healthy

    end = time.monotonic() + HEALTH_WAIT_SECONDS
    while not is_healthy() and time.monotonic() < end:
        time.sleep(0.1)


def print_welcome(port: int) -> None:
    """Print the portal's address and, for the demo, the accounts to sign in with."""
    from django.conf import settings

    signs = Path(settings.VAR) / "demo.txt"
    print_line(
        f"\nDialogportalen is at http://{HOST}:{port} (ready after {time.monotonic() - STARTED_AT:.1f} s)"
    )
    if signs.exists() and not has_own_database():
        print_line(f"\n{signs.read_text().strip()}\n\nThe same list is in {signs}.")
    print_line("Stop with Ctrl-C.\n")


def stop_on_signal(_number: int, _frame: FrameType | None) -> None:
    """Signal handler: raise SystemExit, and again every STOP_RETRY_SECONDS until the process ends.

    Python ignores an exception that is raised while a destructor runs, so one signal may not be enough.
    """
    signal.setitimer(signal.ITIMER_REAL, STOP_RETRY_SECONDS)
    raise SystemExit(0)


def serve(port: int) -> None:
    """Run web server, worker and beat until SIGINT or SIGTERM."""
    from waitress.server import create_server

    from dialog_portal.wsgi import application

    server = create_server(application, host=HOST, port=port, threads=WEB_THREADS, ident=None)
    try:
        with run_worker(), run_beat():
            try:
                wait_until_healthy()
                print_welcome(port)
                server.run()
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        server.close()
        print_line("Stopped.")


def main() -> None:
    """Check port and directory, prepare what is missing, then serve."""
    # Shells start background jobs with SIGINT ignored; handlers of our own make it work there too.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, stop_on_signal)
    if "--with-parent" in sys.argv:
        stop_with_parent()
    port = read_port()
    check_port(port)
    os.environ.setdefault("BASE_URL", f"http://{HOST}:{port}")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dialog_portal.settings")
    print_line("Dialogportalen")
    prepare_portal()
    logging.getLogger("celery.worker.control").setLevel(logging.ERROR)  # each stop would log a warning
    # A line for each scheduled task would hide what matters
    logging.getLogger("celery").setLevel(logging.WARNING)
    serve(port)


if __name__ == "__main__":
    main()
