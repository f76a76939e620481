"""Every page and state of the portal, as axe and the browser see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from dialog_portal.access.models import Role
from dialog_portal.links.rate_limits import MAX_FAILURES_PER_MINUTE
from tests import factories
from tests.e2e.nu import nu_finds, refusal_finds, table_finds
from tests.e2e.seeing import listening, look
from tests.e2e.site import (
    FILES,
    ROLES,
    Demo,
    Visit,
    for_approvers,
    guests_pages,
    public_pages,
    staff_addresses,
    visits,
)

pytestmark = [pytest.mark.e2e, pytest.mark.once_on_sqlite, pytest.mark.usefixtures("db")]
# Files, a form that stands on the agenda's page, and two that lead on to a guest's page
NO_PAGE = {*FILES, "staff:item_add", "staff:letter_open", "staff:account_invitation_open"}
# Forms that refuse to be sent empty
STRICT = (
    "category_add group_add guest_add invitation_add letter_told mandate_add meeting_add meeting_cancel "
    "membership_add minutes_correct party_add attendee_add account_invite redirect_add accessibility_report "
    "import_list agenda_consultation_add protected_name".split()
)


@pytest.fixture(scope="module")
def db(demo: Demo) -> Demo:
    """By this name pytest-django sees that the module needs a database; it would make one anew for each test."""
    return demo


@pytest.fixture(scope="module")
def to_visit(demo: Demo) -> list[Visit]:
    factories.round_(
        year=2001
    )  # nobody has heard of it, so it can be deleted; older than those with more to look at
    return visits({role: demo.client(role) for role in ROLES})


@contextmanager
def reader(demo: Demo, role: Role | None = None) -> Iterator[tuple[Page, Callable[..., None]]]:
    """A browser, and `see(name)` that looks at what it shows; in the end nothing may have been found."""
    context = demo.context(role)
    page = context.new_page()
    wrong: list[str] = []
    titles: dict[str, str] = {}
    seen: set[str] = set()

    def see(name: str, *, letter: bool = False) -> None:
        view = name.partition(" ")[0]
        found = look(page, name, letter=letter, again=view in seen)
        wrong.extend(f"{name}: {one}" for one in [*found, *heard])
        heard.clear()
        seen.add(view)
        other = titles.setdefault(page.title(), view)
        if other != view and not letter:
            wrong.append(f"{name}: the title of {other}: {page.title()}")

    with listening(page, demo.url) as heard:
        yield page, see
    context.close()
    assert not wrong, "\n".join(wrong)


def show(page: Page, visit: Visit) -> None:
    """Open it; a letter's own policy stops every script, axe's too, so its HTML is shown on an empty page."""
    if visit.letter:
        page.goto("about:blank")
        page.set_content(page.request.get(visit.path).text())
    else:
        page.goto(visit.path)


def tour(demo: Demo, role: Role | None, found: Iterable[Visit]) -> None:
    with reader(demo, role) as (page, see):
        for visit in found:
            show(page, visit)
            see(f"{visit.name} {visit.path}", letter=visit.letter)


@pytest.mark.parametrize("part", range(4))
def test_what_officers_see(demo: Demo, to_visit: list[Visit], part: int):
    tour(demo, Role.OFFICER, [visit for visit in to_visit if visit.role == Role.OFFICER][part::4])


@pytest.mark.parametrize("role", [Role.APPROVER, Role.ADMINISTRATOR, Role.READER])
def test_what_others_see(demo: Demo, to_visit: list[Visit], role: Role):
    own = [visit for visit in to_visit if visit.role == role]
    tour(demo, role, [Visit("staff:start", reverse("staff:start"), role), *own, *for_approvers(role)])


def test_every_page_of_staff_is_looked_at(to_visit: list[Visit]):
    pages = {address.name for address in staff_addresses()} - {visit.name for visit in to_visit}
    assert pages == NO_PAGE


def test_what_the_public_sees(demo: Demo):
    tour(demo, None, public_pages())


def test_what_guests_see(demo: Demo):
    tour(demo, None, guests_pages())


def test_forms_that_were_sent_empty(demo: Demo, to_visit: list[Visit]):
    forms = {visit.name.removeprefix("staff:"): visit for visit in to_visit}
    for role in (Role.OFFICER, Role.ADMINISTRATOR):
        with reader(demo, role) as (page, see):
            for visit in (forms[name] for name in STRICT if forms[name].role == role):
                page.goto(visit.path)
                page.locator("main form[method=post] input[type=checkbox]:checked").evaluate_all(
                    "boxes => boxes.forEach(box => box.click())"
                )
                page.locator("main form[method=post]").last.locator("button:not([type=button])").first.click()
                expect(page.locator("[data-error-summary]")).to_be_focused()
                expect(page.locator("main .field__error").first).to_be_attached()
                see(f"empty {visit.name}")


@pytest.fixture(scope="module")
def pages(demo: Demo, to_visit: list[Visit]) -> dict[str, bytes]:
    """The HTML of every page, by name and address; letters are written for programs that read no HTML of today."""
    visits = [*to_visit, *(visit for role in ROLES for visit in for_approvers(role))]
    visits += [*public_pages(), *guests_pages()]
    clients = {role: demo.client(role) for role in ROLES}
    found = {}
    for visit in visits:
        if not visit.letter:
            client = clients[visit.role] if visit.role else Client()
            found[f"{visit.name} {visit.path}"] = client.get(visit.path).getvalue()
    return found


def send_empty(client: Client, path: str) -> bytes:
    """The page after a press on the button of an untouched form, which sends its token."""
    return client.post(path, {"csrfmiddlewaretoken": "x"}).getvalue()


@pytest.fixture(scope="module")
def refused(demo: Demo, to_visit: list[Visit]) -> dict[str, bytes]:
    """The HTML of every strict form that was sent empty."""
    forms = {visit.name.removeprefix("staff:"): visit for visit in to_visit}
    sent = [forms[name] for name in STRICT]
    return {visit.name: send_empty(demo.client(visit.role or Role.OFFICER), visit.path) for visit in sent}


def test_the_html_checker_finds_no_error(pages: dict[str, bytes], refused: dict[str, bytes], tmp_path: Path):
    assert len(pages) > len(refused) > 10
    assert nu_finds({**pages, **{f"empty {name}": page for name, page in refused.items()}}, tmp_path) == []


def test_the_html_checker_finds_what_is_wrong(tmp_path: Path):
    """Control of the test above: the errors that have been on our pages."""
    wrong = b"""<!DOCTYPE html><html lang="sv"><head><title>T</title></head><body>
        <time datetime="2026-10-09T13:00:00.066531+02:00">9 oktober</time><progress max="0"></progress>
        <input type="hidden" aria-describedby="x"></body></html>"""
    assert len(nu_finds({"wrong": wrong}, tmp_path)) >= 3


def test_a_listener_hears_what_each_table_and_row_is_about(pages: dict[str, bytes]):
    assert [f"{name}: {one}" for name, page in pages.items() for one in table_finds(page)] == []


def test_a_listener_hears_that_a_form_was_refused(refused: dict[str, bytes]):
    assert [f"{name}: {one}" for name, page in refused.items() for one in refusal_finds(page)] == []


def test_the_door_and_the_pages_that_say_no(demo: Demo):
    with reader(demo) as (page, see):
        page.goto(reverse("account_login"))
        see("sign-in")
        page.get_by_label("E-post").fill("ingen@example.org")
        page.get_by_label("Lösenord").fill("fel lösenord helt och hållet")
        page.get_by_role("button", name="Logga in").click()
        expect(page.locator("[data-error-summary]")).to_be_visible()
        see("sign-in refused")
        for name in ("account_reset_password", "account_reset_password_done"):
            page.goto(reverse(name))
            see(name)
        page.goto("/finns/inte/")
        see("404")
        with time_machine.travel(timezone.now(), tick=False):  # or they could fall on both sides of a minute
            for _ in range(MAX_FAILURES_PER_MINUTE):
                assert page.request.get("/svar/fel/").status == 404
            page.goto("/svar/fel/")
            expect(page.get_by_role("heading", level=1)).to_have_text("Det blev för många försök")
        see("429 at the guests' door")
    with reader(demo, Role.READER) as (page, see):
        page.goto(reverse("staff:round_add"))
        see("403")
        page.goto(reverse("account_logout"))
        page.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
        page.get_by_role("button", name="Logga ut").last.click()
        see("403 for a form too old")
