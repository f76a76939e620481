"""Changing a meeting is one action: it compares, saves and draws the consequences, or does none of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from dialog_portal.base.audit import Event
from dialog_portal.base.stale_saves import StaleSave
from dialog_portal.base.states import NotAllowed
from dialog_portal.outbox.models import Letter
from meetings.models import Meeting, MeetingState
from meetings.planning.actions import meetings
from tests import factories
from tests.meetings.acting import at, letter, retyped, signed_in
from tests.pages import without_breaks

pytestmark = pytest.mark.django_db
PLACE = {"venue": "Nacka stadshus"}


def planned(**values: Any) -> Meeting:
    moments = {"starts_at": at("2027-05-06 15:00"), "ends_at": at("2027-05-06 18:00")}
    return factories.meeting(**{**moments, "reply_by": at("2027-04-29 23:59"), **values})


def change(meeting: Meeting, **values: Any) -> meetings.MeetingChange:
    return meetings.change_meeting(meeting, values, seen_version=meeting.version, by=factories.user())


def assert_untouched(meeting: Meeting, waiting: Letter) -> None:
    stored = Meeting.objects.get()
    assert (stored.venue, stored.version, stored.sequence) == (meeting.venue, 1, 0)
    assert (Letter.objects.get(pk=waiting.pk).state, Event.objects.count()) == ("queued", 0)


def test_a_change_says_whether_people_hold_a_wrong_time_or_place():
    unknown, known = planned(), planned(state=MeetingState.INVITED)
    changes = [change(row, title="Nytt") for row in (unknown, known)]
    changes += [change(one.meeting, **PLACE) for one in changes]
    assert [one.outdated for one in changes] == [False, False, False, True]
    assert [(row.version, row.letter_version) for row in Meeting.objects.order_by("pk")] == [(3, 1), (3, 2)]


def test_a_stale_change_is_refused_and_stops_no_letter():
    meeting = planned(state=MeetingState.INVITED)
    waiting = letter(factories.invitee(factories.invitation(meeting)))
    with pytest.raises(StaleSave):
        meetings.change_meeting(meeting, PLACE, seen_version=0, by=factories.user())
    assert_untouched(meeting, waiting)


def test_control_a_fresh_change_stops_it():
    meeting = planned(state=MeetingState.INVITED)
    waiting = letter(factories.invitee(factories.invitation(meeting)))
    Letter.objects.update(sender=factories.user())
    change(meeting, **PLACE)
    assert Letter.objects.get(pk=waiting.pk).state == "stopped"


def test_a_meeting_that_was_cancelled_meanwhile_stays_as_it_was():
    meeting = planned(state=MeetingState.INVITED)
    waiting = letter(factories.invitee(factories.invitation(meeting)))
    Meeting.objects.update(state=MeetingState.CANCELLED)  # after the caller's copy was read
    with pytest.raises(NotAllowed, match="är inställt och kan inte ändras"):
        change(meeting, **PLACE)
    assert_untouched(meeting, waiting)


def test_a_meeting_that_was_held_meanwhile_cannot_be_moved_ahead():
    start = timezone.now() - timedelta(hours=1)
    meeting = planned(starts_at=start, ends_at=start + timedelta(hours=2), reply_by=start)
    Meeting.objects.update(state=MeetingState.HELD)  # after the caller's copy was read
    later = start + timedelta(days=2)
    with pytest.raises(meetings.HeldInFuture):
        change(meeting, starts_at=later, ends_at=later + timedelta(hours=2))
    assert Meeting.objects.get().starts_at == start


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"starts_at": at("2027-05-07 15:00"), "ends_at": at("2027-05-07 18:00")}, ["day"]),
        ({"starts_at": at("2027-05-06 15:15")}, ["start"]),
        ({"ends_at": at("2027-05-06 18:15")}, ["end"]),
        ({"reply_by": at("2027-04-28 23:59")}, ["reply_on"]),
        ({"starts_at": at("2027-05-06 15:00"), "title": "Nytt", **PLACE}, ["title", "venue"]),
        ({}, []),
    ],
)
def test_the_log_names_what_was_changed_as_the_form_does(values: dict[str, Any], fields: list[str]):
    change(planned(), **values)
    assert Event.objects.get().detail["fields"] == fields


@pytest.mark.parametrize(
    ("name", "field", "reason"),
    [
        ("meeting_change", "title", "är inställt och kan inte ändras"),
        ("meeting_cancel", "reason", "är inställt"),
    ],
)
def test_what_was_typed_stands_in_the_form_when_the_meeting_was_cancelled_meanwhile(name, field, reason):
    client, user = signed_in()
    meeting = factories.meeting()
    data = retyped(meeting, **{field: "Viktig ny text"})
    meetings.cancel_meeting(meeting, reason="Sjukdom", by=user)
    page = client.post(reverse(f"staff:{name}", args=[meeting.pk]), data)
    said = without_breaks(page.content)
    assert (page.status_code, "Viktig ny text" in said, reason in said) == (200, True, True)
