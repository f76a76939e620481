"""Note which editions name somebody who has become protected, and what was done about it."""

from __future__ import annotations

import json
import re
from functools import reduce
from operator import or_
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.states import NotAllowed
from dialog_portal.base.swedish import count
from meetings.models import Attendee
from minutes.audit_events import MinutesEvent
from minutes.models import Edition, ProtectedName, Rendering
from parties.models import Person
from parties.signals import protection_changed


def names_of(person: Person) -> set[str]:
    """Return the names under which a person may stand in notes: the present one, and those they had at meetings."""
    theirs = Attendee.objects.filter(Q(invitee__person=person) | Q(email__iexact=person.email))
    return {person.name, *theirs.values_list("name", flat=True).distinct()}


def as_in_json(name: str) -> str:
    """Return a name as the JSON of an edition writes it."""
    return json.dumps(name, ensure_ascii=False)[1:-1]


def is_named_in(text: str, names: set[str]) -> bool:
    """Return whether one of the names stands in the JSON of an edition, in full and as words of its own."""
    return any(re.search(rf"(?<!\w){re.escape(as_in_json(name))}(?!\w)", text) for name in names)


def note_names(person: Person) -> int:
    """Note the editions that name a protected person, each once. Return how many they are."""
    names = names_of(person)
    wanted = reduce(or_, (Q(rendering__json__contains=as_in_json(name)) for name in names))
    texts = Edition.objects.filter(wanted).values_list("pk", "rendering__json").iterator(chunk_size=50)
    found = [pk for pk, text in texts if is_named_in(text, names)]
    rows = [ProtectedName(edition_id=pk, person=person) for pk in found]
    ProtectedName.objects.bulk_create(rows, ignore_conflicts=True)
    return len(found)


def protected_people_in(rendering: Rendering) -> list[Person]:
    """Return the protected people whom notes name: they were written before these became protected."""
    people = Person.objects.filter(protected=True).order_by("pk")
    return [person for person in people if is_named_in(rendering.json, names_of(person))]


def note_names_in(edition: Edition) -> None:
    """Note the protected people whom a new edition names."""
    people = protected_people_in(edition.rendering)
    ProtectedName.objects.bulk_create(ProtectedName(edition=edition, person=person) for person in people)


def follow_protection(person: Person, **_: Any) -> list[str]:
    """Note the editions that name a person who has become protected; forget them when the protection ends.

    Return Swedish sentences about the result.
    """
    if not person.protected:
        ProtectedName.objects.filter(person=person, dealt_with_at=None).delete()
        return []
    number = note_names(person)
    named = f"{person} namnges i {count(number, 'publicerad utgåva,publicerade utgåvor')}."
    return [f"{named} Det står på startsidan tills någon har gjort något åt det."] if number else []


@transaction.atomic
def note_as_dealt_with(row: ProtectedName, how: str, *, by: User) -> ProtectedName:
    """Note what was done about a name in an edition. Raise NotAllowed if somebody has noted that already."""
    row = (
        ProtectedName.objects.select_for_update(of=("self",))
        .select_related("edition__minutes")
        .get(pk=row.pk)
    )
    if row.dealt_with_at:
        raise NotAllowed("Någon har redan skrivit vad som gjordes.")
    row.dealt_with_at, row.dealt_with_by, row.how = timezone.now(), by, how
    row.save(update_fields=["dealt_with_at", "dealt_with_by", "how"])
    record(
        by, MinutesEvent.NAME_DEALT_WITH, row.edition.minutes, edition=row.edition_id, person=row.person_id
    )
    return row


def open_names() -> QuerySet[ProtectedName]:
    """Return what nobody has dealt with yet, the oldest first, with the meetings that it is about."""
    rows = ProtectedName.objects.filter(dealt_with_at=None, person__protected=True)
    return rows.select_related("edition__minutes__meeting", "person").order_by(F("found_at"), "pk")


def connect_register() -> None:
    """Call `follow_protection` for everybody in the register whose protection changes."""
    protection_changed.connect(follow_protection, dispatch_uid="minutes.protected_people")
