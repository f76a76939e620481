"""What a press on the page stores, and what a script's press does not."""

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from dialog_portal.links.human_press import TIME_TO_READ
from dialog_portal.outbox.models import Letter
from meetings.models import Answer, Channel, Reply
from meetings.replies.actions.answer import store_answer
from tests import factories
from tests.meetings.replies.guest_page.guest import PRESS, SCRIPT, address, buttons, look, press
from tests.pages import without_breaks

pytestmark = pytest.mark.django_db


def test_yes_is_stored_and_confirmed_on_the_page_with_calendar_and_a_way_back(chief):
    response = press(chief, svar="ja")
    assert (response.status_code, response["Location"]) == (303, address(chief))
    body = without_breaks(Client().get(response["Location"]).content)
    assert "<h1>Du är anmäld</h1>" in body
    assert 'role="status"' in body
    assert address(chief, "calendar") in body
    assert buttons(chief) == ["behov", "nej", "ersattare"]


def test_an_answer_can_be_changed_back_and_forth(chief):
    for svar in ("ja", "nej", "ja"):
        press(chief, svar=svar)
    assert list(chief.replies.values_list("answer", flat=True)) == ["ja", "nej", "ja"]
    assert "Du är anmäld" in look(chief)


@pytest.mark.parametrize("fields", [{}, {"svar": ""}, {"svar": "kanske"}, {"svar": ["ja", "nej"]}])
def test_a_form_without_one_button_stores_nothing_and_says_so(chief, fields):
    response = press(chief, **fields)
    assert response.status_code == 422
    assert "Välj ett av svaren" in without_breaks(response.content)
    assert 'role="alert"' in without_breaks(response.content)
    assert Reply.objects.count() == 0


def test_a_scripted_click_is_held_and_asked_once_more(chief):
    assert press(chief, SCRIPT, svar="ja").status_code == 303
    assert "Gäller ja? Dialogmöte i söder Svara en gång till Inget svar räknas" in look(chief)
    assert "Du är anmäld" not in look(chief)
    assert buttons(chief)[0] == "ja"
    assert Letter.objects.count() == 0
    press(chief, PRESS, svar="ja")
    assert "Du är anmäld" in look(chief)
    assert "en gång till" not in look(chief)


def test_who_corrects_a_slip_is_asked_one_thing_with_the_button_at_hand(chief):
    """One voice: no receipt of the first answer beside the question, and nothing between it and its button."""
    press(chief, svar="ja")
    press(chief, svar="nej")
    text = look(chief)
    assert "Gäller nej?" in text
    assert "Du har svarat ja, och det gäller tills du trycker en gång till. Ja Jag kommer Nej" in text
    assert text.index("Nej Jag kan inte komma – tryck en gång till") < text.index("När")
    assert ("Du är anmäld" in text, "Vi har noterat" in text) == (False, False)
    with time_machine.travel(timezone.now() + TIME_TO_READ):
        press(chief, svar="nej")
    assert "Du har tackat nej" in look(chief)


def test_a_held_answer_is_not_the_first_button_which_a_program_may_press_again(chief):
    press(chief, svar="ja")
    press(chief, svar="nej")
    assert buttons(chief) == buttons(chief, "?svar=nej") == ["ja", "nej", "ersattare"]


def test_control_a_browser_without_the_headers_is_a_person(chief):
    press(chief, {}, svar="ja")
    assert "Du är anmäld" in look(chief)


def test_the_queue_is_told_plainly(chief):
    chief.invitation.seats = 1
    chief.invitation.save()
    store_answer(factories.invitee(chief.invitation), Answer.YES, channel=Channel.LINK)
    assert "ställs du på väntelistan" in look(chief)
    press(chief, svar="ja")
    assert "Du är nummer 1 på väntelistan" in look(chief)
