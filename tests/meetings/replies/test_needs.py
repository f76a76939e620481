"""Food and access needs, and what people write with their calendar's answer, are gone when nobody plans by them."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from meetings import tasks
from meetings.models import (
    Answer,
    CalendarReply,
    CalendarReplyOutcome,
    Channel,
    Invitee,
    Meeting,
    MeetingState,
    Need,
)
from meetings.replies.actions import needs
from meetings.replies.actions.needs import (
    KEEP_NEEDS_FOR,
    erase_needs,
    erase_needs_of_meeting,
    erase_old_needs,
    note_needs,
)
from tests import factories

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def meeting() -> Meeting:
    return factories.meeting(state=MeetingState.INVITED, serves_meal=True)


def hungry(meeting: Meeting) -> Invitee:
    """Somebody who has told us what they need, also in the calendar."""
    invitee = factories.invitee(factories.invitation(meeting))
    note_needs(invitee, food="Nötallergi", access="Hörslinga")
    CalendarReply.objects.create(
        invitee=invitee, outcome=CalendarReplyOutcome.TENTATIVE, comment="Jag är allergisk mot nötter"
    )
    return invitee


def kept() -> tuple[int, int]:
    """How many needs there are, and how many words from calendars."""
    return Need.objects.count(), CalendarReply.objects.exclude(comment="").count()


def live_until(moment_after_meeting: timedelta, meeting: Meeting) -> None:
    """What the clock does with them at that moment."""
    with time_machine.travel(meeting.ends_at + moment_after_meeting, tick=False):
        tasks.forget_needs()


def test_the_clock_erases_both_14_days_after_the_meeting(meeting: Meeting):
    hungry(meeting)
    live_until(KEEP_NEEDS_FOR - MINUTE, meeting)
    assert kept() == (1, 1)
    live_until(KEEP_NEEDS_FOR + MINUTE, meeting)
    assert kept() == (0, 0)
    assert CalendarReply.objects.count() == 1


def test_control_without_the_clocks_work_both_are_kept_for_ever(meeting: Meeting, monkeypatch):
    monkeypatch.setattr(needs, "erase_old_needs", lambda: 0)
    hungry(meeting)
    live_until(timedelta(days=4000), meeting)
    assert kept() == (1, 1)


def test_who_is_no_longer_invited_is_forgotten_alone(meeting: Meeting):
    one, other = hungry(meeting), hungry(meeting)
    erase_needs(one)
    assert list(Need.objects.values_list("invitee", flat=True)) == [other.pk]


def test_a_meeting_that_is_not_held_forgets_everybodys_needs_and_no_other_meetings(meeting: Meeting):
    hungry(meeting)
    hungry(meeting)
    elsewhere = hungry(factories.meeting(state=MeetingState.INVITED))
    erase_needs_of_meeting(meeting)
    assert list(Need.objects.values_list("invitee", flat=True)) == [elsewhere.pk]


def test_what_was_left_behind_by_somebody_taken_off_or_a_cancelled_meeting_goes_within_the_hour(
    meeting: Meeting,
):
    """Also what was stored before needs were erased at once."""
    gone, _ = hungry(meeting), hungry(meeting)
    cancelled = hungry(factories.meeting(state=MeetingState.INVITED)).meeting
    Invitee.objects.filter(pk=gone.pk).update(withdrawn_at=timezone.now())
    Meeting.objects.filter(pk=cancelled.pk).update(state=MeetingState.CANCELLED)
    assert erase_old_needs() == 2
    assert kept() == (1, 3)


def test_the_clock_comes_by_each_hour():
    schedule: dict[str, dict[str, Any]] = settings.CELERY_BEAT_SCHEDULE
    assert [row["schedule"] for row in schedule.values() if row["task"] == "meetings.forget_needs"] == [
        3600.0
    ]


def test_words_that_an_older_program_wrote_into_the_ledger_are_erased_and_it_is_closed_again(
    meeting: Meeting,
):
    invitee = factories.invitee(factories.invitation(meeting))
    for channel in (Channel.CALENDAR, Channel.PHONE):
        invitee.replies.create(answer=Answer.YES, channel=channel, note="Jag är allergisk mot nötter")
    migration = import_module("meetings.migrations.0010_calendars_words_leave_the_ledger").Migration
    for operation in migration.operations:
        operation.code(apps, connection.schema_editor())
    assert list(invitee.replies.values_list("note", flat=True)) == ["", "Jag är allergisk mot nötter"]
    with pytest.raises(DatabaseError), transaction.atomic():
        invitee.replies.update(note="")
