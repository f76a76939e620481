"""Mail scanners on a thousand links, and a hundred people beside them: the first answer nothing, the others do."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from dialog_portal.links.actions import token_for
from meetings.models import Reply
from tests import factories
from tests.links.test_guest_view import EDGE, IPHONE
from tests.links.test_scanners import ONCE, SCRIPTS

pytestmark = [pytest.mark.fault, pytest.mark.django_db, pytest.mark.once]
SCRIPT = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "User-Agent": EDGE}
PERSON = {**SCRIPT, "Sec-Fetch-User": "?1"}
PEOPLE: tuple[dict[str, str], ...] = (
    PERSON,
    {"Origin": "null", **PERSON},
    {**SCRIPT, "User-Agent": IPHONE},
    {},
)
HREF = re.compile(r'href="(/svar/[^"]+)"')


@dataclass(frozen=True)
class Profile:
    """What a kind of scanner does with a link, and whether it only reads."""

    act: Callable[[Client, str], Any]
    reads: bool = True


def follow(client: Client, path: str) -> None:
    """Open the page, and everything of ours that it leads to."""
    for found in HREF.findall(client.get(path).content.decode()):
        client.get(found.replace("&amp;", "&"))


def submit(client: Client, path: str) -> None:
    """The form without a button, as form.submit() sends it."""
    client.get(path)
    client.post("/svar/", {"lank": path.split("/")[2]}, headers=SCRIPT)


def click(client: Client, path: str) -> None:
    """The form with a button, as a script's click() sends it."""
    client.get(path)
    client.post("/svar/", {"lank": path.split("/")[2], "svar": "ja"}, headers=SCRIPT)


PROFILES = {
    "GET": Profile(lambda client, path: [client.get(path), client.get(f"{path}?svar=ja")]),
    "HEAD": Profile(lambda client, path: client.head(path)),
    "OPTIONS": Profile(lambda client, path: client.options(path)),
    "follows every link": Profile(follow),
    "submits the form": Profile(submit),
    "clicks by script": Profile(click, reads=False),
}
WRITES = re.compile(r"^\s*(INSERT|UPDATE|DELETE|REPLACE|WITH .*\b(INSERT|UPDATE|DELETE)\b)", re.IGNORECASE)


def links(number: int) -> list[str]:
    meeting = factories.meeting()
    return [
        f"/svar/{token_for(factories.invitee(factories.invitation(meeting)).link)}/" for _ in range(number)
    ]


class Writes:
    """Counts the statements that write something."""

    count = 0

    def __call__(self, execute: Any, sql: str, *rest: Any) -> Any:
        self.count += bool(WRITES.match(sql))
        return execute(sql, *rest)


def written(profile: Profile, paths: list[str]) -> int:
    """How many statements wrote something while the scanner went through the links."""
    with connection.execute_wrapper(seen := Writes()):
        for path in paths:
            profile.act(Client(), path)
    return seen.count


@pytest.mark.parametrize("name", list(PROFILES))
def test_a_scanner_answers_nothing(name, size, figure):
    paths, profile = links(size(15, 1000)), PROFILES[name]
    rows = written(profile, paths)
    silent = Reply.objects.confirmed().count()
    figure(f"scanner that {name}, silent answers on {len(paths)} links", silent)
    assert silent == 0
    if profile.reads:
        figure(f"scanner that {name}, statements that wrote", rows)
        assert rows == 0
    else:
        assert Reply.objects.unconfirmed().count() == len(paths)


def test_control_without_looking_at_the_press_a_scanner_answers(monkeypatch):
    monkeypatch.setattr("dialog_portal.links.human_press.is_pressed_by_person", lambda _: True)
    assert written(PROFILES["clicks by script"], links(3)) > 0
    assert Reply.objects.confirmed().count() == 3


def test_a_hundred_people_are_not_held(figure):
    paths = links(100)
    for number, path in enumerate(paths):
        form = {"lank": path.split("/")[2], "svar": "ja"}
        Client().post("/svar/", form, headers=PEOPLE[number % len(PEOPLE)])
    held = 100 - Reply.objects.confirmed().count()
    figure("people with the headers of four kinds of browser, held of 100", held)
    assert held == 0


@pytest.mark.e2e
@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_people_with_mouse_or_keyboard_in_chromium_are_not_held(browser, live_server, size, figure):
    paths = links(size(4, 100))
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for number, path in enumerate(paths):
        page.goto(f"{live_server.url}{path}")
        button = page.get_by_role("button", name="Ja Jag kommer")
        if number % 2:
            button.focus()
            page.keyboard.press("Enter" if number % 4 == 1 else "Space")
        else:
            button.click()
        page.get_by_role("heading", level=1, name="Du är anmäld").wait_for()
    context.close()
    held = len(paths) - Reply.objects.confirmed().count()
    figure(f"people with mouse or keyboard in Chromium, held of {len(paths)}", held)
    assert held == 0


IN_CHROMIUM = {
    "runs the page's own scripts": "",
    "submits the form": SCRIPTS["submit"],
    "clicks the button": SCRIPTS["click"],
}


def rows() -> int:
    """How many rows there are in all tables together."""
    return sum(model._base_manager.count() for model in apps.get_models())


@pytest.mark.e2e
@pytest.mark.once
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", list(IN_CHROMIUM))
def test_scanners_with_a_real_chromium_answer_nothing(browser, live_server, size, figure, name):
    paths, script = links(size(3, 1000)), IN_CHROMIUM[name]
    before = rows()
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(ONCE % script)  # evaluate() would give it a person's gesture
    for path in paths:
        page.goto(f"{live_server.url}{path}")
        if script:
            page.locator("[role=alert], [role=status]").first.wait_for()
    context.close()
    silent, unconfirmed = Reply.objects.confirmed().count(), Reply.objects.unconfirmed().count()
    figure(f"scanner with Chromium that {name}, silent answers on {len(paths)} links", silent)
    assert silent == 0
    assert unconfirmed == (len(paths) if name == "clicks the button" else 0)
    assert rows() == before + unconfirmed
