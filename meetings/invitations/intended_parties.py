"""Which parties a meeting is meant for: those of its group, or without a group those of its categories."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from meetings.models import Meeting
from parties.models import Membership, Party, PartyQuerySet


def meeting_day(meeting: Meeting) -> date:
    """Return the day of the meeting in Stockholm. Who is invited is asked of this day, and never of today."""
    return timezone.localdate(meeting.starts_at)


def intended_parties(meeting: Meeting) -> PartyQuerySet:
    """Return the parties that the meeting is meant for and that still exist on its day.

    A group decides alone, also one without parties: then the meeting is meant for nobody yet.
    """
    if meeting.group_id:
        chosen = Party.objects.filter(groups=meeting.group_id)
    else:
        members = Membership.objects.in_year(meeting.round.year).filter(category__meetings=meeting)
        chosen = Party.objects.filter(pk__in=members.values("party"))
    return chosen.active(meeting_day(meeting))
