"""Food and access needs: health data, stored apart from the answers and erased 14 days after the meeting."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from meetings.models import CalendarReply, Channel, Invitee, LetterToRead, Meeting, MeetingState, Need
from meetings.replies.answer_lock import lock_invitee
from meetings.replies.deadline import replies_must_be_open

KEEP_NEEDS_FOR = timedelta(days=14)  # after the meeting


@transaction.atomic
def note_needs(invitee: Invitee, *, food: str, access: str) -> None:
    """Store food and access needs; two empty fields erase them. Raise NotAllowed after the deadline."""
    invitee = lock_invitee(invitee)
    replies_must_be_open(invitee, Channel.LINK)
    if food or access:
        Need.objects.update_or_create(invitee=invitee, defaults={"food": food, "access": access})
    else:
        Need.objects.filter(invitee=invitee).delete()


def erase_needs(invitee: Invitee) -> None:
    """Erase the needs of somebody who is no longer invited: no meal is planned for them."""
    Need.objects.filter(invitee=invitee).delete()


def erase_needs_of_meeting(meeting: Meeting) -> None:
    """Erase the needs for a meeting that will not be held."""
    Need.objects.filter(invitee__meeting=meeting).delete()


def erase_old_needs(now: datetime | None = None) -> int:
    """Erase needs that nobody plans by any more, and all that are older than 14 days. Return the number of rows erased.

    Comments in calendar answers may be health data too, so they are erased at the same time; so is whose letters came
    from which address.
    """
    before = (now or timezone.now()) - KEEP_NEEDS_FOR
    useless = Q(invitee__withdrawn_at__isnull=False) | Q(invitee__meeting__state=MeetingState.CANCELLED)
    needs, _ = Need.objects.filter(useless | Q(invitee__meeting__ends_at__lt=before)).delete()
    old = Q(invitee__meeting__ends_at__lt=before)
    words = CalendarReply.objects.filter(old).exclude(comment="", address="")
    letters, _ = LetterToRead.objects.filter(old).delete()
    return needs + letters + words.update(comment="", address="")
