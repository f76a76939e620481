"""People and the posts they hold."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from dialog_portal.base.audit import record
from dialog_portal.base.states import NotAllowed
from parties.forms.mandate import HolderForm, MandateForm, PersonForm
from parties.models import Mandate, Person
from parties.signals import address_changed


@transaction.atomic
def add_person(*, name: str, email: str, phone: str, by: Any) -> Person:
    """Somebody new in the register."""
    person = Person.objects.create(name=name, email=email.lower(), phone=phone)
    record(by, "person: la till", person)
    return person


@transaction.atomic
def change_person(form: PersonForm, *, by: Any) -> list[str]:
    """Change what all of a person's mandates share; answers what followed elsewhere, in sentences."""
    before = Person.objects.values_list("email", flat=True).get(pk=form.instance.pk)
    person: Person = form.save()
    record(by, "person: ändrade", person, fields=form.changed_data)
    if person.email.lower() == before.lower():
        return []
    heard: list[tuple[Any, Any]] = address_changed.send(sender=Person, person=person, by=by)
    return [sentence for _, sentences in heard for sentence in sentences]


@transaction.atomic
def add_mandate(mandate: Mandate, *, person: Person, by: Any) -> Mandate:
    """Give somebody a post; the very same one twice is refused, since a form may be sent twice."""
    mandate.person = person
    twin = Mandate.objects.filter(
        person=person, party=mandate.party, title=mandate.title, from_date=mandate.from_date
    )
    if twin.exists():
        raise NotAllowed(f"{person} har redan det uppdraget från den dagen.")
    mandate.save()
    record(by, "uppdrag: la till", mandate, party=mandate.party_id, person=person.pk)
    return mandate


@transaction.atomic
def change_mandate(form: MandateForm, *, by: Any) -> Mandate:
    """Change a post."""
    mandate: Mandate = form.save()
    record(by, "uppdrag: ändrade", mandate, fields=form.changed_data)
    return mandate


@transaction.atomic
def end_mandate(
    mandate: Mandate,
    *,
    last_day: date,
    by: Any,
    successor: Mandate | None,
    person: Person | None,
) -> Mandate:
    """End a post, and in the same go give it to the person who comes next; the former holder is kept."""
    now = Mandate.objects.select_for_update().get(pk=mandate.pk)
    if now.to_date is not None:
        raise NotAllowed("Uppdraget är redan avslutat.")
    now.to_date, now.version = last_day, now.version + 1
    now.save(update_fields=["to_date", "version"])
    record(by, "uppdrag: avslutade", now, last_day=last_day)
    if successor and person:
        successor.party = now.party
        begins: Any = successor.from_date  # left open: the day after
        successor.from_date = begins or last_day + timedelta(days=1)
        add_mandate(successor, person=person, by=by)
    return now


def holder(form: HolderForm, *, by: Any) -> Person:
    """The person that the form names: chosen from the register, or added to it now."""
    values = form.cleaned_data
    chosen: Person | None = values["person"]
    return chosen or add_person(name=values["name"], email=values["email"], phone=values["phone"], by=by)
