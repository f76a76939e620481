"""Attendance is ticked from the answers and kept under the names of that day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from dialog_portal.states import NotAllowed
from meetings.actions import attendance
from meetings.models import Answer, Channel, Invitee, Meeting, Reply
from parties.models import FormerName
from tests import make
from tests.meetings.acting import signed_in

pytestmark = pytest.mark.django_db


def past_meeting() -> Meeting:
    start = timezone.now() - timedelta(days=1)
    return make.meeting(
        starts_at=start, ends_at=start + timedelta(hours=3), reply_by=start - timedelta(days=7), state="held"
    )


def said(invitee: Invitee, answer: Answer) -> Invitee:
    Reply.objects.create(invitee=invitee, answer=answer, channel=Channel.LINK)
    return invitee


def test_those_who_said_yes_are_ticked_until_somebody_saves() -> None:
    meeting = past_meeting()
    invitation = make.invitation(meeting)
    yes, no = said(make.invitee(invitation), Answer.YES), said(make.invitee(invitation), Answer.NO)
    assert {row.key: row.attended for row in attendance.rows(meeting)} == {
        f"i{yes.pk}": True,
        f"i{no.pk}": False,
    }
    attendance.note(meeting, {f"i{no.pk}"}, by=make.user())
    assert {row.key: row.attended for row in attendance.rows(meeting)} == {
        f"i{yes.pk}": False,
        f"i{no.pk}": True,
    }


def test_the_name_of_that_day_is_kept() -> None:
    meeting, party = past_meeting(), make.party(name="Fackförbundet Scen & Film")
    FormerName.objects.create(party=party, name="Teaterförbundet", until=date(2100, 1, 1))
    invitee = make.invitee(make.invitation(meeting, party))
    attendance.note(meeting, {f"i{invitee.pk}"}, by=make.user())
    assert meeting.attendees.get().organisation == "Teaterförbundet"


def test_saving_twice_makes_no_second_row() -> None:
    meeting = past_meeting()
    invitee = make.invitee(make.invitation(meeting))
    attendance.note(meeting, {f"i{invitee.pk}"}, by=make.user())
    attendance.note(meeting, {f"i{invitee.pk}"}, by=make.user())
    assert meeting.attendees.count() == 1


def test_attendance_before_the_meeting_is_refused() -> None:
    with pytest.raises(NotAllowed, match="inte börjat"):
        attendance.note(make.meeting(), set(), by=make.user())


def test_page_saves_ticks_and_adds_somebody_who_came_anyway() -> None:
    meeting = past_meeting()
    invitee = make.invitee(make.invitation(meeting))
    client, _ = signed_in()
    client.post(reverse("staff:attendance", args=[meeting.pk]), {"present": [f"i{invitee.pk}"]})
    client.post(
        reverse("staff:attendee_add", args=[meeting.pk]),
        {"name": "Oväntad Gäst", "organisation": "En förening", "email": "gast@forening.example"},
    )
    assert sorted(meeting.attendees.filter(attended=True).values_list("name", flat=True)) == sorted(
        [invitee.name, "Oväntad Gäst"]
    )
