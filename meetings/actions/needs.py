"""Food and access needs: health data, kept apart from the answers and erased soon after the meeting."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from meetings.actions.seats import lock, must_be_open
from meetings.models import Channel, Invitee, Need

NEEDS_ARE_KEPT = timedelta(days=14)  # after the meeting


@transaction.atomic
def note_needs(invitee: Invitee, *, food: str, access: str) -> None:
    """Keep what a guest tells about food and access; two empty fields take it away."""
    invitee = lock(invitee)
    must_be_open(invitee, Channel.LINK)
    if food or access:
        Need.objects.update_or_create(invitee=invitee, defaults={"food": food, "access": access})
    else:
        Need.objects.filter(invitee=invitee).delete()


def forget_needs(now: datetime | None = None) -> int:
    """Erase food and access needs 14 days after the meeting; answers how many there were."""
    before = (now or timezone.now()) - NEEDS_ARE_KEPT
    return Need.objects.filter(invitee__meeting__ends_at__lt=before).delete()[0]
