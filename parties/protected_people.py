"""By what somebody on a list is recognised as a person with protected personal data in the register."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Set

from parties.models import Person

Sign = str | int  # a name or an address in lower case, or the primary key of a person


def protected_by_sign() -> Mapping[Sign, set[int]]:
    """Return, by primary key, name and address, the protected people in the register who have it."""
    known: defaultdict[Sign, set[int]] = defaultdict(set)
    for pk, name, email in Person.objects.filter(protected=True).values_list("pk", "name", "email"):
        for sign in signs_of(pk, name, email):
            known[sign].add(pk)
    return known


def signs_of(person: int | None, name: str, email: str) -> Set[Sign]:
    """Return what somebody can be recognised by: the person that they were invited as, their name and their address.

    A substitute has no link to a person in the register, a name typed by hand has no address, and who is in the
    register may have another name or address there than on the list.
    """
    return {sign for sign in (person, name.casefold(), email.casefold()) if sign}
