"""A browser whose header is lost on the way: a third press lets a person through, and a program never."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from dialog_portal.links import human_press
from dialog_portal.links.human_press import LAST_TIME, TIME_TO_READ, TOO_SOON
from meetings.models import Answer, Channel, Need, Reply
from meetings.replies.actions.answer import store_answer
from meetings.replies.actions.substitutes import hand_over
from tests import factories
from tests.meetings.replies.guest_page.guest import SCRIPT, address
from tests.pages import without_breaks

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


def hidden(page: str, around: str) -> dict[str, str]:
    """What the form with this button carries along."""
    forms = [form for form in re.findall(r"<form.*?</form>", page, re.DOTALL) if around in form]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', forms[0]))


class Browser:
    """Reads each page and presses on it, without the header that shows a person."""

    def __init__(self, where: str) -> None:
        self.client = Client()
        self.page = without_breaks(self.client.get(where).content)

    def press(self, button: str, **typed: str) -> str:
        fields = hidden(self.page, f'value="{button}"')
        answer = self.client.post("/svar/", {**fields, "svar": button, **typed}, headers=SCRIPT, follow=True)
        self.page = without_breaks(answer.content)
        return self.page


def test_the_third_press_on_the_page_lets_a_person_through(chief, clock):
    browser = Browser(address(chief))
    assert "Gäller ja?" in browser.press("ja")
    clock.shift(TIME_TO_READ)
    assert LAST_TIME in browser.press("ja")
    clock.shift(TIME_TO_READ)
    assert "Du är anmäld" in browser.press("ja")
    assert list(Reply.objects.values_list("answer", "confirmed")) == [("ja", False), ("ja", True)]


def test_a_person_who_sends_a_substitute_gets_through_with_what_they_typed(chief, clock):
    browser = Browser(address(chief, "substitute"))
    typed = {"name": "Eva Ek", "email": "eva.ek@nynashamn.example"}
    for _ in range(2):
        assert 'value="Eva Ek"' in browser.press("ersattare", **typed)
        clock.shift(TIME_TO_READ)
    assert "Vi har frågat Eva Ek" in browser.press("ersattare", **typed)


def test_needs_are_stored_at_the_third_press(chief, clock):
    store_answer(chief, Answer.YES, channel=Channel.PHONE)
    browser = Browser(address(chief))
    for _ in range(3):
        browser.press("behov", food="vegan", access="")
        clock.shift(TIME_TO_READ)
    assert Need.objects.get().food == "vegan"


# --- Programs --------------------------------------------------------------------------------------------------------


def test_a_program_that_presses_on_at_once_never_answers(chief, clock):
    browser = Browser(address(chief))
    for _ in range(10):
        browser.press("ja")
    assert not Reply.objects.confirmed().exists()


def test_control_without_time_to_read_it_would(chief, clock, monkeypatch):
    monkeypatch.setattr(human_press, "TIME_TO_READ", TIME_TO_READ * 0)
    browser = Browser(address(chief))
    for _ in range(3):
        browser.press("ja")
    assert Reply.objects.confirmed().exists()


def test_programs_that_open_the_link_again_have_pressed_once_each(chief, clock):
    for _ in range(5):
        Browser(address(chief)).press("ja")
        clock.shift(TIME_TO_READ * 10)
    assert not Reply.objects.confirmed().exists()


def test_a_program_that_presses_the_first_button_of_each_page_never_answers(chief, clock):
    browser = Browser(address(chief))
    for _ in range(8):
        first = re.findall(r'<button[^>]*name="svar" value="(ja|nej)"', browser.page)
        browser.press(first[0] if first else "ja")
        clock.shift(TIME_TO_READ)
    assert not Reply.objects.confirmed().exists()


@pytest.mark.parametrize("waits", [1, 0.25])
def test_nor_does_it_take_the_seat_back_from_a_substitute(chief, clock, waits):
    deputy = hand_over(chief, name="Eva Ek", email="eva.ek@nynashamn.example", channel=Channel.LINK)
    clock.shift(60 * 60)
    browser, first = Browser(address(chief)), re.compile(r'<button[^>]*name="svar" value="(\w+)"')
    for _ in range(12):
        if found := first.search(browser.page):
            browser.press(found[1])
        clock.shift(TIME_TO_READ * waits)
    assert chief.substitutes.active().get() == deputy
    assert not chief.replies.filter(answer=Answer.YES).exists()


def test_a_person_takes_the_seat_back_at_the_third_press(chief, clock):
    hand_over(chief, name="Eva Ek", email="eva.ek@nynashamn.example", channel=Channel.LINK)
    clock.shift(60 * 60)
    browser = Browser(address(chief))
    for _ in range(3):
        browser.press("tillbaka")
        clock.shift(TIME_TO_READ)
    assert "Du är anmäld" in browser.page


def test_a_program_that_tries_every_button_in_turn_never_answers(chief, clock):
    browser = Browser(address(chief))
    for button in ("ja", "nej") * 4:
        browser.press(button)
        clock.shift(TIME_TO_READ)
    assert not Reply.objects.confirmed().exists()


def test_a_mark_is_worth_nothing_for_another_person_button_or_day(chief, clock):
    other = factories.invitee(chief.invitation)
    browser, fields = Browser(address(chief)), {}
    for _ in range(2):
        fields = hidden(browser.press("ja"), 'value="ja"')
        clock.shift(TIME_TO_READ)
    theirs = hidden(Browser(address(other)).page, 'value="ja"')
    Client().post("/svar/", {**theirs, "tryckt": fields["tryckt"], "svar": "ja"}, headers=SCRIPT)
    Client().post("/svar/", {**fields, "svar": "nej"}, headers=SCRIPT)
    clock.shift(60 * 61)
    Client().post("/svar/", {**fields, "svar": "ja"}, headers=SCRIPT)
    assert not Reply.objects.confirmed().exists()


def test_who_presses_too_fast_in_a_form_is_told_so(chief, clock):
    store_answer(chief, Answer.YES, channel=Channel.PHONE)
    browser = Browser(address(chief))
    browser.press("behov", food="vegan", access="")
    assert TOO_SOON in browser.press("behov", food="vegan", access="")
