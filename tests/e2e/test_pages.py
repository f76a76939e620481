"""Every page and state of the portal, as axe and the browser see it."""

from __future__ import annotations

import pytest

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


@pytest.mark.parametrize("role", ROLES)
def test_staff_pages(demo: Demo, to_visit: list[Visit], role: Role):
    context = demo.context(role)
    page = context.new_page()
    wrong = []
    with listening(page, demo.url) as heard:
        for visit in to_visit:
            if visit.role == role:
                page.goto(visit.path)
                found = look(page, f"{visit.name}-{visit.path}", letter=visit.name in LETTERS)
                wrong += [f"{visit.path}: {one}" for one in [*found, *heard]]
                heard.clear()
    context.close()
    assert wrong == []
