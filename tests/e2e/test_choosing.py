"""Choosing parties: a whole category with one press, and how many there are in sight."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.e2e.test_chain import sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.once_on_sqlite, pytest.mark.django_db(transaction=True)]


def test_all_of_a_category_are_chosen_at_once_and_counted(people: Callable[..., Page], portal: str):
    for _ in range(3):
        factories.party()
    page, meeting = people(), factories.meeting()
    sign_in(page, factories.user().email)
    page.goto(f"/arbete/moten/{meeting.pk}/inbjudna/parter/")
    told = page.locator("output")
    expect(told).to_have_text("Ingen vald")
    page.get_by_role("button", name="Välj alla: Övriga parter").click()
    expect(told).to_have_text("3 valda")
    page.locator(".choice label").first.click()
    expect(told).to_have_text("2 valda")
    page.get_by_role("button", name="Spara på listan").click()
    expect(page.locator(".message--success")).to_contain_text("2 parter har fått plats")
