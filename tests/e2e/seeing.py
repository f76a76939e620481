"""Looks at a page as its readers do: with axe, in light and dark, wide and narrow, and with an ear to the console."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

SHOTS = os.environ.get("SHOTS", "")  # a directory for pictures of every page; without it none are taken
EVERYTHING = os.environ.get("LOOK") == "full"  # axe on every dark and narrow page, which takes minutes
MAIN = set(  # and always on these
    "staff:start staff:meeting_detail staff:agenda staff:invitations staff:minutes staff:section_change "
    "staff:letters_preview staff:party_list staff:outbox public:start public:notes guest".split()
)
# To read an imported stylesheet, axe writes it into the page, which our policy refuses; no rule in use reads them
PRELOAD = {"assets": ["media"]}
ALL_RULES = {"resultTypes": ["violations"], "iframes": False, "preload": PRELOAD}
# No landmarks in mail
A_LETTER = {**ALL_RULES, "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
FOCUSABLE = (
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]:not([tabindex='-1'])"
)
WIDE, PHONE, NARROW = (ViewportSize(width=width, height=900) for width in (1280, 360, 320))
axe = Axe()


def axe_finds(page: Page, options: dict[str, object], when: str) -> Iterator[str]:
    """What axe says, a line for each rule, with the first places."""
    for rule in axe.run(page, options=options).response["violations"]:
        places = [node["target"][0] for node in rule["nodes"][:3]]
        yield f"{when}: {rule['id']} at {places}"


def structure_finds(page: Page) -> Iterator[str]:
    """One main heading, a language, and the way past the menu first of all."""
    headings = page.locator("h1").count()
    if headings != 1:
        yield f"{headings} h1"
    first = page.locator(FOCUSABLE).first
    if first.text_content() != "Hoppa till huvudinnehåll":
        yield "the skip link is not first"
    if page.locator(first.get_attribute("href") or "#none").count() != 1:
        yield "the skip link leads nowhere"
    for text in page.locator("a[href=''], form[action='']").all_text_contents():
        yield f"a link without an address: {text.strip()[:40]}"


def look(page: Page, name: str, *, letter: bool = False, again: bool = False) -> list[str]:
    """Everything wrong with the page that is open.

    A letter has no menu to skip. A view that is seen `again` in another state has its colours and its narrow
    layout from before; whether it fits a phone is always looked at.
    """
    rules = A_LETTER if letter else ALL_RULES
    page.set_viewport_size(WIDE)
    found = [*axe_finds(page, rules, "wide"), *([] if letter else structure_finds(page))]
    picture(page, name, "1280")
    in_the_dark = not again and (EVERYTHING or name.partition(" ")[0] in MAIN)
    if SHOTS or in_the_dark:
        page.set_viewport_size(PHONE)
    picture(page, name, "360")
    if in_the_dark:
        page.emulate_media(color_scheme="dark")
        found += axe_finds(page, rules, "phone, dark")
        page.emulate_media(color_scheme="light")
    page.set_viewport_size(NARROW)
    width = page.evaluate("document.documentElement.scrollWidth")
    return [*found, *([f"{width} px wide at 320"] if width > 320 else [])]


def picture(page: Page, name: str, width: str) -> None:
    if SHOTS:
        safe = re.sub(r"[^\w-]+", "_", name).strip("_")
        page.screenshot(path=Path(SHOTS) / f"{safe}.{width}.png", full_page=True)


@contextmanager
def listening(page: Page, home: str) -> Iterator[list[str]]:
    """What the browser complains of meanwhile, and every request that leaves the portal."""
    heard: list[str] = []

    def request_made(address: str) -> None:
        if urlsplit(address).netloc != urlsplit(home).netloc:
            heard.append(f"third party: {address}")

    page.on("console", lambda said: heard.append(said.text) if complains(said.type, said.text) else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda request: request_made(request.url))
    yield heard


def complains(kind: str, text: str) -> bool:
    """An error page's own status is no complaint."""
    return kind in {"error", "warning"} and "the server responded with a status of" not in text
