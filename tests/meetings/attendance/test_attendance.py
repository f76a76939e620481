"""Attendance is ticked from the answers and kept under the names of that day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dialog_portal.base.states import NotAllowed
from meetings.attendance import actions
from meetings.attendance.absence import parties_that_declined
from meetings.models import Answer, Attendee, Channel, Invitee, Meeting, Reply
from parties.models import FormerName
from tests import factories
from tests.meetings.acting import letter, signed_in
from tests.pages import without_breaks

pytestmark = pytest.mark.django_db


def past_meeting() -> Meeting:
    start = factories.afternoon(-1)
    return factories.meeting(
        starts_at=start, ends_at=start + timedelta(hours=3), reply_by=start - timedelta(days=7), state="held"
    )


def said(invitee: Invitee, answer: Answer) -> Invitee:
    Reply.objects.create(invitee=invitee, answer=answer, channel=Channel.LINK)
    return invitee


def test_those_who_said_yes_are_ticked_until_somebody_saves() -> None:
    meeting = past_meeting()
    invitation = factories.invitation(meeting)
    yes, no = said(factories.invitee(invitation), Answer.YES), said(factories.invitee(invitation), Answer.NO)
    assert {row.key: row.attended for row in actions.attendance_rows(meeting)} == {
        f"i{yes.pk}": True,
        f"i{no.pk}": False,
    }
    actions.note_attendance(meeting, {f"i{no.pk}"}, by=factories.user())
    assert {row.key: row.attended for row in actions.attendance_rows(meeting)} == {
        f"i{yes.pk}": False,
        f"i{no.pk}": True,
    }


def test_the_name_of_that_day_is_kept() -> None:
    meeting, party = past_meeting(), factories.party(name="Fackförbundet Scen & Film")
    FormerName.objects.create(party=party, name="Teaterförbundet", until=date(2100, 1, 1))
    invitee = factories.invitee(factories.invitation(meeting, party))
    actions.note_attendance(meeting, {f"i{invitee.pk}"}, by=factories.user())
    assert meeting.attendees.get().organisation == "Teaterförbundet"


def test_saving_twice_makes_no_second_row() -> None:
    meeting = past_meeting()
    invitee = factories.invitee(factories.invitation(meeting))
    actions.note_attendance(meeting, {f"i{invitee.pk}"}, by=factories.user())
    actions.note_attendance(meeting, {f"i{invitee.pk}"}, by=factories.user())
    assert meeting.attendees.count() == 1


def test_attendance_before_the_meeting_is_refused() -> None:
    with pytest.raises(NotAllowed, match="inte börjat"):
        actions.note_attendance(factories.meeting(), set(), by=factories.user())


def test_page_saves_ticks_and_adds_somebody_who_came_anyway() -> None:
    meeting = past_meeting()
    invitee = factories.invitee(factories.invitation(meeting))
    client, _ = signed_in()
    client.post(reverse("staff:attendance", args=[meeting.pk]), {"present": [f"i{invitee.pk}"]})
    client.post(
        reverse("staff:attendee_add", args=[meeting.pk]),
        {"name": "Oväntad Gäst", "organisation": "En förening", "email": "gast@forening.example"},
    )
    assert sorted(meeting.attendees.filter(attended=True).values_list("name", flat=True)) == sorted(
        [invitee.name, "Oväntad Gäst"]
    )


def test_a_second_officer_overwrites_no_tick_they_did_not_see() -> None:
    meeting = past_meeting()
    invitation = factories.invitation(meeting)
    one, two = factories.invitee(invitation), factories.invitee(invitation)
    client, _ = signed_in()
    path = reverse("staff:attendance", args=[meeting.pk])
    assert 'name="shown"' not in client.get(path).content.decode()
    client.post(path, {"present": [f"i{one.pk}"]})
    client.post(path, {"present": [f"i{two.pk}"]})  # a page that was opened before the first was saved
    assert meeting.attendees.filter(attended=True).count() == 2
    assert f'name="shown" value="i{one.pk}"' in client.get(path).content.decode()
    client.post(path, {"present": [f"i{two.pk}"], "shown": [f"i{one.pk}", f"i{two.pk}"]})
    assert meeting.attendees.get(attended=True).invitee == two


def test_nobody_comes_to_a_cancelled_meeting() -> None:
    meeting = past_meeting()
    Meeting.objects.filter(pk=meeting.pk).update(state="cancelled")
    by = factories.user()
    with pytest.raises(NotAllowed, match="inställt"):
        actions.add_attendee(
            meeting, name="Kim", organisation="En förening", email="", title="", staff=False, by=by
        )
    with pytest.raises(NotAllowed, match="inställt"):
        actions.note_attendance(meeting, set(), by=factories.user())


# --- Declined, silent, not invited, came anyway ----------------------------------------------------------------------


def party_of(meeting: Meeting, name: str, answer: Answer | None, *, invited: bool = True) -> Invitee:
    """Somebody of a party who was invited, or only stands on the list, and answered or not."""
    invitee = factories.invitee(
        factories.invitation(meeting, factories.party(name=name)), name=f"Chef i {name}"
    )
    if invited:
        letter(invitee)
    return said(invitee, answer) if answer else invitee


def declined(meeting: Meeting) -> list[str]:
    return [str(row) for row in parties_that_declined(meeting)]


def add(meeting: Meeting, organisation: str, **values: Any) -> Attendee:
    given = {"name": "Karin Nykvist", "email": "", "title": "kultursekreterare", "staff": False, **values}
    return actions.add_attendee(meeting, organisation=organisation, by=factories.user(), **given)


def test_only_who_said_no_and_did_not_come_has_declined() -> None:
    meeting = past_meeting()
    party_of(meeting, "Nej", Answer.NO)
    party_of(meeting, "Tyst", None)
    party_of(meeting, "Uteblev", Answer.YES)
    party_of(meeting, "Ej inbjuden", None, invited=False)
    changed = party_of(meeting, "Kom ändå", Answer.NO)
    actions.note_attendance(meeting, {f"i{changed.pk}"}, by=factories.user())
    assert declined(meeting) == ["Nej"]


def test_a_party_has_declined_when_one_said_no_and_nobody_yes() -> None:
    meeting = past_meeting()
    for name, second in (("Ett nej", None), ("Nej och ja", Answer.YES)):
        other = factories.invitee(party_of(meeting, name, Answer.NO).invitation)
        if second:
            said(other, second)
    original = party_of(meeting, "Ersättaren nej", Answer.SUBSTITUTE)
    said(factories.invitee(original.invitation, substitute_for=original), Answer.NO)
    silent = party_of(meeting, "Ersättaren tyst", Answer.SUBSTITUTE)
    factories.invitee(silent.invitation, substitute_for=silent)
    assert declined(meeting) == ["Ersättaren nej", "Ett nej"]


def test_who_represents_two_parties_declines_and_comes_for_both() -> None:
    meeting = past_meeting()
    for name, answer in (("A", Answer.NO), ("C", Answer.YES)):
        both = party_of(meeting, name, answer)
        both.also.add(factories.invitation(meeting, factories.party(name=f"{name} också")))
    head_of_other = factories.invitee(both.also.get())
    said(head_of_other, Answer.NO)
    actions.note_attendance(meeting, {f"i{both.pk}"}, by=factories.user())
    assert declined(meeting) == ["A", "A också"]


@pytest.mark.parametrize("typed", ["Danderyd", " danderyds  KOMMUN", "Gamla Danderyd"])
def test_a_walk_in_counts_for_the_party_whose_name_is_typed(typed: str) -> None:
    meeting = past_meeting()
    chief = party_of(meeting, "Danderyd", Answer.NO)
    party = chief.invitation.party
    assert party is not None
    party.full_name = "Danderyds kommun"
    party.save()
    FormerName.objects.create(party=party, name="Gamla Danderyd", until=date(2001, 1, 1))
    actions.note_attendance(meeting, set(), by=factories.user())
    assert declined(meeting) == ["Danderyd"]
    row = add(meeting, typed)
    assert (row.represents, row.invitation, row.organisation) == (party, chief.invitation, "Danderyd")
    assert declined(meeting) == []


def test_a_walk_in_typed_by_an_earlier_version_counts_too() -> None:
    meeting = past_meeting()
    party_of(meeting, "Danderyd", Answer.NO)
    Attendee.objects.create(meeting=meeting, name="Karin", organisation="Danderyd", attended=True)
    assert declined(meeting) == []


def test_a_walk_in_for_a_party_that_was_not_invited_keeps_its_party() -> None:
    meeting, party = past_meeting(), factories.municipality("Salem", "0128")
    row = add(meeting, "", party=party)
    assert (row.represents, row.invitation, row.organisation) == (party, None, "Salem")
    outsider = add(meeting, "Ett teaterkompani")
    assert (outsider.represents, outsider.organisation) == (None, "Ett teaterkompani")


def test_the_form_takes_a_party_or_an_organisation_and_asks_for_one_of_them() -> None:
    meeting = past_meeting()
    chief = party_of(meeting, "Danderyd", None)
    client, _ = signed_in()
    url = reverse("staff:attendee_add", args=[meeting.pk])
    empty = client.post(url, {"name": ""})
    assert empty.context["form"].errors == {
        "name": ["Detta fält måste fyllas i."],
        "organisation": ["Välj en part, eller skriv vilken organisation personen kom från."],
    }
    client.post(url, {"name": "Karin Nykvist", "party": chief.invitation.party_id})
    client.post(url, {"name": "Ylva Norrby", "staff": "on"})
    assert [str(row) for row in meeting.attendees.all()] == [
        "Karin Nykvist, Danderyd", "Ylva Norrby, Region Stockholm",
    ]  # fmt: skip


def test_who_is_on_the_list_is_ticked_and_not_added_once_more() -> None:
    meeting = past_meeting()
    chief = party_of(meeting, "Danderyd", Answer.SUBSTITUTE)
    with pytest.raises(NotAllowed, match="Kryssa för personen där"):
        add(meeting, "Danderyd", email=chief.email.upper())
    assert [row.key for row in actions.attendance_rows(meeting)] == [f"i{chief.pk}"]


def test_who_waits_for_a_seat_is_not_suggested_as_present() -> None:
    meeting = past_meeting()
    first = party_of(meeting, "Danderyd", Answer.YES)
    first.invitation.seats = 1
    first.invitation.save()
    second = said(factories.invitee(first.invitation), Answer.YES)
    assert {row.key: row.attended for row in actions.attendance_rows(meeting)} == {
        f"i{first.pk}": True,
        f"i{second.pk}": False,
    }


def test_the_page_takes_as_many_queries_with_many_as_with_one() -> None:
    client, used = signed_in()[0], []
    for number in (1, 30):
        meeting = past_meeting()
        for _ in range(number):
            letter(said(factories.invitee(factories.invitation(meeting)), Answer.YES))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("staff:attendance", args=[meeting.pk]))
        used.append(len(queries))
    assert used[0] == used[1]


def test_both_pages_show_the_same_four_things_and_the_same_numbers() -> None:
    meeting = past_meeting()
    came = party_of(meeting, "Ja", Answer.YES)
    no, silent = party_of(meeting, "Nej", Answer.NO), party_of(meeting, "Tyst", None)
    party_of(meeting, "Ej inbjuden", None, invited=False)
    client, _ = signed_in()
    client.post(
        reverse("staff:attendance", args=[meeting.pk]),
        {"present": [f"i{row.pk}" for row in (came, no, silent)], "shown": [f"i{came.pk}"]},
    )
    add(meeting, "Danderyd")
    add(meeting, "Region Stockholm", staff=True)
    pages = [
        without_breaks(client.get(reverse(name, args=[meeting.pk])).content)
        for name in ("staff:invitations", "staff:attendance")
    ]
    answers = "1 kommer, 1 kommer inte, 1 har inte svarat, 1 är inte inbjuden än."
    attendance = "5 personer deltog, varav 1 inte var inbjuden, 1 hade svarat nej och 1 inte hade svarat."
    for page in pages:
        assert (answers in page, attendance in page) == (True, True)
        assert [page.count(f">{word}</span>") for word in ("har inte svarat", "inte inbjuden än")] == [1, 1]
    assert [pages[1].count(words) for words in (">inte inbjuden<", ">från regionen<")] == [1, 1]
