"""The list of answers: what is odd, what is counted, and needs as totals."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dialog_portal.access.models import Role
from dialog_portal.base.swedish import weekday
from dialog_portal.dashboard.tasks import tasks_for
from meetings.models import Need
from meetings.replies.actions.answer import store_answer
from meetings.replies.actions.needs import KEEP_NEEDS_FOR, erase_old_needs
from meetings.replies.actions.substitute_requests import ask_for_substitute
from meetings.replies.need_totals import need_totals
from tests import factories
from tests.meetings.acting import letter, signed_in
from tests.meetings.replies.staff_ledger.ledger import LINK, NO, PHONE, YES, page, verbs
from tests.pages import without_breaks

pytestmark = pytest.mark.django_db


def listed(client: Client, meeting: Any, query: str = "") -> list[str]:
    return re.findall(r'<tr id="i\d+"><th scope="row">([^<]*)', page(client, meeting, query))


# --- What is odd -----------------------------------------------------------------------------------------------------


def test_an_unconfirmed_answer_has_a_badge_and_is_counted_until_somebody_answers(officer, meeting, nina):
    letter(nina)
    store_answer(nina, YES, channel=LINK, confirmed=False)
    body = page(officer, meeting)
    assert "1 obekräftat svar" in body
    assert '<span class="badge badge--wait">obekräftat</span>' in body
    assert "0 kommer" in body
    store_answer(nina, NO, channel=LINK)
    assert "obekräftat svar<" not in page(officer, meeting)


def test_contradictory_answers_are_shown_and_asked_about_until_one_is_noted(officer, meeting, nina):
    store_answer(nina, YES, channel=LINK)
    store_answer(nina, NO, channel=LINK)
    assert "1 person med motstridiga svar" in page(officer, meeting)
    assert "obekräftat svar<" not in page(officer, meeting)  # the same person is not counted twice
    assert listed(officer, meeting, "?visa=obekraftat") == []
    assert listed(officer, meeting, "?visa=motstridigt") == ["Nina Lund"]
    assert verbs() == ["Fråga vad som gäller"]
    task = tasks_for(factories.user(), timezone.now())[0][0]
    assert task.due == meeting.reply_by
    with time_machine.travel(meeting.reply_by + timedelta(minutes=1)):
        task = tasks_for(factories.user(), timezone.now())[0][0]
        assert task.due == meeting.starts_at
    store_answer(nina, NO, channel=PHONE, by=factories.user())
    assert "motstridiga svar<" not in page(officer, meeting)
    assert verbs() == []


def test_control_a_change_of_mind_after_a_minute_is_no_contradiction(officer, meeting, nina):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        store_answer(nina, YES, channel=LINK)
        clock.shift(timedelta(seconds=61))
        store_answer(nina, NO, channel=LINK)
    assert "motstridiga svar<" not in page(officer, meeting)
    assert verbs() == []


def test_the_list_says_who_coordinates_the_answers_of_their_party(officer, meeting, invitation, nina):
    chief = factories.mandate(invitation.party, factories.person(name="Sam Ordnare"), coordinator=True)
    factories.mandate(factories.party(name="Nacka"), factories.person(name="Eva Sand"), coordinator=True)
    factories.invitee(invitation, name="Sam Ordnare", person=chief.person)
    assert re.findall(r"([^<>]*)<br><small>[^<]*samordnare", page(officer, meeting)) == ["Sam Ordnare"]


def test_the_queue_says_its_numbers(officer, meeting, invitation, nina):
    rest = [factories.invitee(invitation, name=f"Gäst {letter}") for letter in "ABC"]
    for person in (nina, *rest):
        store_answer(person, YES, channel=LINK)
    body = page(officer, meeting)
    assert "2 kommer, 2 på väntelistan, 0 kommer inte, 0 har inte svarat" in body
    assert "på väntelistan, nummer 1" in body
    assert "på väntelistan, nummer 2" in body
    assert listed(officer, meeting, "?visa=vantar") == ["Gäst B", "Gäst C"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?visa=tysta", ["Tyra Ask"]),
        ("?visa=kommer", ["Ada Ek"]),
        ("?visa=nej", ["Nils Ål"]),
        ("?visa=obekraftat", []),
        ("?visa=finns-inte", ["Ada Ek", "Nils Ål", "Tyra Ask"]),
        ("?sok=ÅL", ["Nils Ål"]),
        ("?sok=nynäs+ek", ["Ada Ek"]),
        ("?visa=nej&sok=ek", []),
    ],
)
def test_the_list_is_narrowed(officer, meeting, invitation, query, names):
    for name, said in (("Ada Ek", YES), ("Nils Ål", NO), ("Tyra Ask", None)):
        row = factories.invitee(invitation, name=name, email=f"{name[0]}@nynashamn.example")
        letter(row)
        if said:
            store_answer(row, said, channel=LINK)
    assert listed(officer, meeting, query) == names


def test_a_long_list_takes_as_many_queries_as_a_short_one(officer, meeting, invitation, nina):
    counts = []
    for more in (1, 9):
        for number in range(more):
            guest = factories.invitee(invitation, name=f"Gäst {number}")
            store_answer(guest, YES, channel=LINK)
            store_answer(guest, NO, channel=LINK, confirmed=bool(number % 2))
            ask_for_substitute(guest, name="Udo Ek", email="udo@annan.example", channel=LINK)
        with CaptureQueriesContext(connection) as queries:
            page(officer, meeting)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 50


# --- Needs -----------------------------------------------------------------------------------------------------------


def test_the_same_wish_is_counted_once_however_it_is_written():
    assert need_totals(["vegetariskt", "Vegetariskt.", " VEGETARISKT ", "Ål", "zander", ""]) == [
        ("Vegetariskt", 3), ("Zander", 1), ("Ål", 1),
    ]  # fmt: skip


def test_needs_are_totals_without_names_for_those_who_come(officer, meeting, invitation, nina):
    for number in range(2):
        guest = factories.invitee(invitation, name=f"Vera Gren {number}")
        Need.objects.create(invitee=guest, food="vegetariskt", access="hörslinga" if number else "")
        store_answer(guest, YES, channel=LINK)
    Need.objects.create(invitee=nina, food="skaldjursallergi")
    store_answer(nina, NO, channel=LINK)
    body = without_breaks(officer.get(reverse("staff:needs", args=[meeting.pk])).content)
    assert "<li>Vegetariskt: 2</li>" in body
    assert "<li>Hörslinga: 1</li>" in body
    assert f"raderas {weekday(meeting.ends_at + KEEP_NEEDS_FOR)}" in body
    assert "Vera Gren" not in body
    assert "skaldjursallergi" not in body


@pytest.mark.parametrize("role", [Role.READER, Role.ADMINISTRATOR])
def test_needs_are_nothing_for_others(role, meeting, invitation, nina):
    Need.objects.create(invitee=nina, food="vegetariskt")
    store_answer(nina, YES, channel=LINK)
    client, _ = signed_in(role)
    assert client.get(reverse("staff:needs", args=[meeting.pk])).status_code == 403
    body = page(client, meeting)
    assert "egetariskt" not in body
    assert "Mat och tillgänglighet" not in body


def test_control_the_officer_is_led_to_them(officer, meeting, nina):
    store_answer(nina, YES, channel=LINK)
    assert reverse("staff:needs", args=[meeting.pk]) in page(officer, meeting)


def test_after_the_erase_date_nothing_is_left(officer, meeting, nina):
    Need.objects.create(invitee=nina, food="vegetariskt")
    store_answer(nina, YES, channel=LINK)
    erase_old_needs(meeting.ends_at + KEEP_NEEDS_FOR + timedelta(minutes=1))
    assert "Ingen som har plats" in without_breaks(
        officer.get(reverse("staff:needs", args=[meeting.pk])).content
    )
