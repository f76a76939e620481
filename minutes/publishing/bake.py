"""Bakes public pages to files, each replaced in one step, with a compressed copy beside it."""

from __future__ import annotations

import errno
import fcntl
import gzip
import logging
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import resolve
from django.utils import timezone
from django.utils.http import http_date, parse_http_date_safe

from minutes.models import Bake

logger = logging.getLogger(__name__)
Page = Callable[..., HttpResponse]
PAGES: dict[Callable[..., HttpResponseBase], Page] = {}  # what serves a public address -> what bakes it
TYPES = {".html": "text/html; charset=utf-8", ".pdf": "application/pdf", ".json": "application/json"}


def public_page(view: Page) -> Callable[..., HttpResponseBase]:
    """A public view: baking calls it; a reader who reaches the portal gets the baked file, never the database."""

    @wraps(view)
    def serve(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return baked_file(request, file_of(request.path_info))

    PAGES[serve] = view
    return serve


def file_of(address: str) -> Path:
    """Where an address lies under PUBLIC_ROOT."""
    relative = address.lstrip("/")
    return settings.PUBLIC_ROOT / (relative + "index.html" if address.endswith("/") else relative)


def baked_file(request: HttpRequest, path: Path) -> HttpResponseBase:
    """What nginx would answer for the file: its bytes, 304 when the reader has them, 404 when there is none."""
    if request.method not in {"GET", "HEAD"} or not is_there(path):
        raise Http404
    changed = int(path.stat().st_mtime)
    if (parse_http_date_safe(request.headers.get("If-Modified-Since", "")) or 0) >= changed:
        return HttpResponse(status=304)
    response = FileResponse(path.open("rb"), content_type=TYPES[path.suffix])
    response.headers["Last-Modified"] = http_date(changed)
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


def is_there(path: Path) -> bool:
    """Whether the file exists; what no file can be called does not."""
    try:
        return path.is_file()
    except OSError as trouble:
        if trouble.errno != errno.ENAMETOOLONG:
            raise
        return False


@dataclass(frozen=True)
class Rendered:
    """Pages in the order they are written, and the version of the files that stood there before they were rendered."""

    pages: dict[str, bytes]
    files: str


def render_pages(addresses: list[str]) -> Rendered:
    """Render public addresses as the database has them now, to be written later by `finish`."""
    files = version_of_files()  # before the first page, which may be older than what is written from now on
    return Rendered({address: render_page(address) for address in addresses}, files)


def render_page(address: str) -> bytes:
    """Return the bytes of a public address as the database has it now."""
    match = resolve(address)
    response = PAGES[match.func](reader_asks_for(address), *match.args, **match.kwargs)
    return response.content


def reader_asks_for(address: str) -> HttpRequest:
    """Return the request of a reader who opens a public address and brings nothing along."""
    home = urlsplit(settings.BASE_URL)
    request = HttpRequest()
    request.method, request.path, request.path_info = "GET", address, address
    request.META = {"SERVER_NAME": home.hostname or "localhost", "SERVER_PORT": "80"}
    return request


def finish(bake: Bake, rendered: Rendered | None = None) -> None:
    """Write the files of a bake; what goes wrong is kept on the row, shown to staff and tried again by the sweep.

    Pages that are already rendered are used only while no file has been written since. Otherwise, and when a crash has
    taken them, the pages are rendered again from the database, so an older page never replaces a newer one.
    """
    try:
        with one_at_a_time() as files:
            usable = rendered is not None and rendered.files and rendered.files == files
            pages = rendered.pages if rendered and usable else {}
            for address in bake.addresses:
                write(file_of(address), pages.get(address) or render_page(address))
    except Exception as trouble:
        Bake.objects.filter(pk=bake.pk).update(trouble=str(trouble) or type(trouble).__name__)
        raise
    Bake.objects.filter(pk=bake.pk).update(done_at=timezone.now(), trouble="")


def finish_what_is_left(age: timedelta = timedelta(seconds=20)) -> int:
    """Finish bakes that a crash or a full disk interrupted. Return how many. One that fails stops no other."""
    left = list(Bake.objects.filter(done_at__isnull=True, created__lte=timezone.now() - age))
    troubles: list[Exception] = []
    for bake in left:
        try:
            finish(bake)
        except Exception as trouble:  # noqa: BLE001  # raised below, when the others have had their turn
            troubles.append(trouble)
    if troubles:
        raise ExceptionGroup("public pages that could not be written", troubles)
    return len(left)


@contextmanager
def one_at_a_time() -> Iterator[str]:
    """Hold the only right to write public files; gives the version they had when it was taken.

    The lock file holds a word that is new after each time, and nothing while files are being written or when that was
    interrupted. Who has read a word and finds it again later knows that no file was written in between.
    """
    settings.PUBLIC_ROOT.mkdir(parents=True, exist_ok=True)
    with lock_file().open("a+") as lock:  # not "w", which would empty it before the lock is ours
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        before = lock.read()
        write_version(lock, "")
        yield before
        write_version(lock, secrets.token_hex(16))


def lock_file() -> Path:
    return settings.PUBLIC_ROOT / ".baking"


def write_version(lock: TextIO, version: str) -> None:
    lock.truncate(0)
    lock.write(version)
    lock.flush()


def version_of_files() -> str:
    """Return the word that changes whenever public files are written; nothing while that happens."""
    try:
        return lock_file().read_text()
    except FileNotFoundError:
        return ""


def write(path: Path, content: bytes) -> None:
    """Put a file and its compressed copy in place; a page that did not change is left alone."""
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix != ".pdf":
        replace(path.with_name(path.name + ".gz"), gzip.compress(content, mtime=0))
    replace(path, content)


def replace(path: Path, content: bytes) -> None:
    """Exchange a file in one step: readers see the old one or the new one, and so does the disk after a crash."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".baking-")
    try:
        with os.fdopen(handle, "wb") as fresh:
            fresh.write(content)
            fresh.flush()
            os.fsync(fresh.fileno())
        os.chmod(name, 0o644)  # noqa: PTH101  # nginx reads it under another user
        os.replace(name, path)  # noqa: PTH105
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
