"""What a guest typed is shown again when it could not be saved: the meeting moved, was cancelled, the link changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from dialog_portal.links.actions import token_for
from meetings.invitations.actions.change_link import change_link
from meetings.models import Meeting, Need
from tests import factories
from tests.meetings.replies.guest_page.guest import press
from tests.pages import without_breaks

pytestmark = pytest.mark.django_db
NEEDS = {"svar": "behov", "food": "Vegetariskt", "access": "Hörslinga"}
SOMEBODY = {"svar": "ersattare", "name": "Sune Berg", "email": "sune@nynashamn.example"}


def shown(response) -> str:
    return without_breaks(response.content)


def test_needs_stand_in_their_form_when_the_meeting_has_moved(chief):
    press(chief, svar="ja")
    Meeting.objects.update(sequence=1)
    page = press(chief, sett="0", **NEEDS)
    said = shown(page)
    assert (page.status_code, 'value="Vegetariskt"' in said, 'value="Hörslinga"' in said) == (409, True, True)
    assert not Need.objects.exists()


def test_needs_stand_in_their_form_when_no_button_was_pressed(chief):
    press(chief, svar="ja")
    page = press(chief, food="Vegetariskt", access="")
    assert (page.status_code, 'value="Vegetariskt"' in shown(page)) == (422, True)


@pytest.mark.parametrize(("fields", "text"), [(NEEDS, "Hörslinga"), (SOMEBODY, "Sune Berg")])
@pytest.mark.parametrize("state", ["invited", "cancelled"])
def test_after_the_deadline_or_a_cancellation_the_text_is_shown_with_the_reason(chief, fields, text, state):
    press(chief, svar="ja")
    Meeting.objects.update(state=state)
    with time_machine.travel(chief.meeting.reply_by + timedelta(minutes=1), tick=False):
        page = press(chief, **fields)
    said = shown(page)
    assert (page.status_code, f"<dd>{text}</dd>" in said, 'role="alert"' in said) == (409, True, True)
    assert "Det du fyllde i är inte sparat" in said


def test_a_link_that_was_changed_meanwhile_gives_the_text_back_and_looks_like_any_other(chief):
    old = token_for(chief.link)
    change_link(chief, tell=False, by=factories.user())
    changed, unknown = (press(chief, **{**NEEDS, "lank": token}) for token in (old, "x" * 42))
    assert (changed.status_code, changed.content) == (404, unknown.content)
    assert "<dd>Hörslinga</dd>" in shown(changed)
    assert old not in shown(changed)


def test_a_password_is_never_shown_on_the_page_of_a_dead_link(client):
    secret = "en rad hemliga ord här"
    page = client.post(reverse("accept_account", args=["x" * 42]), {"password": secret, "again": secret})
    assert (page.status_code, secret in shown(page)) == (404, False)


def test_the_mark_of_a_press_is_nothing_that_somebody_typed(chief):
    page = press(chief, lank="x" * 42, tryckt="abc:def", **NEEDS)
    assert ("<dd>Hörslinga</dd>" in shown(page), "abc:def" in shown(page)) == (True, False)
