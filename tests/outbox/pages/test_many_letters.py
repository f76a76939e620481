"""Buttons for many letters name the number, ask, and never do more than what was read."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from dialog_portal.access.models import Role
from dialog_portal.base.audit import Event
from dialog_portal.outbox.models import CONFIDENTIAL, Hold, Letter, State
from dialog_portal.outbox.queue.departure_log import record_departure
from dialog_portal.outbox.queue.hold import hold
from tests import factories
from tests.outbox.letters import letter
from tests.pages import without_breaks

RELEASE, STOP = "/arbete/utkorg/slapp/", "/arbete/utkorg/stoppa/"


@pytest.fixture
def staff(db: None, client: Client) -> Client:
    client.force_login(factories.user())
    return client


def page(answer: Any) -> str:
    return without_breaks(answer.content)


def states() -> list[str]:
    return list(Letter.objects.order_by("pk").values_list("state", flat=True))


def test_release_names_the_number_and_shows_what_is_known_to_have_left(staff: Client) -> None:
    rows = [letter(name=f"Mottagare {number}") for number in range(3)]
    record_departure(rows[0].message_id, "250")
    hold("", by=None, reason="databasen är återläst")
    asked = page(staff.get(RELEASE))
    assert "2 brev skickas när du släpper dem" in asked
    assert "1 brev har redan lämnats och skickas inte igen." in asked
    assert ("Mottagare 0" in asked, "Mottagare 1" in asked, "Släpp 2 brev" in asked) == (True, False, True)
    assert Hold.objects.count() == 1
    done = page(staff.post(RELEASE, {"campaign": "", "number": 2}, follow=True))
    assert "2 brev är släppta. 1 brev hade redan lämnats och skickas inte igen." in done
    assert (states(), Hold.objects.count()) == ([State.ACCEPTED, State.QUEUED, State.QUEUED], 0)


def test_release_of_another_number_than_was_read_asks_again(staff: Client) -> None:
    letter()
    hold("", by=None, reason="x")
    letter()
    asked = page(staff.post(RELEASE, {"campaign": "", "number": 1}))
    assert "Antalet har ändrats sedan du öppnade sidan." in asked
    assert ("Släpp 2 brev" in asked, Hold.objects.count()) == (True, 1)


def test_release_pressed_twice_says_that_nothing_is_held_and_leads_back(staff: Client) -> None:
    answer = staff.post(RELEASE, {"campaign": "", "number": 0, "back": "/arbete/moten/1/"})
    assert answer["Location"] == "/arbete/moten/1/"
    assert "hålls inte kvar längre" in page(staff.get(RELEASE, follow=True))


def test_release_of_one_mailing_lets_only_that_go(staff: Client) -> None:
    meeting = factories.meeting(title="Dialogmöte i Nacka")
    letter(campaign=meeting.campaign)
    letter(campaign="meeting:0")
    for campaign in (meeting.campaign, "meeting:0"):
        hold(campaign, by=None, reason="fel bilaga")
    asked = page(staff.get(RELEASE, {"campaign": meeting.campaign}))
    assert ("Dialogmöte i Nacka" in asked, "Släpp 1 brev" in asked) == (True, True)
    staff.post(RELEASE, {"campaign": meeting.campaign, "number": 1})
    assert [row.campaign for row in Hold.objects.all()] == ["meeting:0"]


def test_release_counts_and_notes_only_what_that_hold_kept(staff: Client) -> None:
    rows = [letter(campaign="m1"), letter(campaign="m2"), letter(campaign="", purpose=CONFIDENTIAL)]
    for campaign in ("", "m1"):
        hold(campaign, by=None, reason="fel bilaga")
    asked = page(staff.get(RELEASE))
    assert ("Släpp 1 brev" in asked, "1 brev stannar i utkorgen ändå, för deras utskick" in asked) == (
        True,
        True,
    )
    done = page(staff.post(RELEASE, {"campaign": "", "number": 1}, follow=True))
    assert "1 brev är släppt." in done
    assert Event.objects.get(what__contains="släppte").detail["letters"] == [rows[1].pk]
    assert [row.steps.filter(reason="Släpptes").count() for row in rows] == [0, 1, 0]


def test_release_of_one_mailing_while_all_are_held_says_that_none_leaves(staff: Client) -> None:
    row = letter(campaign="m1")
    for campaign in ("", "m1"):
        hold(campaign, by=None, reason="fel bilaga")
    asked = page(staff.get(RELEASE, {"campaign": "m1"}))
    assert ("Släpp 1 brev" in asked, "1 brev stannar i utkorgen ändå, för alla brev" in asked) == (
        False,
        True,
    )
    assert "Inget brev väntar" not in asked
    staff.post(RELEASE, {"campaign": "m1", "number": 0})
    assert Event.objects.get(what__contains="släppte").detail["letters"] == []
    assert row.steps.filter(reason="Släpptes").count() == 0


def test_release_of_nothing_says_so(staff: Client) -> None:
    hold("", by=None, reason="x")
    asked = page(staff.get(RELEASE))
    assert ("Inget brev väntar på att skickas." in asked, "Sluta hålla kvar brev" in asked) == (True, True)
    assert staff.get(RELEASE, {"campaign": "x" * 81}).status_code == 404


def test_stop_takes_what_was_searched_for_and_only_that(staff: Client) -> None:
    for name in ("Åsa Öhrn", "Åsa Ek", "Bo Ek"):
        letter(name=name)
    listed = page(staff.get("/arbete/utkorg/?q=åsa"))
    assert "Stoppa brev som väntar i urvalet" in listed
    asked = page(staff.get(STOP, {"q": "åsa"}))
    assert ("<h1>Stoppa 2 brev</h1>" in asked, "Åsa Öhrn" in asked, "Bo Ek" in asked) == (True, True, False)
    without = page(staff.post(f"{STOP}?q=åsa", {"number": 2, "reason": ""}))
    assert "Skriv varför breven ska stoppas." in without
    done = page(staff.post(f"{STOP}?q=åsa", {"number": 2, "reason": "fel bilaga"}, follow=True))
    assert "2 brev är stoppade." in done
    assert states() == [State.STOPPED, State.STOPPED, State.QUEUED]
    assert {step.reason for row in Letter.objects.all() for step in row.steps.all()} == {"fel bilaga"}
    again = page(staff.post(f"{STOP}?q=åsa", {"number": 2, "reason": "igen"}, follow=True))
    assert "Inget brev i urvalet väntar" in again


@pytest.mark.parametrize("search", ["campaign=m1&state=accepted", "q=a%00b&campaign=m1"])
def test_stop_of_a_search_that_makes_no_sense_stops_nothing(staff: Client, search: str) -> None:
    letter(campaign="m1")
    letter(campaign="m2")
    for answer in (
        staff.get(f"{STOP}?{search}", follow=True),
        staff.post(f"{STOP}?{search}", {"number": 2, "reason": "fel"}, follow=True),
    ):
        assert answer.redirect_chain == [("/arbete/utkorg/", 302)]
        assert "Sökningen går inte att förstå, så inget brev är stoppat." in page(answer)
    assert states() == [State.QUEUED] * 2


def test_stop_of_another_number_than_was_read_asks_again(staff: Client) -> None:
    letter()
    letter()
    asked = page(staff.post(STOP, {"number": 1, "reason": "fel"}))
    assert ("Antalet har ändrats" in asked, states()) == (True, [State.QUEUED] * 2)


def test_stop_of_three_hundred_takes_as_few_queries_as_of_three(
    staff: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(30):
        letter()
    assert "och 25 till." in page(staff.get(STOP))
    with django_assert_max_num_queries(30):
        staff.post(STOP, {"number": 30, "reason": "fel bilaga"})
    assert set(states()) == {State.STOPPED}


def test_letters_that_have_left_and_letters_about_accounts_are_not_stopped(staff: Client) -> None:
    record_departure(letter().message_id, "250")
    letter(purpose=CONFIDENTIAL, campaign="")
    assert "Inget brev i urvalet väntar" in page(staff.get(STOP, follow=True))
    administrator = Client()
    administrator.force_login(factories.user(Role.ADMINISTRATOR))
    assert administrator.get(STOP).status_code == 403
    assert (states(), Event.objects.filter(what__contains="stoppa").count()) == ([State.QUEUED] * 2, 0)
