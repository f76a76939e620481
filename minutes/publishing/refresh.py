"""Bake the public pages that a change, the clock or a new version makes different. Only workers and commands do it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.http import Http404
from django.urls import Resolver404, resolve
from django.utils import timezone

from dialog_portal.outbox.queue.wake_up import wake_up
from minutes.models import BakedPage, PublicChange
from minutes.publishing.bake import BAKED_VIEWS, baking_lock, public_file, remove_file, render, write_file
from minutes.publishing.notes import edition_json, edition_pdf, notes_page
from minutes.publishing.pages_to_bake import Page, Subject, every_subject, pages_of
from minutes.publishing.program_stamp import program_stamp
from minutes.publishing.site_health import known_stamp, record_run

TASK = "minutes.finish_publications"  # the name that messages of 1.0.0 have too
RUN_SECONDS = 20.0  # then other tasks get their turn
CHANGES_AT_ONCE = 100  # rows of the queue; a page that several of them change is baked once
RETRIES_AT_ONCE = 20  # pages that could not be rendered and are tried again in each run
EDITION_VIEWS = (notes_page, edition_pdf, edition_json)
SOONEST = timedelta(minutes=1)  # a page that said it changes before now is baked again no sooner than this


def refresh_pages(seconds: float = RUN_SECONDS, *, wait: bool = False) -> int:
    """Bake what is due for a while and return how many pages that were; call for another run if some are left.

    What a page shows is read after the lock is taken, and only its holder writes, so no older page replaces a newer.
    A page that cannot be rendered stops no other: all troubles are raised together, in an ExceptionGroup. A file that
    cannot be written stops the run. Both are shown to staff, and tried again by the next run. With `wait` another
    worker's run is waited for; without, that run does it.
    """
    end, baked = time.monotonic() + seconds, 0
    troubles: list[Exception] = []
    while True:
        with baking_lock(wait=wait) as is_mine:
            if not is_mine:  # its holder looks once more when it has let go of the lock
                return baked
            baked += bake_until(end, troubles)
        if not is_anything_due():
            break
        if time.monotonic() > end:
            wake_up(TASK)
            break
    if troubles:
        raise ExceptionGroup("public pages that could not be rendered", troubles)
    return baked


def is_anything_due() -> bool:
    """Return whether a change waits, or the clock has made a page different."""
    return PublicChange.objects.exists() or BakedPage.objects.outdated_by_clock(timezone.now()).exists()


def bake_until(end: float, troubles: list[Exception]) -> int:
    """Bake what is due, until nothing is or the time is over; record how it went. Return the number of pages."""
    try:
        if known_stamp() != program_stamp():
            ask_for_every_page()
        baked = bake_pages(pages_again(BakedPage.objects.failed()[:RETRIES_AT_ONCE]), troubles)
        while time.monotonic() < end and (number := bake_due(troubles)) is not None:
            baked += number
    except OSError as trouble:
        record_run(trouble=str(trouble))
        raise
    record_run()
    return baked


def bake_due(troubles: list[Exception]) -> int | None:
    """Bake the pages of some changes and those the clock has outdated. Return their number; None if nothing is due.

    The newest come first: what somebody has just published does not wait for the thousands of pages of a rebuild.
    """
    rows = list(PublicChange.objects.order_by("-pk")[:CHANGES_AT_ONCE])
    outdated = list(BakedPage.objects.outdated_by_clock(timezone.now())[:CHANGES_AT_ONCE])
    if not rows and not outdated:
        return None
    changed = pages_of({Subject(row.subject, row.key) for row in rows})
    pages = {page.address: page for page in (*pages_again(outdated), *changed)}
    number = bake_pages(pages.values(), troubles)
    PublicChange.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return number


def pages_again(rows: Iterable[BakedPage]) -> list[Page]:
    """Return the pages of these rows."""
    return [Page(row.address, Subject(row.subject, row.key)) for row in rows]


def bake_pages(pages: Iterable[Page], troubles: list[Exception]) -> int:
    """Bake pages in order and return their number. What cannot be rendered is noted and added to the troubles."""
    number = 0
    for page in pages:
        number += 1
        try:
            bake_page(page)
        except (DatabaseError, OSError):
            raise
        except Exception as trouble:  # noqa: BLE001  # raised when the others have been baked
            note(
                page,
                changes_at=None,
                failed_at=timezone.now(),
                trouble=f"{type(trouble).__name__}: {trouble}",
            )
            troubles.append(trouble)
    return number


def bake_page(page: Page) -> None:
    """Write the page's file, or remove it if the database knows no such page."""
    try:
        rendered = render(page.address)
    except Http404:
        remove_file(public_file(page.address))
        BakedPage.objects.filter(address=page.address).delete()
        return
    write_file(public_file(page.address), rendered.content)
    soonest = timezone.now() + SOONEST
    then = max(rendered.changes_at, soonest) if rendered.changes_at else None
    note(page, changes_at=then, failed_at=None, trouble="")


def note(page: Page, **values: Any) -> None:
    """Store what is known of a page's file."""
    known = {"subject": page.subject.kind, "key": page.subject.key, **values}
    if not BakedPage.objects.filter(address=page.address).update(**known):
        BakedPage.objects.create(address=page.address, **known)


@transaction.atomic
def ask_for_every_page() -> None:
    """Put everything that has pages in the queue, in place of what waits there."""
    PublicChange.objects.all().delete()
    rows = [PublicChange(subject=subject.kind, key=subject.key) for subject in sorted(every_subject())]
    PublicChange.objects.bulk_create(rows, batch_size=1000)
    record_run(stamp=program_stamp())


def rebuild_pages() -> int:
    """Bake every public page from the database, and remove what it does not know. Return the number of pages.

    Editions that it does not know stay: after a restore their files may be the only copy.
    """
    ask_for_every_page()
    while is_anything_due():
        refresh_pages(float("inf"), wait=True)
    for address in set(unknown_addresses()) - set(unknown_editions()):
        remove_file(public_file(address))
    return BakedPage.objects.count()


def unknown_addresses() -> list[str]:
    """Return the public addresses with a file that the database knows no page for. Other people's files are none."""
    known = set(BakedPage.objects.values_list("address", flat=True))
    return sorted(
        address for address in map(address_of, files()) if address not in known and is_public(address)
    )


def unknown_editions() -> list[str]:
    """Return those of the unknown addresses that belong to editions of notes."""
    return [address for address in unknown_addresses() if resolve(address).func in EDITION_VIEWS]


def files() -> Iterable[Path]:
    """Return the public files, without compressed copies."""
    return (path for path in settings.PUBLIC_ROOT.rglob("*") if path.is_file() and path.suffix != ".gz")


def address_of(path: Path) -> str:
    """Return the public address of a file; the opposite of `public_file`."""
    return "/" + str(path.relative_to(settings.PUBLIC_ROOT)).removesuffix("index.html")


def is_public(address: str) -> bool:
    """Return whether the address is one of a public view."""
    try:
        return resolve(address).func in BAKED_VIEWS
    except Resolver404:
        return False
