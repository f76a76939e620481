"""Actions on people and their mandates (posts): add and change both, end a mandate, name a successor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from dialog_portal.base.audit import Event, record, record_all
from dialog_portal.base.authorship import Part, record_authorship, record_authorship_all
from dialog_portal.base.stale_saves import lock_if_unchanged, save_if_unchanged
from dialog_portal.base.states import NotAllowed
from dialog_portal.base.typed_text import is_same_text
from parties.audit_events import PartiesEvent
from parties.models import Mandate, Person
from parties.signals import address_changed, protection_changed

PERSON_FIELDS_IN_NOTES = frozenset({"protected", "name", "email"})  # as PersonForm names them


@transaction.atomic
def add_person(*, name: str, email: str, phone: str, by: Any) -> Person:
    """Add a person to the register."""
    person = Person(name=name, email=email.lower(), phone=phone)
    add_people([person], by=by)
    return person


@transaction.atomic
def add_people(people: Sequence[Person], *, by: Any) -> None:
    """Add people to the register; they get their primary keys, and `by` is an author of what notes show of them."""
    Person.objects.bulk_create(people, batch_size=500)
    events = record_all(by, PartiesEvent.PERSON_ADDED, ((person, {}) for person in people))
    if by is not None:
        record_authorship_all(zip(events, people, strict=True), Part.IDENTITY)


@transaction.atomic
def add_mandates(mandates: Sequence[Mandate], *, by: Any) -> None:
    """Add many mandates of stored people, as `add_mandate` does one; the caller knows that none is there already."""
    Mandate.objects.bulk_create(mandates, batch_size=500)
    details = ((row, {"party": row.party_id, "person": row.person_id}) for row in mandates)
    record_all(by, PartiesEvent.MANDATE_ADDED, details)


@dataclass(frozen=True)
class PersonChange:
    """A changed person, and Swedish sentences about the effects on letters and links."""

    person: Person
    consequences: list[str]


@transaction.atomic
def change_person(
    person: Person, values: Mapping[str, Any], *, seen_version: int | None, by: Any
) -> PersonChange:
    """Change a person. A new e-mail address is also used for letters and links of coming meetings.

    Raise StaleSave if somebody else saved the person since `seen_version`.
    """
    before = lock_if_unchanged(person, seen_version=seen_version)
    saved = save_if_unchanged(person, values, seen_version=seen_version, by=by)
    person = saved.row
    event = record(by, PartiesEvent.PERSON_CHANGED, person, fields=saved.fields)
    answers: list[tuple[Any, Any]] = []
    if PERSON_FIELDS_IN_NOTES & set(saved.fields):
        answers += _follow_identity(person, before, event)
    if person.email.lower() != before.email.lower():
        answers += address_changed.send(sender=Person, person=person, by=by)
    return PersonChange(person, [sentence for _, sentences in answers for sentence in sentences])


def _follow_identity(person: Person, before: Person, event: Event) -> list[tuple[Any, Any]]:
    """Say who changed whom notes name; return what the receivers of `protection_changed` say.

    The name and address of somebody who is not protected decide nothing yet. They do when the person becomes protected,
    so who changed them is kept too.
    """
    protected = person.protected or before.protected
    if event.by is not None:
        record_authorship(event, person, Part.FACTS if protected else Part.IDENTITY)
    if not protected:
        return []
    return protection_changed.send(sender=Person, person=person, before=before, event=event)


@transaction.atomic
def add_mandate(mandate: Mandate, *, person: Person, by: Any) -> Mandate:
    """Add a mandate of a person. A person who is not in the register yet is added to it.

    Raise NotAllowed if the person already has the same post from the same day: a form may be sent twice.
    """
    mandate.person = person = person if person.pk else _add_holder(person, by=by)
    posts = Mandate.objects.filter(person=person, party=mandate.party, from_date=mandate.from_date)
    if any(is_same_text(post.title, mandate.title) for post in posts):
        raise NotAllowed(f"{person} har redan det uppdraget från den dagen.")
    mandate.save()
    record(by, PartiesEvent.MANDATE_ADDED, mandate, party=mandate.party_id, person=person.pk)
    return mandate


def _add_holder(person: Person, *, by: Any) -> Person:
    return add_person(name=person.name, email=person.email, phone=person.phone, by=by)


@transaction.atomic
def change_mandate(
    mandate: Mandate, values: Mapping[str, Any], *, seen_version: int | None, by: Any
) -> Mandate:
    """Change a mandate. Raise StaleSave if somebody else saved it since `seen_version`."""
    saved = save_if_unchanged(mandate, values, seen_version=seen_version, by=by)
    mandate = saved.row
    record(by, PartiesEvent.MANDATE_CHANGED, mandate, fields=saved.fields)
    return mandate


@transaction.atomic
def end_mandate(
    mandate: Mandate,
    *,
    last_day: date,
    seen_version: int | None,
    by: Any,
    successor: Mandate | None,
    person: Person | None,
) -> Mandate:
    """End a mandate on its last day and, if given, add the successor's, which begins the next day by default.

    The ended mandate stays in the register. Raise NotAllowed if it already has an end, and StaleSave if somebody else
    saved it since `seen_version`.
    """
    now = lock_if_unchanged(mandate, seen_version=seen_version)
    if now.to_date is not None:
        raise NotAllowed("Uppdraget är redan avslutat.")
    now = save_if_unchanged(now, {"to_date": last_day}, seen_version=seen_version, by=by).row
    record(by, PartiesEvent.MANDATE_ENDED, now, last_day=last_day)
    if successor and person:
        successor.party = now.party
        begins: Any = successor.from_date  # left open: the day after
        successor.from_date = begins or last_day + timedelta(days=1)
        add_mandate(successor, person=person, by=by)
    return now
