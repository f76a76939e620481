"""Who is invited is asked of the meeting's day; each difference from the list is said and mended with one press."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dialog_portal.base.states import NotAllowed
from dialog_portal.dashboard.tasks import tasks_for
from dialog_portal.outbox.content import read_content
from dialog_portal.outbox.models import Letter
from meetings.invitations.actions import invite, withdraw
from meetings.invitations.actions.follow_register import follow_register
from meetings.invitations.register_changes import register_changes
from meetings.mailings.letters.compose import compose
from meetings.mailings.letters.recipients import MAILINGS
from meetings.models import Answer, Channel, Invitee, Meeting, Purpose
from meetings.replies.actions import answer, substitutes
from parties.models import Mandate, Party
from tests import factories
from tests.meetings.acting import letter, signed_in
from tests.pages import without_breaks
from tests.world import accept

pytestmark = pytest.mark.django_db


def in_days(days: int) -> date:
    """A day counted from today; the meetings of these tests are 30 days ahead."""
    return timezone.localdate() + timedelta(days=days)


def holder(party: Party, name: str, **values: Any) -> Mandate:
    return factories.mandate(party, factories.person(name=name), **values)


def meeting_with(*parties: Party, **values: Any) -> Meeting:
    meeting = factories.meeting(**values)
    invite.invite_parties(meeting, parties, seats=3, by=factories.user())
    return meeting


def said(meeting: Meeting) -> list[str]:
    return [f"{change.about}: {change.why}" for change in register_changes(meeting)]


def follow(meeting: Meeting) -> None:
    keys = {change.key for change in register_changes(meeting)}
    follow_register(meeting, keys, by=factories.user())


def names(meeting: Meeting) -> list[str]:
    return sorted(row.name for row in meeting.invitees.active())


@pytest.fixture
def nacka() -> Party:
    return factories.party(name="Nacka")


@pytest.fixture
def film() -> Party:
    return factories.party(name="Film Stockholm")


def test_the_successor_is_invited_and_not_who_has_left_by_then(nacka: Party) -> None:
    holder(nacka, "Ada Avgår", to_date=in_days(29))
    holder(nacka, "Bo Börjar", from_date=in_days(30))
    holder(nacka, "Cia Senare", from_date=in_days(31))
    assert names(meeting_with(nacka)) == ["Bo Börjar"]


def test_who_leaves_before_the_meeting_goes_and_the_successor_comes(nacka: Party) -> None:
    ada = holder(nacka, "Ada Avgår")
    meeting = meeting_with(nacka)
    Mandate.objects.filter(pk=ada.pk).update(to_date=in_days(10))
    holder(nacka, "Bo Börjar", title="kulturchef", acting=True, from_date=in_days(11))
    found = said(meeting)
    assert found[0].startswith("Ada Avgår (Nacka): uppdraget slutar ")
    assert found[0].endswith(", före mötet")
    assert found[1].startswith("Bo Börjar (Nacka): tf kulturchef från ")
    follow(meeting)
    assert (names(meeting), said(meeting)) == (["Bo Börjar"], [])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"receives_invitations": False}, "ska inte längre få inbjudningar"),
        ({"from_date": 60}, "uppdraget börjar först"),
        ({"to_date": -1}, "uppdraget slutade"),
    ],
)
def test_each_reason_to_leave_the_list_is_said(nacka: Party, change: dict[str, Any], why: str) -> None:
    ada = holder(nacka, "Ada Avgår")
    meeting = meeting_with(nacka)
    values = {name: in_days(value) if "date" in name else value for name, value in change.items()}
    Mandate.objects.filter(pk=ada.pk).update(**values)
    assert [why in line for line in said(meeting)] == [True]


def test_a_second_mandate_given_later_is_found_and_stands_in_letter_list_and_page(
    nacka: Party, film: Party
) -> None:
    ada = holder(nacka, "Ada Avgår", title="kulturchef")
    meeting = meeting_with(nacka, film)
    factories.mandate(film, ada.person, title="ordförande")
    assert said(meeting) == [
        "Ada Avgår (Nacka): företräder Nacka och Film Stockholm, inte Nacka, uppdraget är kulturchef och ordförande"
    ]
    follow(meeting)
    row = meeting.invitees.get()
    assert (row.title, row.represents) == ("kulturchef och ordförande", "Nacka och Film Stockholm")
    draft = compose(MAILINGS[Purpose.INVITATION], Meeting.objects.with_letters().get(), row)
    assert "Gäller: Nacka och Film Stockholm" in draft.text
    assert "som har 3 platser var vid mötet" in draft.text
    page = without_breaks(signed_in()[0].get(reverse("staff:invitations", args=[meeting.pk])).content)
    assert "kulturchef och ordförande, Nacka, Film Stockholm" in page


def test_two_titles_from_the_beginning_are_both_shown(nacka: Party) -> None:
    ada = holder(nacka, "Ada Avgår", title="kulturchef")
    factories.mandate(nacka, ada.person, title="idrottschef", acting=True)
    assert meeting_with(nacka).invitees.get().title == "kulturchef och tf idrottschef"


def test_a_seat_follows_to_the_party_that_somebody_still_represents(nacka: Party, film: Party) -> None:
    ada = holder(nacka, "Ada Avgår")
    factories.mandate(film, ada.person)
    meeting = meeting_with(nacka, film)
    deputy = substitutes.hand_over(
        meeting.invitees.get(), name="Bo", email="bo@b.example", channel=Channel.PHONE, by=factories.user()
    )
    Mandate.objects.filter(pk=ada.pk).update(to_date=in_days(1))
    follow(meeting)
    rows = Invitee.objects.filter(pk__in=[meeting.invitees.first().pk, deputy.pk])
    assert [str(row.invitation) for row in rows] == ["Film Stockholm"] * 2
    assert said(meeting) == []


def test_a_seat_that_follows_takes_nobody_elses(nacka: Party, film: Party) -> None:
    ada = holder(nacka, "Ada Avgår")
    factories.mandate(film, ada.person)
    holder(film, "Bo Bor")
    meeting = meeting_with(nacka, film)
    meeting.invitations.update(seats=1)
    for row in meeting.invitees.order_by("pk"):
        answer.store_answer(row, Answer.YES, channel=Channel.LINK)
    Mandate.objects.filter(pk=ada.pk).update(to_date=in_days(1))
    with pytest.raises(NotAllowed, match="Ge Film Stockholm fler platser först"):
        follow(meeting)
    assert [str(row.invitation) for row in meeting.invitees.order_by("pk")] == ["Nacka", "Film Stockholm"]


def test_a_new_name_and_title_are_said(nacka: Party) -> None:
    ada = holder(nacka, "Ada Avgår", title="kulturchef", acting=True)
    meeting = meeting_with(nacka)
    Mandate.objects.filter(pk=ada.pk).update(acting=False)
    ada.person.name = "Ada Nyman"
    ada.person.save()
    assert said(meeting) == ["Ada Avgår (Nacka): uppdraget är kulturchef, heter nu Ada Nyman"]
    follow(meeting)
    assert (names(meeting), said(meeting)) == (["Ada Nyman"], [])


def test_who_was_taken_off_by_hand_is_never_suggested_and_who_by_the_register_comes_back(
    nacka: Party,
) -> None:
    ada, bo = holder(nacka, "Ada Avgår"), holder(nacka, "Bo Bor")
    meeting = meeting_with(nacka)
    withdraw.withdraw(meeting.invitees.get(person=bo.person), by=factories.user())
    Mandate.objects.filter(pk=ada.pk).update(to_date=in_days(3))
    follow(meeting)
    Mandate.objects.filter(pk=ada.pk).update(to_date=None)
    assert said(meeting) == ["Ada Avgår (Nacka): har uppdrag på mötets dag men är borttagen från listan"]
    follow(meeting)
    assert (names(meeting), said(meeting)) == (["Ada Avgår"], [])


def test_who_is_put_back_for_another_party_is_invited_for_that_one(nacka: Party, film: Party) -> None:
    ada = holder(nacka, "Ada Avgår", title="kulturchef")
    meeting = meeting_with(nacka, film, state="invited")
    accept(letter(meeting.invitees.get()))
    Mandate.objects.filter(pk=ada.pk).update(to_date=in_days(3))
    follow(meeting)
    accept(Letter.objects.waiting().get())
    factories.mandate(film, ada.person, title="ordförande")
    follow(meeting)
    content = read_content(Letter.objects.waiting().get())
    assert content is not None
    assert ("Film Stockholm" in content.text, "Nacka" in content.text) == (True, False)


def test_the_parties_of_the_group_are_followed_too(nacka: Party, film: Party) -> None:
    round_ = factories.round_()
    group = round_.groups.create(name="Södra gruppen")
    group.parties.set([nacka, film])
    for party in (nacka, film):
        holder(party, f"Chef i {party}")
    guest = factories.party(name="Gästande part")
    meeting = meeting_with(nacka, guest, round=round_, group=group)
    assert said(meeting) == ["Film Stockholm: hör till Södra gruppen men är inte inbjuden"]
    group.parties.remove(nacka)
    round_.groups.create(name="Norra gruppen").parties.add(nacka)
    assert said(meeting)[1:] == ["Nacka: hör till Norra gruppen"]
    follow(meeting)
    assert [str(row) for row in meeting.invitations.in_order()] == ["Film Stockholm", "Gästande part"]
    assert (names(meeting), said(meeting)) == (["Chef i Film Stockholm"], [])


def test_a_party_that_ends_before_the_meeting_leaves_with_its_people(nacka: Party) -> None:
    holder(nacka, "Ada Avgår")
    meeting = meeting_with(nacka)
    accept(letter(meeting.invitees.get()))
    Party.objects.filter(pk=nacka.pk).update(ended=in_days(30))
    assert [line.partition(" upphör ")[0] for line in said(meeting)] == ["Nacka:"]
    follow(meeting)
    assert (names(meeting), said(meeting)) == ([], [])
    assert Letter.objects.waiting().get().purpose == Purpose.WITHDRAWN
    page = without_breaks(signed_in()[0].get(reverse("staff:invitations", args=[meeting.pk])).content)
    assert "ingen kvar på listan" in page


def test_a_press_mends_what_its_page_showed_and_nothing_else(nacka: Party) -> None:
    ada = holder(nacka, "Ada Avgår")
    meeting = meeting_with(nacka)
    holder(nacka, "Bo Bor")
    Mandate.objects.filter(pk=ada.pk).update(to_date=in_days(3))
    client, _ = signed_in()
    url = reverse("staff:invitees_refresh", args=[meeting.pk])
    first, second = register_changes(meeting)
    nothing = without_breaks(client.post(url, follow=True).content)
    assert ("Listan eller registret har ändrats" in nothing, names(meeting)) == (True, ["Ada Avgår"])
    client.post(url, {"change": [second.key]})
    assert names(meeting) == ["Ada Avgår", "Bo Bor"]
    page = without_breaks(client.post(url, {"change": [first.key, second.key]}, follow=True).content)
    assert ("1 ändring är gjord" in page, "Listan eller registret" in page) == (True, True)
    assert names(meeting) == ["Bo Bor"]


def test_nothing_is_suggested_when_the_list_can_no_longer_be_changed(nacka: Party) -> None:
    meeting = meeting_with(nacka)
    holder(nacka, "Ada Avgår")
    shown = {change.key for change in register_changes(meeting)}
    Meeting.objects.filter(pk=meeting.pk).update(state="cancelled")
    meeting.refresh_from_db()
    assert (len(shown), register_changes(meeting)) == (1, [])
    with pytest.raises(NotAllowed, match="inställt"):
        follow_register(meeting, shown, by=factories.user())


def tasks() -> list[str]:
    mine, others = tasks_for(factories.user(), timezone.now())
    return [task.why for task in (*mine, *others) if task.verb == "Följ registret"]


def test_a_list_behind_the_register_is_a_task_until_it_is_mended(nacka: Party, film: Party) -> None:
    ada = holder(nacka, "Ada Avgår")
    holder(film, "Bo Bor")
    meeting = meeting_with(nacka, film, state="invited")
    assert tasks() == []
    Mandate.objects.filter(pk=ada.pk).update(to_date=in_days(29))
    holder(nacka, "Cia Börjar", from_date=in_days(30))
    factories.mandate(film, holder(nacka, "Dan Dubbel").person)
    assert tasks() == [
        "1 på listan har inget uppdrag på mötets dag. 2 parter har någon som inte står på listan."
    ]
    follow(meeting)
    assert tasks() == []
    factories.mandate(film, Mandate.objects.get(person__name="Cia Börjar").person)
    assert tasks() == ["1 part har någon som inte står på listan."]
    follow(meeting)
    assert (tasks(), names(meeting)) == ([], ["Bo Bor", "Cia Börjar", "Dan Dubbel"])


def test_no_task_nags_about_who_was_taken_off_by_hand_or_has_a_guests_address(nacka: Party) -> None:
    holder(nacka, "Ada Avgår")
    meeting = meeting_with(nacka, state="invited")
    withdraw.withdraw(meeting.invitees.get(), by=factories.user())
    factories.invitee(meeting.invitations.get(), email="KIM@kommun.example")
    factories.mandate(nacka, factories.person(email="kim@kommun.example"))
    holder(nacka, "Bo Bor", receives_invitations=False)
    assert (tasks(), said(meeting)) == ([], [])


def test_many_people_take_as_many_queries_as_one(nacka: Party) -> None:
    few, many = meeting_with(nacka), meeting_with(factories.party(), factories.party())
    holder(nacka, "Ada Avgår")
    for number in range(20):
        holder(many.invitations.all()[number % 2].party, f"Gäst {number}")
    used = []
    for meeting in (few, many):
        with CaptureQueriesContext(connection) as queries:
            register_changes(Meeting.objects.select_related("group", "round").get(pk=meeting.pk))
        used.append(len(queries))
    assert used[0] == used[1]
