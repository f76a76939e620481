"""The account pages and the start page in a browser: no findings by axe, nothing wider than a phone, all in Swedish."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from dialog_portal.access.actions import invite_staff
from dialog_portal.access.letters import invitation_address
from dialog_portal.access.models import Role, User
from tests import factories
from tests.access.world import with_second_factor
from tests.dashboard.test_tasks import full_desk

pytestmark = [pytest.mark.e2e, pytest.mark.once_on_sqlite, pytest.mark.django_db(transaction=True)]
ENGLISH = re.compile(
    r"\b(the|your|you|please|password|sign in|email|code|codes|account|enter)\b", re.IGNORECASE
)


def path_of_invitation(boss: User) -> str:
    invitation = invite_staff(name="Åsa Ek", email="asa@region.example", role=Role.OFFICER, by=boss)
    return "/" + invitation_address(invitation).split("/", 3)[3]


def busy(boss: User) -> str:
    full_desk()
    return reverse("staff:start")


def secured(name: str) -> Callable[[User], str]:
    def where(user: User) -> str:
        with_second_factor(user)
        return reverse(name)

    return where


def named(name: str) -> Callable[[User], str]:
    return lambda user: reverse(name)


def waiting(boss: User) -> str:
    path_of_invitation(boss)
    return reverse("staff:account_list")


def bad_key(user: User) -> str:
    return reverse("account_reset_password_from_key", kwargs={"uidb36": "1", "key": "fel"})


# (name, who is signed in, where to go, whether the form is sent empty)
PAGES: list[tuple[str, str | None, Callable[[User], str], bool]] = [
    ("login", None, named("account_login"), False),
    ("login-errors", None, named("account_login"), True),
    ("reset", None, named("account_reset_password"), False),
    ("reset-errors", None, named("account_reset_password"), True),
    ("reset-done", None, named("account_reset_password_done"), False),
    ("reset-bad-key", None, bad_key, False),
    ("reset-key-done", None, named("account_reset_password_from_key_done"), False),
    ("inactive", None, named("account_inactive"), False),
    ("accept", None, lambda user: path_of_invitation(user), False),
    ("accept-errors", None, lambda user: path_of_invitation(user), True),
    ("reauthenticate", Role.READER, named("account_reauthenticate"), False),
    ("reauthenticate-factor", Role.READER, secured("mfa_reauthenticate"), False),
    ("change-password", Role.READER, named("account_change_password"), False),
    ("change-password-errors", Role.READER, named("account_change_password"), True),
    ("logout", Role.READER, named("account_logout"), False),
    ("factor-off", Role.READER, named("mfa_index"), False),
    ("factor-on", Role.READER, secured("mfa_index"), False),
    ("accounts", Role.ADMINISTRATOR, waiting, False),
    ("invite", Role.ADMINISTRATOR, named("staff:account_invite"), False),
    ("invite-errors", Role.ADMINISTRATOR, named("staff:account_invite"), True),
    (
        "account",
        Role.ADMINISTRATOR,
        lambda user: reverse("staff:account_change", args=[factories.user().pk]),
        False,
    ),
    ("own-account", Role.ADMINISTRATOR, lambda user: reverse("staff:account_change", args=[user.pk]), False),
    ("start-empty", Role.READER, named("staff:start"), False),
    ("start-busy", Role.APPROVER, busy, False),
    ("refused", Role.READER, named("staff:round_add"), False),
]


def enter(page: Page, live_server: LiveServer, user: User) -> None:
    """Take over a session that was opened without the browser."""
    client = Client()
    client.force_login(user)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])


def look(page: Page) -> list[str]:
    """What is wrong with the page as it stands, wide and narrow, in light and in dark."""
    wrong = []
    for width, scheme in ((360, "dark"), (1280, "light")):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page)
        wrong += [f"{width}: {one['id']} {one['nodes'][0]['html']}" for one in found.response["violations"]]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append(f"{width}: wider than the screen")
    if page.locator("h1").count() != 1:
        wrong.append("not one h1")
    words = ENGLISH.findall(page.locator("main").inner_text())
    return wrong + [f"English: {word}" for word in words]


@pytest.mark.parametrize(("role", "where", "send"), [row[1:] for row in PAGES], ids=[row[0] for row in PAGES])
def test_page_is_open_to_everybody(
    page: Page, live_server: LiveServer, role: str | None, where: Callable[[User], str], send: bool
):
    user = factories.user(role or Role.ADMINISTRATOR)
    address = where(user)
    if role:
        enter(page, live_server, user)
    page.goto(live_server.url + address)
    if send:
        page.locator("main button:not([name])").last.click()
        page.wait_for_load_state()
    assert look(page) == []


def test_the_second_factor_from_first_to_last(page: Page, live_server: LiveServer):
    from tests.access.test_signing_in import code

    user, seen = factories.user(Role.ADMINISTRATOR), []

    def visit(name: str) -> None:
        page.goto(live_server.url + reverse(name))

    def sign_in() -> None:
        visit("account_login")
        page.locator("input[name=login]").fill(user.email)
        page.locator("input[name=password]").fill(factories.PASSWORD)
        page.get_by_role("button", name="Logga in").click()

    sign_in()
    visit("mfa_activate_totp")
    page.locator("input[name=password]").fill(factories.PASSWORD)
    page.get_by_role("button", name="Bekräfta").click()
    page.wait_for_url("**/tva-steg/app/")
    seen += look(page)
    secret = page.locator("#authenticator_secret").input_value()
    page.locator("input[name=code]").fill(code(secret))
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/koder/")
    seen += look(page)
    for name in ("mfa_generate_recovery_codes", "mfa_deactivate_totp"):
        visit(name)
        seen += look(page)
    page.context.clear_cookies()
    sign_in()
    page.wait_for_url("**/tva-steg/kod/")
    seen += look(page)
    assert seen == []
