"""Bake public pages to files: render them, and write each with a compressed copy, atomically."""

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
PageView = Callable[..., HttpResponse]
ServingView = Callable[..., HttpResponseBase]
BAKED_VIEWS: dict[ServingView, PageView] = {}  # the view that serves the file: the view that renders it
TYPE_OF_SUFFIX = {".html": "text/html; charset=utf-8", ".pdf": "application/pdf", ".json": "application/json"}


def public_page(view: PageView) -> ServingView:
    """Decorate a public view: baking calls the view itself, and a visitor gets the baked file without any query."""

    @wraps(view)
    def serve(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return serve_public_file(request, public_file(request.path_info))

    BAKED_VIEWS[serve] = view
    return serve


def public_file(address: str) -> Path:
    """Return the file of a public address, under PUBLIC_ROOT."""
    relative = address.lstrip("/")
    return settings.PUBLIC_ROOT / (relative + "index.html" if address.endswith("/") else relative)


def serve_public_file(request: HttpRequest, path: Path) -> HttpResponseBase:
    """Respond as nginx would: the file, or 304 when the visitor already has it. Raise Http404 if there is no file."""
    if request.method not in {"GET", "HEAD"} or not is_file(path):
        raise Http404
    changed = int(path.stat().st_mtime)
    if (parse_http_date_safe(request.headers.get("If-Modified-Since", "")) or 0) >= changed:
        return HttpResponse(status=304)
    response = FileResponse(path.open("rb"), content_type=TYPE_OF_SUFFIX[path.suffix])
    response.headers["Last-Modified"] = http_date(changed)
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


def is_file(path: Path) -> bool:
    """Return whether the file exists; a name that is too long for any file does not."""
    try:
        return path.is_file()
    except OSError as trouble:
        if trouble.errno != errno.ENAMETOOLONG:
            raise
        return False


@dataclass(frozen=True)
class RenderedPages:
    """Pages in the order they are written, and the version of the public files from before they were rendered."""

    pages: dict[str, bytes]
    files: str


def render_pages(addresses: list[str]) -> RenderedPages:
    """Render public addresses from the database as it is now; `finish_bake` writes them later."""
    files = version_of_files()  # read first: files may be written while the pages are rendered
    return RenderedPages({address: render_page(address) for address in addresses}, files)


def render_page(address: str) -> bytes:
    """Return the bytes of the page at a public address, rendered from the database as it is now."""
    match = resolve(address)
    response = BAKED_VIEWS[match.func](anonymous_request(address), *match.args, **match.kwargs)
    return response.content


def anonymous_request(address: str) -> HttpRequest:
    """Return a GET request for a public address without cookies or other headers."""
    home = urlsplit(settings.BASE_URL)
    request = HttpRequest()
    request.method, request.path, request.path_info = "GET", address, address
    request.META = {"SERVER_NAME": home.hostname or "localhost", "SERVER_PORT": "80"}
    return request


def finish_bake(bake: Bake, rendered: RenderedPages | None = None) -> None:
    """Write the files of a bake. An error is stored in the row, shown to staff, and raised; the task tries again later.

    Pages that are already rendered are used only if no file has been written since. Otherwise, or when a crash has lost
    them, the pages are rendered again from the database, so that an older page never replaces a newer one.
    """
    try:
        with baking_lock() as files:
            usable = rendered is not None and rendered.files and rendered.files == files
            pages = rendered.pages if rendered and usable else {}
            for address in bake.addresses:
                write_file(public_file(address), pages.get(address) or render_page(address))
    except Exception as trouble:
        Bake.objects.filter(pk=bake.pk).update(trouble=str(trouble) or type(trouble).__name__)
        raise
    Bake.objects.filter(pk=bake.pk).update(done_at=timezone.now(), trouble="")


def finish_open_bakes(age: timedelta = timedelta(seconds=20)) -> int:
    """Finish bakes older than `age` that a crash or a full disk interrupted. Return their number.

    All are tried before the errors are raised together in an ExceptionGroup.
    """
    unfinished = list(Bake.objects.filter(done_at__isnull=True, created__lte=timezone.now() - age))
    troubles: list[Exception] = []
    for bake in unfinished:
        try:
            finish_bake(bake)
        except Exception as trouble:  # noqa: BLE001  # raised below, when all have been tried
            troubles.append(trouble)
    if troubles:
        raise ExceptionGroup("public pages that could not be written", troubles)
    return len(unfinished)


@contextmanager
def baking_lock() -> Iterator[str]:
    """Hold the lock that is needed to write public files. Yield the version that the files had before.

    The lock file contains a random version that is new each time the lock is released. It is empty while files are
    being written, and stays empty if that is interrupted. So no file was written between two readings of the same
    version.
    """
    settings.PUBLIC_ROOT.mkdir(parents=True, exist_ok=True)
    with lock_file().open("a+") as lock:  # not "w", which would empty the file before the lock is taken
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        before = lock.read()
        write_version(lock, "")
        yield before
        write_version(lock, secrets.token_hex(16))


def lock_file() -> Path:
    """Return the file that is locked while public files are written, and that contains their version."""
    return settings.PUBLIC_ROOT / ".baking"


def write_version(lock: TextIO, version: str) -> None:
    """Replace the content of the lock file."""
    lock.truncate(0)
    lock.write(version)
    lock.flush()


def version_of_files() -> str:
    """Return the version that changes each time public files are written; "" while they are being written."""
    try:
        return lock_file().read_text()
    except FileNotFoundError:
        return ""


def write_file(path: Path, content: bytes) -> None:
    """Write a file and its compressed copy, unless the file has this content already; a PDF gets no copy."""
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix != ".pdf":
        replace_file(path.with_name(path.name + ".gz"), gzip.compress(content, mtime=0))
    replace_file(path, content)


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file atomically: visitors, and the disk after a crash, have either the old file or the new one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".baking-")
    try:
        with os.fdopen(handle, "wb") as fresh:
            fresh.write(content)
            fresh.flush()
            os.fsync(fresh.fileno())
        os.chmod(name, 0o644)  # noqa: PTH101  # nginx reads it as another user
        os.replace(name, path)  # noqa: PTH105
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
