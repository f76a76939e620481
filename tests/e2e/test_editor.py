"""The rich text field of the notes: named, in Swedish, and never in the way of the keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Locator, Page, expect

from minutes.models import Section
from minutes.writing import actions
from tests import factories
from tests.e2e.hands import Hands
from tests.e2e.test_chain import sign_in
from tests.minutes.acting import held_meeting

pytestmark = [pytest.mark.e2e, pytest.mark.once_on_sqlite, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def section(portal: str) -> Section:
    return actions.start_minutes(held_meeting(), by=factories.user()).sections.all()[0]


@pytest.fixture
def page(people: Callable[..., Page], section: Section) -> Page:
    """A writer at the section's page."""
    page = people()
    sign_in(page, factories.user().email)
    page.goto(f"/arbete/avsnitt/{section.pk}/")
    return page


def test_the_field_and_its_buttons_have_swedish_names(page: Page):
    expect(page.get_by_role("textbox", name="Anteckningar")).to_be_visible()
    bar = page.get_by_role("toolbar", name="Textens utseende")
    names = [button.get_attribute("aria-label") for button in bar.locator("button[aria-label]").all()]
    assert [name for name in names if name and name[0].islower()] == []
    assert {"Stycke", "Punktlista", "Fetstil", "Infoga tabell", "Ångra"} <= set(names)


def tab_leads_out(page: Page, field: Locator) -> None:
    before = field.inner_html()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Spara", exact=True)).to_be_focused()
    assert field.inner_html() == before


def test_tab_leads_out_of_a_list_and_indents_nothing(page: Page, section: Section):
    field = page.get_by_role("textbox", name="Anteckningar")
    Hands(page).reach(field)
    page.keyboard.type("- Ett")
    page.keyboard.press("Enter")
    page.keyboard.type("Två")
    tab_leads_out(page, field)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    section.refresh_from_db()
    assert section.html == "<ul><li>Ett</li><li>Två</li></ul>"


def test_tab_leads_out_of_a_table_and_adds_no_row(page: Page):
    hands, field = Hands(page), page.get_by_role("textbox", name="Anteckningar")
    hands.press("button", "Infoga tabell")
    expect(page.get_by_role("dialog")).to_contain_text("Rubrikrad")
    hands.press("button", "Infoga tabellen")
    expect(field.locator("td")).to_have_count(9)
    field.locator("td").last.click()
    page.keyboard.type("Sist")
    tab_leads_out(page, field)


def test_typed_text_is_not_left_behind_without_a_question(page: Page):
    Hands(page).reach(page.get_by_role("textbox", name="Anteckningar"))
    page.keyboard.type("Halv mening")
    asked: list[str] = []

    def stay(question: Dialog) -> None:
        asked.append(question.type)
        question.dismiss()

    page.on("dialog", stay)
    page.get_by_role("link", name="Register").click()
    expect(page).to_have_url(re.compile("/avsnitt/"))
    assert asked == ["beforeunload"]
