"""Substitutes that guests ask for, whom staff approve or refuse."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dialog_portal.base.states import NotAllowed
from dialog_portal.links.actions import token_for
from dialog_portal.outbox.content import read_content
from meetings.models import Invitee, Reply, SubstituteRequest
from meetings.replies.actions import substitute_requests
from meetings.replies.actions.answer import store_answer
from meetings.replies.actions.substitute_requests import decide_request
from tests import factories
from tests.meetings.replies.staff_ledger.ledger import LINK, YES, page, verbs
from tests.pages import without_breaks

pytestmark = pytest.mark.django_db
PRESS = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-User": "?1"}


def guest_asks(person: Invitee, email: str = "udo@annan.example") -> Any:
    body = {"lank": token_for(person.link), "svar": "ersattare", "name": "Udo Ek", "email": email}
    return Client().post("/svar/", body, headers=PRESS)


def own_page(person: Invitee) -> str:
    return without_breaks(Client().get(reverse("guest:reply", args=[token_for(person.link)])).content)


def decided(client: Client, wish: SubstituteRequest, said: str) -> Any:
    """Press a button of the page as it was when the wish was read."""
    body = {"beslut": said, "namn": wish.name, "adress": wish.email}
    return client.post(reverse("staff:substitute_decide", args=[wish.pk]), body, follow=True)


def text(person: Invitee) -> str:
    last = person.letters.last()
    content = read_content(last.letter) if last else None
    assert content is not None
    return content.text


def test_an_address_elsewhere_becomes_a_question_to_staff(officer, meeting, nina):
    assert guest_asks(nina).status_code == 303
    wish = SubstituteRequest.objects.get()
    assert (wish.invitee, wish.name, wish.email) == (nina, "Udo Ek", "udo@annan.example")
    assert (Reply.objects.count(), Invitee.objects.count(), nina.letters.count()) == (0, 1, 0)
    assert "Du har bett att Udo Ek ska få komma" in own_page(nina)
    assert "udo@annan.example" in page(officer, meeting)
    assert verbs() == ["Ta ställning till ersättare"]


def test_control_an_address_of_the_party_is_asked_at_once(nina):
    guest_asks(nina, "udo@nynashamn.example")
    assert (SubstituteRequest.objects.count(), nina.substitutes.count()) == (0, 1)


def test_approved_the_substitute_is_invited_and_the_guest_is_told(officer, nina):
    guest_asks(nina)
    decided(officer, SubstituteRequest.objects.get(), "ja")
    wish = SubstituteRequest.objects.get()
    assert (wish.approved, wish.by is not None, wish.decided_at is not None) == (True, True, True)
    deputy = nina.substitutes.get()
    assert deputy.letters.count() == 1
    assert "Vi har skickat en egen inbjudan till Udo Ek" in text(nina)
    assert verbs() == []


def test_refused_nobody_is_invited_and_the_guest_is_told(officer, nina):
    guest_asks(nina)
    decided(officer, SubstituteRequest.objects.get(), "nej")
    assert SubstituteRequest.objects.get().approved is False
    assert (nina.substitutes.count(), nina.replies.count()) == (0, 0)
    assert "Du bad att Udo Ek skulle få komma" in text(nina)
    assert token_for(nina.link) in text(nina)
    assert "Du har bett" not in own_page(nina)


def test_a_question_is_answered_once(officer, nina):
    guest_asks(nina)
    wish = SubstituteRequest.objects.get()
    decided(officer, wish, "nej")
    decided(officer, wish, "ja")
    assert (nina.substitutes.count(), nina.letters.count()) == (0, 1)
    with pytest.raises(NotAllowed):
        decide_request(wish, approve=True, seen=("Udo Ek", "udo@annan.example"), by=factories.user())


@pytest.mark.parametrize("said", ["", "kanske"])
def test_neither_yes_nor_no_decides_nothing(officer, nina, said):
    guest_asks(nina)
    decided(officer, SubstituteRequest.objects.get(), said)
    assert SubstituteRequest.objects.get().decided_at is None


def test_who_has_answered_otherwise_since_no_longer_asks(officer, meeting, nina):
    guest_asks(nina)
    wish = SubstituteRequest.objects.get()
    store_answer(nina, YES, channel=LINK)
    assert "Udo Ek" not in page(officer, meeting)
    assert verbs() == []
    decided(officer, wish, "ja")
    assert nina.substitutes.count() == 0


def test_a_new_question_takes_the_old_ones_place(nina):
    guest_asks(nina)
    guest_asks(nina, "ulf@annan.example")
    assert SubstituteRequest.objects.get().email == "ulf@annan.example"


@pytest.mark.parametrize("said", ["ja", "nej"])
@pytest.mark.parametrize("changed", [{"name": "Ulf Ek"}, {"email": "ulf@annan.example"}])
def test_a_decision_about_somebody_who_was_changed_meanwhile_is_not_taken(officer, nina, said, changed):
    guest_asks(nina)
    read = SubstituteRequest.objects.get()
    body = {
        "lank": token_for(nina.link),
        "svar": "ersattare",
        "name": read.name,
        "email": read.email,
        **changed,
    }
    Client().post("/svar/", body, headers=PRESS)
    response = decided(officer, read, said)
    now = SubstituteRequest.objects.get()
    assert f"nu gäller det {now.name}, {now.email}. Inget är beslutat." in without_breaks(response.content)
    assert (now.decided_at, nina.substitutes.count(), nina.letters.count()) == (None, 0, 0)
    assert f'name="adress" value="{now.email}"' in without_breaks(response.content)
    decided(officer, now, said)
    assert nina.substitutes.filter(email=now.email).count() == (said == "ja")


def test_control_without_what_was_read_somebody_else_is_let_in(officer, nina, monkeypatch):
    monkeypatch.setattr(substitute_requests, "must_be_same_as_shown", lambda wish, seen: None)
    guest_asks(nina)
    read = SubstituteRequest.objects.get()
    guest_asks(nina, "ulf@annan.example")
    decided(officer, read, "ja")
    assert (read.email, nina.substitutes.get().email) == ("udo@annan.example", "ulf@annan.example")


def test_asking_again_for_the_same_person_changes_nothing_for_who_decides(officer, nina):
    guest_asks(nina)
    read = SubstituteRequest.objects.get()
    guest_asks(nina)
    decided(officer, read, "ja")
    assert nina.substitutes.get().email == read.email


def test_three_questions_a_day_are_enough(officer, nina):
    for _ in range(3):
        guest_asks(nina)
        decided(officer, SubstituteRequest.objects.latest("pk"), "nej")
    assert guest_asks(nina).status_code == 422
    assert SubstituteRequest.objects.count() == 3


def test_asking_does_not_tell_who_else_is_invited(meeting, nina):
    factories.invitee(factories.invitation(meeting), email="udo@annan.example")
    assert guest_asks(nina).status_code == 303


def test_an_address_that_is_already_invited_is_said_to_staff_and_stays_to_be_decided(officer, meeting, nina):
    factories.invitee(factories.invitation(meeting), email="udo@annan.example")
    guest_asks(nina)
    response = decided(officer, SubstituteRequest.objects.get(), "ja")
    assert "Den adressen är redan inbjuden" in without_breaks(response.content)
    assert SubstituteRequest.objects.get().decided_at is None


def test_the_database_holds_one_open_question_and_no_decision_without_somebody(nina):
    values = {"invitee": nina, "name": "Udo Ek", "email": "udo@annan.example"}
    SubstituteRequest.objects.create(**values)
    for wrong in (
        {},
        {"decided_at": timezone.now(), "approved": True},
        {"approved": True, "by": factories.user()},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            SubstituteRequest.objects.create(**values, **wrong)
