"""Write what a planned row does, by the register's own actions, and remember what was there before."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from parties.actions import mandates as mandate_actions
from parties.actions import parties as party_actions
from parties.imports.plan_row import Operation
from parties.models import ImportedKind, ImportedRow, Mandate, Membership, Party, Person, RegisterImport

Pack = Callable[[Any], bytes]
MODELS: dict[ImportedKind, Any] = {
    ImportedKind.PARTY: Party,
    ImportedKind.MEMBERSHIP: Membership,
    ImportedKind.PERSON: Person,
    ImportedKind.MANDATE: Mandate,
}
KINDS = {model: kind for kind, model in MODELS.items()}
# What an import may change in a row that was there before
CHANGEABLE: dict[Any, tuple[str, ...]] = {
    Party: ("full_name",),
    Person: ("name", "phone"),
    Mandate: ("title", "from_date", "to_date", "acting", "receives_invitations"),
}


def mark_of(row: Any) -> str:
    """Return what differs as soon as somebody has saved the row: its version, or a membership's fingerprint."""
    return str(row.fingerprint if isinstance(row, Membership) else row.version)


def values_of(row: Any) -> dict[str, Any]:
    """Return the values of a row that an import may change."""
    return {name: getattr(row, name) for name in CHANGEABLE[type(row)]}


def write(operations: Iterable[Operation], stored: RegisterImport, *, pack: Pack, by: Any) -> None:
    """Write the operations in their order. A row that is written twice is remembered as it was before the first."""
    written: dict[tuple[ImportedKind, int], ImportedRow] = {}
    for operation in operations:
        row, before = WRITERS[operation.what](operation, by)
        key = KINDS[type(row)], row.pk
        entry = written.setdefault(
            key,
            ImportedRow(register_import=stored, kind=key[0], row=row.pk, before=before and pack(before)),
        )
        entry.mark = mark_of(row)
    ImportedRow.objects.bulk_create(written.values(), batch_size=500)


Written = tuple[Any, dict[str, Any] | None]  # the row, and its values before; None when it was added


def add_party(operation: Operation, by: Any) -> Written:
    party = party_actions.add_party(operation.values, by=by)
    operation.known.pk = party.pk
    return party, None


def change_party(operation: Operation, by: Any) -> Written:
    party = Party.objects.get(pk=operation.known.pk)
    before = values_of(party)
    seen = party.version
    return party_actions.change_party(party, operation.values, seen_version=seen, by=by), before


def add_membership(operation: Operation, by: Any) -> Written:
    membership = Membership(party_id=operation.known.pk, **operation.values)
    return party_actions.add_membership(membership, by=by), None


def add_person(operation: Operation, by: Any) -> Written:
    person = mandate_actions.add_person(**operation.values, by=by)
    operation.known.pk = person.pk
    return person, None


def change_person(operation: Operation, by: Any) -> Written:
    person = Person.objects.get(pk=operation.known.pk)
    before, seen = values_of(person), person.version
    return mandate_actions.change_person(person, operation.values, seen_version=seen, by=by).person, before


def add_mandate(operation: Operation, by: Any) -> Written:
    mandate = Mandate(party_id=operation.known.party.pk, **operation.values)
    person = Person.objects.get(email=operation.owner.email if operation.owner else "")
    mandate = mandate_actions.add_mandate(mandate, person=person, by=by)
    operation.known.pk = mandate.pk
    return mandate, None


def change_mandate(operation: Operation, by: Any) -> Written:
    mandate = Mandate.objects.get(pk=operation.known.pk)
    before, seen = values_of(mandate), mandate.version
    return mandate_actions.change_mandate(mandate, operation.values, seen_version=seen, by=by), before


WRITERS: dict[str, Callable[[Operation, Any], Written]] = {
    "add_party": add_party,
    "change_party": change_party,
    "add_membership": add_membership,
    "add_person": add_person,
    "change_person": change_person,
    "add_mandate": add_mandate,
    "change_mandate": change_mandate,
}
