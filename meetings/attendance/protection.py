"""Whoever lets a protected name stand in notes again is an author of them: the approval must know of it."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from dialog_portal.base.audit import Event
from dialog_portal.base.authorship import Part, record_authorship
from dialog_portal.base.swedish import SwedishLower
from meetings.models import Attendee, Invitee, Meeting
from parties.models import Person
from parties.signals import protection_changed


def follow_protection(person: Person, before: Person, event: Event, **_: Any) -> list[str]:
    """Note the author for each begun meeting with somebody of the address or name that was protected until now.

    The row of authorship about the person does not say which name or address they had.
    """
    same = (person.protected, person.name, person.email) == (True, before.name, before.email)
    if event.by is not None and before.protected and not same:
        for meeting in meetings_with(before):
            record_authorship(event, meeting, Part.FACTS)
    return []


def meetings_with(person: Person) -> list[Meeting]:
    """Return the begun meetings to which somebody with this address or name came or was invited."""
    called = {"lower_name": SwedishLower(F("name"))}
    alike = Q(lower_name=person.name.lower()) | Q(email__iexact=person.email)
    came = Attendee.objects.annotate(**called).filter(alike)
    invited = Invitee.objects.annotate(**called).filter(alike)
    begun = Meeting.objects.filter(starts_at__lte=timezone.now())
    return list(begun.filter(Q(pk__in=came.values("meeting")) | Q(pk__in=invited.values("meeting"))))


def connect_register() -> None:
    """Call `follow_protection` for everybody in the register whose protection changes."""
    protection_changed.connect(follow_protection, dispatch_uid="meetings.protection")
