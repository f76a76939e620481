"""Bake the public pages again: the current ones regularly, or all of them after a restore."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from minutes.publishing.bake import baking_lock, public_file, render_page, write_file
from minutes.publishing.pages_to_bake import pages_from, pages_of_all_editions
from minutes.publishing.redirect_file import redirect_file, redirect_lines


def refresh_pages() -> None:
    """Bake the pages of this year and later years and the start page. Unchanged files and the notes are not written."""
    this_year = timezone.localdate().year
    bake_addresses(pages_from(this_year))


def rebuild_pages() -> int:
    """Bake every public page from the database, for example after a restore. Return the number of pages."""
    addresses = [*pages_of_all_editions(), *pages_from(0)]
    bake_addresses(addresses)
    return len(addresses)


def bake_addresses(addresses: list[str]) -> None:
    """Render and write the pages at these addresses, the page for addresses that do not exist, and redirects."""
    with baking_lock():
        for address in addresses:
            write_file(public_file(address), render_page(address))
        write_file(settings.PUBLIC_ROOT / "404.html", not_found_page())
        write_file(redirect_file(), redirect_lines())


def not_found_page() -> bytes:
    """Return the page that nginx sends for an address without a file (404)."""
    return render_to_string("404.html", {"base": "public/base.html"}).encode()
