"""What staff see of the answers: what is odd, who waits, what guests ask for, and needs without names."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dialog_portal.access.models import Role
from dialog_portal.base.states import NotAllowed
from dialog_portal.base.swedish import weekday
from dialog_portal.dashboard.tasks import tasks_for
from dialog_portal.links.actions import token_for
from dialog_portal.outbox.content import read_content
from meetings.models import Answer, Channel, Invitee, MeetingState, Need, Reply, SubstituteRequest
from meetings.replies.actions import substitute_requests
from meetings.replies.actions.answer import store_answer
from meetings.replies.actions.needs import KEEP_NEEDS_FOR, erase_old_needs
from meetings.replies.actions.substitute_requests import ask_for_substitute, decide_request
from meetings.replies.need_totals import need_totals
from tests import factories
from tests.meetings.acting import signed_in
from tests.pages import without_breaks

pytestmark = pytest.mark.django_db
YES, NO, LINK, PHONE = Answer.YES, Answer.NO, Channel.LINK, Channel.PHONE
PRESS = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-User": "?1"}


@pytest.fixture
def meeting() -> Any:
    return factories.meeting(title="Dialogmöte i söder", state=MeetingState.INVITED, officer=factories.user())


@pytest.fixture
def invitation(meeting: Any) -> Any:
    party = factories.party(name="Nynäshamn", full_name="Nynäshamns kommun", mail_domains="nynashamn.example")
    return factories.invitation(meeting, party, seats=2)


@pytest.fixture
def nina(invitation: Any) -> Any:
    return factories.invitee(invitation, name="Nina Lund", email="nina.lund@nynashamn.example")


@pytest.fixture
def officer() -> Client:
    return signed_in()[0]


def page(client: Client, meeting: Any, query: str = "") -> str:
    return without_breaks(client.get(reverse("staff:invitations", args=[meeting.pk]) + query).content)


def listed(client: Client, meeting: Any, query: str = "") -> list[str]:
    return re.findall(r'<tr id="i\d+"><th scope="row">([^<]*)', page(client, meeting, query))


def verbs() -> list[str]:
    return [task.verb for task in tasks_for(factories.user(), timezone.now())[0]]


# --- What is odd -----------------------------------------------------------------------------------------------------


def test_an_unconfirmed_answer_has_a_badge_and_is_counted_until_somebody_answers(officer, meeting, nina):
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


# --- A substitute that staff note ------------------------------------------------------------------------------------


def noted(client: Client, person: Invitee, **fields: str) -> Any:
    body = {"answer": "ersattare", "channel": "phone", "note": "", "name": "", "email": "", **fields}
    return client.post(reverse("staff:reply_note", args=[person.pk]), body)


def test_staff_note_a_substitute_from_anywhere(officer, nina):
    response = noted(officer, nina, name="Udo Ek", email="udo@annan.example", note="Ringde på morgonen")
    assert response.status_code == 302
    deputy = nina.substitutes.get()
    assert (deputy.name, deputy.email) == ("Udo Ek", "udo@annan.example")
    row = nina.replies.get()
    assert (row.answer, row.channel, row.note) == ("ersattare", "phone", "Ringde på morgonen")
    assert row.by is not None
    assert (nina.letters.count(), deputy.letters.count()) == (1, 1)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "", "email": "udo@annan.example"}, "Skriv ersättarens namn."),
        ({"name": "Udo Ek", "email": ""}, "Skriv ersättarens e-postadress."),
        ({"name": "Udo Ek", "email": "udo"}, "e-postadress"),
        ({"name": "vinn.example/nu", "email": "udo@annan.example"}, "Skriv bara personens namn"),
        ({"answer": "ja", "name": "Udo Ek"}, "Du har skrivit en ersättare."),
    ],
)
def test_half_a_substitute_is_not_noted(officer, nina, fields, words):
    response = noted(officer, nina, **fields)
    assert response.status_code == 200
    assert words in without_breaks(response.content)
    assert (Reply.objects.count(), Invitee.objects.count()) == (0, 1)


def test_no_field_is_called_optional_that_then_is_demanded(officer, nina):
    body = without_breaks(officer.get(reverse("staff:reply_note", args=[nina.pk])).content)
    assert re.findall(r'<label class="field__label" for="id_(\w+)">[^<]*<span', body) == ["note"]
    # Folded by the style while another answer is chosen
    assert 'class="fieldset only-with-substitute"' in body


def test_what_is_wrong_with_a_substitute_is_never_folded(officer, nina):
    for fields in ({"name": ""}, {"answer": "ja", "name": "Udo Ek"}):
        assert "only-with-substitute" not in without_breaks(noted(officer, nina, **fields).content)


def test_a_substitute_sends_no_substitute_also_when_staff_write(officer, nina):
    noted(officer, nina, name="Udo Ek", email="udo@annan.example")
    deputy = nina.substitutes.get()
    body = without_breaks(officer.get(reverse("staff:reply_note", args=[deputy.pk])).content)
    assert "Skickar ersättare" not in body
    noted(officer, deputy, name="Tre Dje", email="tre@annan.example")
    assert deputy.substitutes.count() == 0


def test_a_yes_is_noted_as_before(officer, nina):
    assert noted(officer, nina, answer="ja").status_code == 302
    assert nina.replies.get().answer == YES


# --- A substitute that a guest asks for ------------------------------------------------------------------------------


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
