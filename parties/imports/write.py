"""Write what the planned rows do, by the register's own actions, and remember what was there before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
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
    """Return what differs as soon as somebody has saved the row: its version."""
    return str(row.version)


def values_of(row: Any) -> dict[str, Any]:
    """Return the values of a row that an import may change."""
    return {name: getattr(row, name) for name in CHANGEABLE[type(row)]}


class Written:
    """What an import wrote. A row that is written twice is remembered as it was before the first."""

    def __init__(self, stored: RegisterImport, pack: Pack) -> None:
        self.stored, self.pack = stored, pack
        self.entries: dict[tuple[ImportedKind, int], ImportedRow] = {}

    def remember(self, row: Any, before: dict[str, Any] | None) -> None:
        """Remember a row with its values before; None when it was added."""
        kind = KINDS[type(row)]
        new = ImportedRow(
            register_import=self.stored, kind=kind, row=row.pk, before=before and self.pack(before)
        )
        self.entries.setdefault((kind, row.pk), new).mark = mark_of(row)


def write(operations: Iterable[Operation], stored: RegisterImport, *, pack: Pack, by: Any) -> None:
    """Write the operations: parties, then people, then mandates, each new before changed; new people all at once."""
    written = Written(stored, pack)
    waiting: dict[str, list[Operation]] = {what: [] for what in WRITERS}
    for operation in operations:
        waiting[operation.what].append(operation)
    for what, writer in WRITERS.items():
        for row, before in writer(waiting[what], by):
            written.remember(row, before)
    ImportedRow.objects.bulk_create(written.entries.values(), batch_size=500)


Rows = Iterator[tuple[Any, dict[str, Any] | None]]  # each row, and its values before; None when it was added


def add_parties(operations: list[Operation], by: Any) -> Rows:
    for operation in operations:
        party = party_actions.add_party(operation.values, by=by)
        operation.known.pk = party.pk
        yield party, None


def change_parties(operations: list[Operation], by: Any) -> Rows:
    for operation in operations:
        party = Party.objects.get(pk=operation.known.pk)
        before, seen = values_of(party), party.version
        yield party_actions.change_party(party, operation.values, seen_version=seen, by=by), before


def add_memberships(operations: list[Operation], by: Any) -> Rows:
    for operation in operations:
        membership = Membership(party_id=operation.known.pk, **operation.values)
        yield party_actions.add_membership(membership, by=by), None


def add_people(operations: list[Operation], by: Any) -> Rows:
    people = [Person(**operation.values) for operation in operations]
    mandate_actions.add_people(people, by=by)
    for operation, person in zip(operations, people, strict=True):
        operation.known.pk = person.pk
        yield person, None


def change_people(operations: list[Operation], by: Any) -> Rows:
    for operation in operations:
        person = Person.objects.get(pk=operation.known.pk)
        before, seen = values_of(person), person.version
        change = mandate_actions.change_person(person, operation.values, seen_version=seen, by=by)
        yield change.person, before


def add_mandates(operations: list[Operation], by: Any) -> Rows:
    mandates = [
        Mandate(
            party_id=operation.known.party.pk,
            person_id=operation.owner_pk,
            **operation.values,
        )
        for operation in operations
    ]
    mandate_actions.add_mandates(mandates, by=by)
    for operation, mandate in zip(operations, mandates, strict=True):
        operation.known.pk = mandate.pk
        yield mandate, None


def change_mandates(operations: list[Operation], by: Any) -> Rows:
    for operation in operations:
        mandate = Mandate.objects.get(pk=operation.known.pk)
        before, seen = values_of(mandate), mandate.version
        changed = mandate_actions.change_mandate(mandate, operation.values, seen_version=seen, by=by)
        yield changed, before


# In the order in which they are written: what a row names is there before it
WRITERS: dict[str, Callable[[list[Operation], Any], Rows]] = {
    "add_party": add_parties,
    "change_party": change_parties,
    "add_membership": add_memberships,
    "add_person": add_people,
    "change_person": change_people,
    "add_mandate": add_mandates,
    "change_mandate": change_mandates,
}
