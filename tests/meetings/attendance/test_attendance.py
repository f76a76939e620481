"""Attendance is ticked from the answers and kept under the names of that day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from dialog_portal.base.states import NotAllowed
from meetings.attendance import actions
from meetings.models import Answer, Channel, Invitee, Meeting, Reply
from parties.models import FormerName
from tests import factories
from tests.meetings.acting import signed_in

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


def test_the_absent_neither_came_nor_sent_somebody_who_came() -> None:
    meeting = past_meeting()
    invitation = factories.invitation(meeting)
    away, original = factories.invitee(invitation), said(factories.invitee(invitation), Answer.SUBSTITUTE)
    deputy = factories.invitee(invitation, substitute_for=original)
    actions.add_attendee(
        meeting, name="Kim", organisation="En förening", email="", title="", staff=False, by=factories.user()
    )
    actions.note_attendance(meeting, {f"i{deputy.pk}"}, by=factories.user())
    assert actions.absent(meeting) == [away]
