"""A coordinator answers for their parties: seen by them alone, under their name, and never over newer answers."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dialog_portal.base.states import NotAllowed
from dialog_portal.links.actions import token_for
from dialog_portal.links.human_press import TIME_TO_READ
from dialog_portal.outbox.content import read_content
from meetings.models import Answer, Channel, Invitee, Reply
from meetings.replies.actions import coordinators
from meetings.replies.actions.answer import store_answer
from meetings.replies.actions.coordinators import answer_for, people_answered_for
from meetings.replies.actions.substitutes import hand_over
from meetings.replies.coordinated_answer import CoordinatedAnswer
from parties.models import Mandate
from tests import factories
from tests.conftest import MOMENT

pytestmark = pytest.mark.django_db
PRESS = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-User": "?1"}
SCRIPT = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}
YES, NO, LINK = Answer.YES, Answer.NO, Channel.LINK


@pytest.fixture
def meeting() -> Any:
    return factories.meeting(
        title="Dialogmöte med centrumbildningarna", officer=factories.user(name="Olle Ek")
    )


@pytest.fixture
def dans(meeting: Any) -> Any:
    return factories.invitation(
        meeting, factories.party(name="Dans i länet", mail_domains="dans.example"), seats=2
    )


@pytest.fixture
def film(meeting: Any) -> Any:
    return factories.invitation(meeting, factories.party(name="Film i länet"), seats=1)


@pytest.fixture
def other(meeting: Any) -> Any:
    """Somebody whom the coordinator has nothing to do with."""
    return factories.invitee(
        factories.invitation(meeting, factories.party(name="Ord i länet")), name="Olga Nord"
    )


@pytest.fixture
def kim(dans: Any, film: Any) -> Any:
    """The coordinator of two parties, invited for one of them."""
    person = factories.person(name="Kim Alm")
    factories.mandate(dans.party, person, coordinator=True)
    factories.mandate(film.party, person, coordinator=True, receives_invitations=False)
    row = factories.invitee(dans, person=person, name="Kim Alm", email=person.email)
    row.also.add(film)
    return row


@pytest.fixture
def dora(dans: Any) -> Any:
    return factories.invitee(dans, name="Dora Ek", email="dora.ek@dans.example")


@pytest.fixture
def filip(film: Any) -> Any:
    return factories.invitee(film, name="Filip Sten")


def get(guest: Invitee, query: str = "") -> HttpResponse:
    return Client().get(reverse("guest:coordinator", args=[token_for(guest.link)]) + query)


def words(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def typed(guest: Invitee, *people: Invitee, **chosen: str) -> dict[str, str]:
    """The form as the page gave it, with answers chosen by first name."""
    body = get(guest).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(sett-\d+)" value="(\d+)"', body))
    radios = dict.fromkeys(re.findall(r'<input type="radio" name="(svar-\d+)"', body), "-")
    by_name = {row.name.split()[0].lower(): f"svar-{row.pk}" for row in people}
    return {**hidden, **radios, **{by_name[name]: said for name, said in chosen.items()}}


def press(guest: Invitee, headers: dict[str, str] = PRESS, **fields: str) -> Any:
    body = {"lank": token_for(guest.link), **fields}
    return Client(enforce_csrf_checks=True).post(reverse("guest:coordinate"), body, headers=headers)


def said(guest: Invitee) -> list[tuple[str, bool, int | None]]:
    return list(guest.replies.values_list("answer", "confirmed", "via"))


def rows() -> dict[str, int]:
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


# --- Who sees what ---------------------------------------------------------------------------------------------------


def test_a_coordinator_meets_the_people_of_their_parties_and_nobody_else(kim, dora, filip, other):
    page = words(get(kim))
    assert all(name in page for name in ("Dans i länet", "Film i länet", "Dora Ek", "Filip Sten"))
    assert "Ord i länet" not in page
    assert "Olga Nord" not in page
    assert [row.name for row in people_answered_for(kim)] == ["Dora Ek", "Filip Sten"]


def test_the_coordinators_own_page_leads_there(kim, dora):
    own = reverse("guest:reply", args=[token_for(kim.link)])
    assert reverse("guest:coordinator", args=[token_for(kim.link)]) in Client().get(own).content.decode()
    theirs = Client().get(reverse("guest:reply", args=[token_for(dora.link)])).content.decode()
    assert "samordnare" not in theirs
    assert "Svara för andra" not in theirs


@pytest.mark.parametrize(
    "change",
    [
        {"coordinator": False},
        {"to_date": MOMENT.date() - timedelta(days=1)},
        {"from_date": MOMENT.date() + timedelta(days=1)},
    ],
)
def test_to_everybody_else_there_is_no_such_page(kim, dora, filip, change):
    Mandate.objects.filter(person=kim.person).update(**change)
    page, posted = get(kim), press(kim, **{f"svar-{dora.pk}": "ja", f"sett-{dora.pk}": "0"})
    nothing = Client().get("/svar/finns-inte/samordnare/")
    assert page.status_code == posted.status_code == nothing.status_code == 404
    assert page.content == posted.content == nothing.content
    assert Reply.objects.count() == 0


def test_a_colleague_in_the_same_party_has_no_such_page(kim, dora):
    assert get(dora).status_code == 404


def test_a_coordinator_cannot_answer_for_another_party(kim, dora, other):
    press(kim, **typed(kim), **{f"svar-{other.pk}": "ja", f"sett-{other.pk}": "0"})
    with pytest.raises(NotAllowed):
        answer_for(
            kim, [CoordinatedAnswer(dora.pk, YES, 0), CoordinatedAnswer(other.pk, YES, 0)], confirmed=True
        )
    assert Reply.objects.count() == 0


def test_control_without_the_registers_word_any_link_would_do(kim, dora, other, monkeypatch):
    monkeypatch.setattr(coordinators, "people_answered_for", lambda invitee: Invitee.objects.all())
    answer_for(dora, [CoordinatedAnswer(other.pk, YES, 0)], confirmed=True)
    assert said(other) == [("ja", True, dora.pk)]


# --- Answering -------------------------------------------------------------------------------------------------------


def test_each_answer_is_in_the_ledger_under_the_coordinators_name(kim, dora, filip):
    response = press(kim, **typed(kim, dora, filip, dora="ja", filip="nej"))
    assert (response.status_code, response["Location"]) == (
        303,
        reverse("guest:coordinator", args=[token_for(kim.link)]) + "?sparat=1",
    )
    assert said(dora) == [("ja", True, kim.pk)]
    assert said(filip) == [("nej", True, kim.pk)]
    row = dora.replies.get()
    assert (row.channel, row.note, row.by) == (LINK, "Svar från samordnaren Kim Alm", None)
    page = words(get(kim, "?sparat=1"))
    assert "Svaren är sparade" in page
    assert "Kommer (du svarade" in page


def test_only_what_was_chosen_is_stored(kim, dora, filip):
    press(kim, **typed(kim, dora, dora="ja"))
    press(kim, **typed(kim))
    assert (said(dora), said(filip)) == ([("ja", True, kim.pk)], [])


def test_the_receipt_goes_to_the_person_and_says_who_answered(kim, dora):
    press(kim, **typed(kim, dora, dora="ja"))
    letter = dora.letters.get().letter
    content = read_content(letter)
    assert content is not None
    assert letter.address == dora.email
    for text in (content.text, content.html):
        assert "Kim Alm samordnar svaren för Dans i länet och har svarat åt dig." in text
        assert token_for(dora.link) in text
        assert token_for(kim.link) not in text
    assert kim.letters.count() == 0
    own = words(Client().get(reverse("guest:reply", args=[token_for(dora.link)])))
    assert "Kim Alm, som samordnar svaren för Dans i länet, svarade åt dig." in own


def test_ones_own_answer_thanks_for_it(kim, dora):
    store_answer(dora, YES, channel=LINK)
    content = read_content(dora.letters.get().letter)
    assert content is not None
    assert "Tack för ditt svar." in content.text
    assert "Kim Alm" not in content.text


def test_the_persons_own_later_answer_wins(kim, dora):
    press(kim, **typed(kim, dora, dora="ja"))
    store_answer(dora, NO, channel=LINK)
    assert Invitee.objects.with_answer().get(pk=dora.pk).current_answer == NO
    assert "Kommer inte (eget svar" in words(get(kim))


def test_an_answer_that_came_meanwhile_is_left_alone_and_the_rest_is_stored(kim, dora, filip):
    form = typed(kim, dora, filip, dora="ja", filip="ja")
    store_answer(dora, NO, channel=LINK)
    response = press(kim, **form)
    assert response.status_code == 409
    assert "Dora Ek har svarat sedan du öppnade sidan" in words(response)
    assert (said(dora), said(filip)) == ([("nej", True, None)], [("ja", True, kim.pk)])


def test_control_without_what_the_page_showed_it_would_be_overwritten(kim, dora):
    form = typed(kim, dora, dora="ja")
    own = store_answer(dora, NO, channel=LINK)
    press(kim, **{**form, f"sett-{dora.pk}": str(own.pk)})
    assert said(dora) == [("nej", True, None), ("ja", True, kim.pk)]


def test_a_double_press_is_one_answer_and_one_letter(kim, dora):
    form = typed(kim, dora, dora="ja")
    assert [press(kim, **form).status_code for _ in range(2)] == [303, 303]
    assert (len(said(dora)), dora.letters.count()) == (1, 1)


def test_the_queue_is_kept_also_when_somebody_else_answers(kim, dora, filip, film):
    late = factories.invitee(film, name="Lo Ask")
    press(kim, **typed(kim, filip, filip="ja"))
    press(kim, **typed(kim, late, lo="ja"))
    assert "På väntelistan, nummer 1" in words(get(kim))
    assert "1 av 1 plats är upptagen" in words(get(kim))


def test_who_has_handed_over_is_shown_but_not_asked_about(kim, dora):
    deputy = hand_over(dora, name="Sune Berg", email="sune@dans.example", channel=LINK)
    body = get(kim).content.decode()
    assert f"svar-{dora.pk}" not in body
    assert f"svar-{deputy.pk}" in body
    assert "Skickar ersättare" in body


def test_one_coordinator_cannot_fill_somebodys_mailbox(kim, dora):
    for said_now in ("ja", "nej", "ja"):
        assert press(kim, **typed(kim, dora, dora=said_now)).status_code == 303
    refused = press(kim, **typed(kim, dora, dora="nej"))
    assert refused.status_code == 409
    assert "det senaste dygnet" in words(refused)
    assert len(said(dora)) == 3


def test_when_answers_are_closed_the_own_page_says_so(kim, dora, meeting):
    form = typed(kim, dora, dora="ja")
    with time_machine.travel(meeting.reply_by + timedelta(minutes=1), tick=False):
        own = reverse("guest:reply", args=[token_for(kim.link)])
        assert get(kim)["Location"] == own
        refused = press(kim, **form)
    assert (refused.status_code, said(dora)) == (409, [])
    assert "Det du fyllde i är inte sparat" in words(refused)
    assert f"{dora.name} Kommer" in words(refused)


def test_a_form_with_a_hole_in_it_says_where(kim, dora):
    form = typed(kim, dora, dora="ja")
    response = press(kim, **{**form, f"svar-{dora.pk}": "kanske"})
    assert response.status_code == 422
    assert f'href="#id_svar-{dora.pk}_0"' in response.content.decode()
    assert said(dora) == []


# --- Scanners --------------------------------------------------------------------------------------------------------


def test_looking_writes_no_row_anywhere(kim, dora, filip):
    where = [reverse("guest:coordinator", args=[token_for(kim.link)]), reverse("guest:coordinate")]
    before = rows()
    for method in ("get", "head", "options"):
        for query in ("", f"?sparat=1&svar-{dora.pk}=ja&sett-{dora.pk}=0&lank={token_for(kim.link)}"):
            for address in where:
                getattr(Client(), method)(address + query)
    assert rows() == before


def test_what_a_script_presses_counts_for_nothing_until_a_person_has_pressed(kim, dora):
    form = typed(kim, dora, dora="ja")
    response = press(kim, SCRIPT, **form)
    assert "Svaren räknas inte än" in words(response)
    assert re.search(rf'name="svar-{dora.pk}" value="ja"[^>]*checked', response.content.decode())
    assert said(dora) == [("ja", False, kim.pk)]
    assert dora.letters.count() == 0
    assert "Någon har tryckt" not in words(Client().get(reverse("guest:reply", args=[token_for(dora.link)])))
    press(kim, **form)
    assert said(dora) == [("ja", False, kim.pk), ("ja", True, kim.pk)]


def test_a_coordinator_whose_browser_loses_the_header_gets_through_at_the_third_press(kim, dora):
    form, mark = typed(kim, dora, dora="ja"), ""
    with time_machine.travel(MOMENT, tick=False) as clock:
        for _ in range(3):
            response = press(kim, SCRIPT, **form, tryckt=mark)
            found = re.search(r'name="tryckt" value="([^"]+)"', response.content.decode())
            mark = found[1] if found else ""
            clock.shift(TIME_TO_READ)
    assert response["Location"].endswith("?sparat=1")
    assert said(dora) == [("ja", False, kim.pk), ("ja", True, kim.pk)]


def test_a_form_from_another_site_is_refused(kim, dora):
    form = typed(kim, dora, dora="ja")
    assert press(kim, {**PRESS, "Sec-Fetch-Site": "cross-site"}, **form).status_code == 403
    assert said(dora) == []


# --- The ledger and its cost -----------------------------------------------------------------------------------------


def test_the_ledger_still_only_grows(kim, dora):
    press(kim, **typed(kim, dora, dora="ja"))
    for change in (lambda: Reply.objects.update(via=None), lambda: dora.replies.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert said(dora) == [("ja", True, kim.pk)]


def test_the_page_takes_as_many_queries_for_many_as_for_one(kim, dora, film):
    counts = []
    for more in (0, 12):
        for _ in range(more):
            store_answer(factories.invitee(film), YES, channel=LINK)
        with CaptureQueriesContext(connection) as queries:
            get(kim)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 16


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_at_once_wait_for_each_other(kim, dans, film, dora, filip):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    person = factories.person(name="Tor Lind")
    for invitation in (film, dans):
        factories.mandate(invitation.party, person, coordinator=True)
    tor = factories.invitee(film, person=person, name="Tor Lind", email=person.email)
    start = threading.Barrier(2)

    def go(who: Invitee, people: list[Invitee]) -> None:
        start.wait()
        try:
            answer_for(who, [CoordinatedAnswer(row.pk, YES, 0) for row in people], confirmed=True)
        finally:
            connection.close()

    for _ in range(5):
        fresh = [factories.invitee(invitation) for invitation in (dans, film)]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(go, (kim, tor), (fresh, fresh[::-1])))
        assert [row.replies.count() for row in fresh] == [1, 1]
