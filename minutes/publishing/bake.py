"""How a public page becomes a file: rendered, written with a compressed copy, served and removed, each atomically."""

from __future__ import annotations

import errno
import fcntl
import gzip
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.urls import resolve
from django.utils.http import http_date, parse_http_date_safe

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
class Rendered:
    """A page as bytes, and from when the clock makes it different (None: never)."""

    content: bytes
    changes_at: datetime | None = None


def changes_at(request: HttpRequest, moment: datetime) -> None:
    """Say in a public view that its page shows something else after `moment`, although nothing has changed.

    Every view that compares with the clock says so; the page is baked again then. The earliest moment counts.
    """
    earlier: datetime = getattr(request, "changes_at", moment)
    request.changes_at = min(earlier, moment)  # type: ignore[attr-defined]


def render(address: str) -> Rendered:
    """Return the page at a public address as the database has it now. Raise Http404 if there is none."""
    if address in BAKED_FILES:
        return Rendered(BAKED_FILES[address]())
    match, request = resolve(address), anonymous_request(address)
    view = BAKED_VIEWS.get(match.func)
    if view is None:  # an address that was public in an earlier version
        raise Http404
    response = view(request, *match.args, **match.kwargs)
    return Rendered(response.content, getattr(request, "changes_at", None))


def render_page(address: str) -> bytes:
    """Return the bytes of the page at a public address, as the database has it now."""
    return render(address).content


def anonymous_request(address: str) -> HttpRequest:
    """Return a GET request for a public address without cookies or other headers."""
    home = urlsplit(settings.BASE_URL)
    request = HttpRequest()
    request.method, request.path, request.path_info = "GET", address, address
    request.META = {"SERVER_NAME": home.hostname or "localhost", "SERVER_PORT": "80"}
    return request


def not_found_page() -> bytes:
    """Return the page that nginx sends for an address without a file (404)."""
    return render_to_string("404.html", {"base": "public/base.html"}).encode()


# Files that are no pages, by address: what renders each
BAKED_FILES: dict[str, Callable[[], bytes]] = {"/404.html": not_found_page}


@contextmanager
def baking_lock(*, wait: bool = False) -> Iterator[bool]:
    """Hold the lock that is needed to write public files. Yield False if another worker has it and `wait` is false."""
    settings.PUBLIC_ROOT.mkdir(parents=True, exist_ok=True)
    with (settings.PUBLIC_ROOT / ".baking").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True


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


def remove_file(path: Path) -> None:
    """Remove a file with its compressed copy, and the directories that are empty then."""
    for gone in (path, path.with_name(path.name + ".gz")):
        gone.unlink(missing_ok=True)
    for directory in path.parents:
        if (
            settings.PUBLIC_ROOT not in directory.parents
            or not directory.is_dir()
            or any(directory.iterdir())
        ):
            break
        directory.rmdir()
