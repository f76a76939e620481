"""Food and access needs: health data, kept apart from the answers and erased as soon as nobody plans by them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from meetings.models import CalendarReply, Channel, Invitee, Meeting, MeetingState, Need
from meetings.replies.seats import lock_invitee, replies_must_be_open

KEEP_NEEDS_FOR = timedelta(days=14)  # after the meeting


@transaction.atomic
def note_needs(invitee: Invitee, *, food: str, access: str) -> None:
    """Keep what a guest tells about food and access; two empty fields take it away."""
    invitee = lock_invitee(invitee)
    replies_must_be_open(invitee, Channel.LINK)
    if food or access:
        Need.objects.update_or_create(invitee=invitee, defaults={"food": food, "access": access})
    else:
        Need.objects.filter(invitee=invitee).delete()


def erase_needs(invitee: Invitee) -> None:
    """Erase what somebody told who is no longer invited: nobody plans a meal for them."""
    Need.objects.filter(invitee=invitee).delete()


def erase_needs_of_meeting(meeting: Meeting) -> None:
    """Erase what was told about a meeting that will not be held."""
    Need.objects.filter(invitee__meeting=meeting).delete()


def erase_old_needs(now: datetime | None = None) -> int:
    """Erase what nobody plans by any more, and 14 days after a meeting all the rest; answers how much there was.

    What people write in their calendar's answer may be of the same kind, so it goes at the same time.
    """
    before = (now or timezone.now()) - KEEP_NEEDS_FOR
    useless = Q(invitee__withdrawn_at__isnull=False) | Q(invitee__meeting__state=MeetingState.CANCELLED)
    needs, _ = Need.objects.filter(useless | Q(invitee__meeting__ends_at__lt=before)).delete()
    words = CalendarReply.objects.filter(invitee__meeting__ends_at__lt=before).exclude(comment="")
    return needs + words.update(comment="")
