"""The start page of staff: coming meetings with their answers, the light for the letters, an empty desk."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from dialog_portal.access.models import Role
from dialog_portal.environment import mail_settings
from dialog_portal.outbox.health import record_pulse
from meetings.models import Answer, Channel, Reply
from meetings.replies.actions import substitutes
from tests import factories
from tests.dashboard.test_tasks import invited, moved
from tests.pages import without_breaks

pytestmark = pytest.mark.django_db


def test_coming_meetings_say_who_answered():
    meeting = invited(12)
    for answer in (Answer.YES, Answer.YES, Answer.NO):
        guest = factories.invitee(meeting.invitations.get())
        Reply.objects.create(invitee=guest, answer=answer, channel=Channel.LINK)
    client = Client()
    client.force_login(factories.user())
    assert "2 kommer, 1 kommer inte, 1 har inte svarat" in client.get("/arbete/").content.decode()


def test_coming_meetings_count_those_who_wait_for_a_seat_apart():
    meeting = invited(12)
    meeting.invitations.update(seats=1)
    for _ in range(3):
        guest = factories.invitee(meeting.invitations.get())
        Reply.objects.create(invitee=guest, answer=Answer.YES, channel=Channel.LINK)
    client = Client()
    client.force_login(factories.user())
    said = "1 kommer, 2 på väntelistan, 0 kommer inte, 1 har inte svarat"
    assert said in without_breaks(client.get("/arbete/").content)
    for address in (f"/arbete/moten/{meeting.pk}/", f"/arbete/omgangar/{meeting.round.year}/"):
        assert "1 kommer" in without_breaks(client.get(address).content)


def test_who_sends_a_substitute_is_counted_too_so_that_the_answers_add_up():
    meeting = invited(12)
    substitutes.hand_over(
        meeting.invitees.get(), name="Sten", email="sten@kommun.example", channel=Channel.LINK
    )
    client = Client()
    client.force_login(factories.user())
    said = "0 kommer, 0 kommer inte, 1 skickar ersättare, 1 har inte svarat"
    assert said in without_breaks(client.get("/arbete/").content)
    assert said in without_breaks(client.get(f"/arbete/moten/{meeting.pk}/inbjudna/").content)


def test_without_a_mail_server_the_page_does_not_say_that_letters_are_sent():
    for name in ("worker", "beat"):
        record_pulse(name)
    client = Client()
    client.force_login(factories.user())
    page = without_breaks(client.get("/arbete/").content)
    assert "Ingen e-postserver är inställd, så breven stannar i utkorgen." in page
    assert "Breven skickas som de ska." not in page


def test_the_light_is_green_only_when_no_letter_needs_a_person(settings: Any):
    settings.MAIL = mail_settings("smtp://127.0.0.1:25")
    for name in ("worker", "beat"):
        record_pulse(name)
    client = Client()
    client.force_login(factories.user())
    calm = client.get("/arbete/").content.decode()
    moved()
    waiting = client.get("/arbete/").content.decode()
    green, yellow = "Breven skickas som de ska.", "Det finns brev som någon behöver se till."
    assert (green in calm, yellow in calm) == (True, False)
    assert (green in waiting, yellow in waiting) == (False, True)


def test_an_empty_desk_says_so():
    client = Client()
    client.force_login(factories.user(Role.READER))
    page = client.get("/arbete/").content.decode()
    assert "Du har inget att göra just nu." in page
    assert "Inget möte är planerat." in page
