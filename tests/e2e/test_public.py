"""A public reader's path: start, year, meeting, notes, PDF and data, with script off and nothing from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect

from dialog_portal.access.models import Role
from minutes.models import Edition
from minutes.publishing.actions import publish
from minutes.publishing.refresh import refresh_pages
from tests import factories
from tests.e2e.hands import Hands
from tests.e2e.seeing import listening
from tests.minutes.acting import came, distributed, held_meeting

pytestmark = [pytest.mark.e2e, pytest.mark.once_on_sqlite, pytest.mark.django_db(transaction=True)]
LIGHT = 60_000  # bytes that a page of notes may weigh with everything it fetches


@pytest.fixture
def edition(portal: str) -> Edition:
    meeting = held_meeting(title="Dialogmöte med länets kommuner")
    came(meeting, "Nina Lund", "0192", title="kulturchef")
    publish(distributed(meeting), by=factories.user(Role.APPROVER))
    refresh_pages()
    return Edition.objects.select_related("rendering", "minutes__meeting__round").get()


def fetching(page: Page) -> list[str]:
    """The address of everything that the page fetches from now on."""
    fetched: list[str] = []
    page.on("response", lambda answer: fetched.append(answer.url))
    return fetched


def bytes_of(link: str | None, page: Page) -> bytes:
    return page.request.get(urljoin(page.url, str(link))).body()


def test_a_reader_comes_from_the_start_page_to_notes_pdf_and_data(
    people: Callable[..., Page], portal: str, edition: Edition
):
    meeting = edition.minutes.meeting
    page = people(java_script_enabled=False)
    hands = Hands(page)
    with listening(page, portal) as heard:
        page.goto("/")
        hands.follow("link", str(meeting.round.year))
        hands.follow("link", meeting.title)
        hands.follow("link", "Läs minnesanteckningarna")
        fetched = fetching(page)
        page.reload()
        page.wait_for_load_state("networkidle")
        weight = sum(len(page.request.get(address).body()) for address in set(fetched))
        expect(page.get_by_role("heading", level=1)).to_have_text(meeting.title)
        expect(page.get_by_text("Vi talade.").first).to_be_visible()
        pdf = bytes_of(page.get_by_role("link", name="Hämta som PDF").get_attribute("href"), page)
        data = bytes_of(page.get_by_role("link", name="Öppna data").get_attribute("href"), page)
    assert (heard, page.context.cookies()) == ([], [])
    assert weight < LIGHT, f"{weight} bytes"
    assert pdf == bytes(edition.rendering.pdf)
    assert json.loads(data)["meeting_title"] == meeting.title


def test_the_skip_link_comes_first_and_leads_past_the_menu(people: Callable[..., Page], edition: Edition):
    page = people()
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Hoppa till huvudinnehåll")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
