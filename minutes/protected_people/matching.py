"""Find out who among those who came may not be named, and because of whom."""

from __future__ import annotations

from collections.abc import Iterable, Set

from meetings.models import Attendee
from parties.protected_people import Sign, protected_by_sign, signs_of


def protected_people(came: Iterable[Attendee]) -> dict[int, set[int]]:
    """Return, by attendee, the protected people in the register whom it may be: both as primary keys.

    It may be the person that the invitation was for, and everybody with the same address or name: a substitute has no
    link to a person in the register, and a name typed by hand has no address. One name too few is better than one too
    many. The rows must have been read with their invitees (select_related).
    """
    known = protected_by_sign()
    found = {row.pk: set().union(*(known.get(sign, set()) for sign in _signs(row))) for row in came}
    return {pk: people for pk, people in found.items() if people}


def _signs(row: Attendee) -> Set[Sign]:
    """Return what somebody on the attendance list can be recognised by."""
    return signs_of(row.invitee.person_id if row.invitee else None, row.name, row.email)
