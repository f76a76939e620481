"""Find out who among those who came may not be named, and because of whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from meetings.models import Attendee
from parties.models import Person


def protected_people(came: Iterable[Attendee]) -> dict[int, set[int]]:
    """Return, by attendee, the protected people in the register whom it may be: both as primary keys.

    It may be the person that the invitation was for, and everybody with the same address or name: a substitute has no
    link to a person in the register, and a name typed by hand has no address. One name too few is better than one too
    many. The rows must have been read with their invitees (select_related).
    """
    known: dict[str | int, set[int]] = defaultdict(set)
    for pk, name, email in Person.objects.filter(protected=True).values_list("pk", "name", "email"):
        for sign in (pk, name.casefold(), email.casefold()):
            known[sign].add(pk)
    found = {row.pk: set().union(*(known.get(sign, set()) for sign in _signs(row))) for row in came}
    return {pk: people for pk, people in found.items() if people}


def _signs(row: Attendee) -> list[str | int]:
    """Return what somebody on the attendance list can be recognised by."""
    person = row.invitee.person_id if row.invitee else None
    return [sign for sign in (person, row.name.casefold(), row.email.casefold()) if sign]
