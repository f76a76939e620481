"""Which letters should have been written by now but have not been: used by pages, preview and tasks."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.utils import timezone

from dialog_portal.outbox.models import Letter
from meetings.mailings.letters.recipients import MAILINGS, Mailing
from meetings.models import Invitee, Meeting, Purpose
from meetings.models.invitee import InviteeQuerySet


def pending(mailing: Mailing, people: InviteeQuerySet) -> list[Invitee]:
    """Return those of the people who should have a letter of this kind today and for whom none has been made.

    Two queries, however many they are. A letter that was made and stopped is not pending: somebody decided about it.
    """
    day = timezone.localdate().isoformat()
    recipients = mailing.recipients(people).in_order()
    rows = list(recipients.select_related("invitation__party", "link", "invitation__meeting"))
    keys = {row.pk: mailing.key(row, day) for row in rows}
    made = set(Letter.objects.filter(key__in=keys.values()).values_list("key", flat=True))
    return [row for row in rows if keys[row.pk] not in made]


def pending_for(mailing: Mailing, meeting: Meeting) -> list[Invitee]:
    """Return those on one meeting's list who should have a letter of this kind, whether it can be sent now or not.

    What the letters say of the parties that they represent is fetched with them.
    """
    return pending(mailing, meeting.invitees.active().prefetch_related("also__party"))


def count_pending(purpose: Purpose, meeting: Meeting, now: datetime) -> int:
    """Return how many letters of this kind can be made now."""
    mailing = MAILINGS[purpose]
    return 0 if mailing.reason_not_to_send(meeting, now) else len(pending_for(mailing, meeting))


def meetings_with_pending(purpose: Purpose, now: datetime) -> list[tuple[Meeting, int]]:
    """Return the meetings ahead that lack letters of this kind, with how many; a fixed number of queries."""
    mailing = MAILINGS[purpose]
    ahead = Invitee.objects.active().filter(meeting__state__in=mailing.states, meeting__starts_at__gt=now)
    rows = pending(mailing, ahead.select_related("meeting__agenda"))
    numbers = Counter(row.meeting_id for row in rows)
    meetings = {row.meeting_id: row.meeting for row in rows}
    return [(meetings[pk], numbers[pk]) for pk in sorted(numbers)]
