"""Which coming meetings differ from the register: the short form of register_changes.py, for all meetings at once."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from meetings.models import Invitation, Invitee, MeetingState
from parties.models import Mandate

# People have been written to, so that a mandate which ends or begins must not come as a surprise
COMPARED_STATES = (MeetingState.ANNOUNCED, MeetingState.INVITED)
DAY = TruncDate("meeting__starts_at")  # in Stockholm


def lapsed_by_meeting(now: datetime) -> Counter[int]:
    """Return by meeting how many people on the list represent no invited party on the day; one query."""
    held = holding_then().filter(person=OuterRef("person"), party__invitations__in=followed_invitations())
    listed = Invitee.objects.active().filter(
        person__isnull=False,
        substitute_for=None,
        meeting__state__in=COMPARED_STATES,
        meeting__starts_at__gt=now,
    )
    return Counter(listed.annotate(day=DAY).filter(~Exists(held)).values_list("meeting", flat=True))


def lacking_by_meeting(now: datetime) -> Counter[int]:
    """Return by meeting for how many parties somebody with a mandate on the day is not on the list; one query."""
    missing = holding_then().filter(~Exists(listed_or_removed()), party=OuterRef("party"))
    invited: QuerySet[Any] = Invitation.objects.followed_by_register().filter(
        party__isnull=False, meeting__state__in=COMPARED_STATES, meeting__starts_at__gt=now
    )
    return Counter(invited.annotate(day=DAY).filter(Exists(missing)).values_list("meeting", flat=True))


def followed_invitations() -> QuerySet[Invitation]:
    """Return the invitations that count for the meeting of the query around that of the mandates."""
    return Invitation.objects.followed_by_register().filter(meeting=OuterRef(OuterRef("meeting")))


def holding_then() -> QuerySet[Mandate]:
    """Return the mandates that hold on the `day` of the outer query, of parties that exist then."""
    exists = Q(party__ended=None) | Q(party__ended__gt=OuterRef("day"))
    return Mandate.objects.invited(OuterRef("day")).filter(exists)  # type: ignore[arg-type]


def listed_or_removed() -> QuerySet[Invitee]:
    """Return the rows that answer for a mandate of an invitation: who is on the list, or was taken off it by hand."""
    invitation = OuterRef(OuterRef("pk"))
    active, own = Q(withdrawn_at=None), Q(person=OuterRef("person"))
    represents = active & own & (Q(invitation=invitation) | Q(also=invitation))
    by_hand = Q(withdrawn_at__isnull=False, withdrawn_by_register=False) & own
    same_address = active & Q(email__iexact=OuterRef("person__email")) & (Q(person=None) | ~own)
    return Invitee.objects.filter(represents | by_hand | same_address, meeting=OuterRef(OuterRef("meeting")))
