"""Letters that nobody has sent though people go by what they were told before: the meeting has moved, or is off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import CharField, Count, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse

from dialog_portal.access.models import User
from dialog_portal.base.swedish import count
from dialog_portal.dashboard.tasks.task import Task
from meetings.mailings.letters.recipients import MAILINGS, SAYS_WHEN, TOLD
from meetings.models import Invitee, MeetingLetter, Purpose
from meetings.models.invitee import InviteeQuerySet
from meetings.models.meeting_letter import MeetingLetterQuerySet

CURRENT = Concat(Value(":v"), Cast(OuterRef("meeting__letter_version"), CharField()))
VERBS = {Purpose.UPDATE: "Skicka brevet om ändringen", Purpose.CANCELLATION: "Skicka brevet om inställt möte"}


def letters_that_are_owed(user: User, now: datetime) -> Iterator[Task]:
    """Meetings ahead where somebody was told another time or place, or does not know that it is cancelled."""
    for purpose, people in ((Purpose.UPDATE, told_something_old()), (Purpose.CANCELLATION, not_told_off())):
        ahead: Any = people.filter(meeting__starts_at__gt=now).order_by()
        rows = ahead.values_list("meeting", "meeting__title").annotate(Count("pk"))
        for meeting, title, number in rows.order_by("meeting"):
            url = reverse("staff:letters_preview", args=[meeting, purpose])
            who = count(number, "person,personer")
            why = f"{who} har fått en tid eller plats som inte gäller längre."
            if purpose == Purpose.CANCELLATION:
                why = f"{who} har inte fått veta att mötet är inställt."
            yield Task(VERBS[purpose], title, url, why, letters=2)


def told_something_old() -> InviteeQuerySet:
    """As in meetings.mailings.letters.recipients, for all meetings at once; whoever has got the update is left out."""
    current = MeetingLetter.objects.filter(invitee=OuterRef("pk"), letter__key__endswith=CURRENT)
    made = current.filter(purpose=Purpose.UPDATE)
    right = current.filter(purpose__in=TOLD).not_stopped_in_time()
    old = telling().versioned().exclude(letter__key__endswith=CURRENT)
    return in_time(Purpose.UPDATE).filter(
        Exists(old), ~Exists(made), ~Exists(right), meeting__letter_version__gt=1
    )


def not_told_off() -> InviteeQuerySet:
    """Those who may have been told when the meeting is, but for whom nobody has made a letter that it is not."""
    have = MeetingLetter.objects.filter(invitee=OuterRef("pk"), purpose=Purpose.CANCELLATION)
    return in_time(Purpose.CANCELLATION).filter(Exists(telling()), ~Exists(have))


def in_time(purpose: Purpose) -> InviteeQuerySet:
    """Everybody on the list of a meeting about which letters of this kind can be sent now."""
    return Invitee.objects.active().filter(meeting__state__in=MAILINGS[purpose].states)


def telling() -> MeetingLetterQuerySet:
    """A person's letters that say when the meeting is."""
    letters = MeetingLetter.objects.filter(invitee=OuterRef("pk"), purpose__in=SAYS_WHEN)
    return letters.not_stopped_in_time()
