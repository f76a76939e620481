"""Every page and state of the portal, as axe and the browser see it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from dialog_portal.access.models import Role
from tests.e2e.seeing import listening, look
from tests.e2e.site import ROLES, Demo, Visit, visits

pytestmark = [pytest.mark.e2e, pytest.mark.once, pytest.mark.usefixtures("db")]
LETTERS = {"staff:letter_body", "staff:letters_preview_body"}


@pytest.fixture(scope="module")
def db(demo: Demo) -> Demo:
    """By this name pytest-django sees that the module needs a database; it would make one anew for each test."""
    return demo


@pytest.fixture(scope="module")
def to_visit(demo: Demo) -> list[Visit]:
    return visits({role: demo.client(role) for role in ROLES})


def show(page: Page, visit: Visit) -> None:
    """Open it; a letter's own policy stops every script, axe's too, so its HTML is shown on an empty page."""
    if visit.name in LETTERS:
        page.set_content(page.request.get(visit.path).text())
    else:
        page.goto(visit.path)


@pytest.mark.parametrize("role", ROLES)
def test_staff_pages(demo: Demo, to_visit: list[Visit], role: Role):
    context = demo.context(role)
    page = context.new_page()
    wrong = []
    with listening(page, demo.url) as heard:
        for visit in to_visit:
            if visit.role == role:
                show(page, visit)
                found = look(page, f"{visit.name}-{visit.path}", letter=visit.name in LETTERS)
                wrong += [f"{visit.path}: {one}" for one in [*found, *heard]]
                heard.clear()
    context.close()
    assert wrong == []
