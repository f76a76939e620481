"""The page where a guest asks for the link again: alike for everybody, and limited."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dialog_portal.links.actions import token_for
from dialog_portal.outbox.content import read_content
from dialog_portal.outbox.models import Letter, Wanted
from meetings.invitations.actions.resend_link import resend_links
from meetings.mailings.actions.post import post_letter
from meetings.mailings.letters.compose import compose
from meetings.mailings.letters.recipients import MAILINGS
from meetings.models import Purpose
from meetings.tasks import send_links
from tests.pages import without_breaks

pytestmark = pytest.mark.django_db


def ask(email):
    """Ask as anybody can, and let the worker answer."""
    answer = Client().post("/svar/ny-lank/", {"email": email})
    send_links()
    return answer


def invite(guest):
    post_letter(
        guest, Purpose.INVITATION, compose(MAILINGS[Purpose.INVITATION], guest.meeting, guest), by=None
    )


def test_asking_again_answers_alike_whoever_asks_and_writes_to_those_invited(chief):
    invite(chief)
    known, unknown = ask("Nina.Lund@nynashamn.example"), ask("stranger@nynashamn.example")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert known.content == unknown.content
    letter = Letter.objects.get(purpose="links")
    assert letter.address == chief.email
    found = read_content(letter)
    assert found is not None
    assert f"/svar/{token_for(chief.link)}/" in found.text


def test_an_address_that_grows_too_long_in_lower_case_is_refused_at_its_field_and_not_stored():
    known, grown = (
        Client().post("/svar/ny-lank/", {"email": email})
        for email in ("nina@nynashamn.example", f"{'İ' * 242}@example.org")
    )
    assert (known.status_code, grown.status_code) == (303, 422)
    assert "email" in grown.context["form"].errors
    assert list(Wanted.objects.values_list("address", flat=True)) == ["nina@nynashamn.example"]


def work_of_asking(email):
    """The questions to the database while the person waits, without what was typed, and the letters written."""
    with CaptureQueriesContext(connection) as seen:
        Client().post("/svar/ny-lank/", {"email": email})
    asked = [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in seen]
    return asked, Letter.objects.filter(purpose="links").count()


def test_asking_again_takes_the_same_work_whoever_asks(chief):
    invite(chief)
    work = [work_of_asking(email) for email in (chief.email, "stranger@nynashamn.example")]
    assert work[0] == work[1]
    assert ([query for query in work[0][0] if "invitee" in query], work[0][1]) == ([], 0)
    send_links()
    assert list(Letter.objects.filter(purpose="links").values_list("address", flat=True)) == [chief.email]


def test_control_looking_up_while_the_person_waits_differs(chief, monkeypatch):
    invite(chief)
    monkeypatch.setattr("meetings.invitations.views.resend_link.request_links", resend_links)
    assert work_of_asking(chief.email) != work_of_asking("stranger@nynashamn.example")


def test_asking_again_and_again_is_one_letter_an_hour(chief):
    invite(chief)
    with time_machine.travel(timezone.now().replace(minute=5)) as clock:
        for _ in range(5):
            ask(chief.email)
        assert Letter.objects.filter(purpose="links").count() == 1
        clock.shift(3600)
        ask(chief.email)
    assert Letter.objects.filter(purpose="links").count() == 2


def test_nobody_learns_of_a_meeting_before_the_invitation(chief):
    ask(chief.email)
    assert Letter.objects.filter(purpose="links").count() == 0


def test_withdrawn_people_and_past_meetings_get_no_link(chief):
    invite(chief)
    with time_machine.travel(chief.meeting.ends_at + timedelta(minutes=1)):
        ask(chief.email)
    chief.withdrawn_at = timezone.now()
    chief.save()
    ask(chief.email)
    assert Letter.objects.filter(purpose="links").count() == 0


def test_asking_without_an_address_is_told_at_the_field():
    response = ask("inte en adress")
    assert response.status_code == 422
    assert "Skriv en hel e-postadress" in without_breaks(response.content)


def test_asking_is_not_limited_as_failures_are():
    assert [ask("x@kommun.example").status_code for _ in range(21)][-1] == 303
