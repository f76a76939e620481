"""A party's seats: who gets them, in which order, and who is on the waiting list.

The first of those who want a seat have one, never more than the party has seats; the rest wait in the same order.
It is counted from the answers each time, so two who answer at the same moment cannot both get the last seat; the lock
of meetings/replies/answer_lock.py makes what their receipts say true.
"""

from __future__ import annotations

from collections.abc import Iterable

from meetings.models.invitee import Invitee
from meetings.models.reply import Answer


def seat_order(invitees: Iterable[Invitee]) -> list[int]:
    """Return the ids of those who want a seat, first come, first served.

    Somebody wants a seat when they said yes, or handed over to a substitute who is still on the list. A person and
    their substitutes count as one, under the person's id: a seat that is handed over keeps its place, and a person
    who says no and then yes again goes last.
    """
    chains: dict[int, list[Invitee]] = {}
    for invitee in invitees:
        chains.setdefault(invitee.substitute_for_id or invitee.pk, []).append(invitee)
    wishes = {root: wish for root, chain in chains.items() if (wish := first_wish(chain))}
    return sorted(wishes, key=wishes.__getitem__)


def seated(order: list[int], seats: int) -> list[int]:
    """Return who has a seat: the first in the order, as many as there are seats."""
    return order[:seats]


def waiting(order: list[int], seats: int) -> list[int]:
    """Return who is on the waiting list, the next in turn first."""
    return order[seats:]


def first_wish(chain: list[Invitee]) -> int | None:
    """Return the id of the first reply that asks for a seat after the last no of a person and their substitutes.

    None when nobody of them wants a seat.
    """
    if not any(may_come(invitee) for invitee in chain):
        return None
    replies = sorted(
        (row.pk, row.answer) for invitee in chain for row in invitee.replies.all() if row.confirmed
    )
    wish = None
    for pk, answer in replies:
        wish = None if answer == Answer.NO else wish or pk
    return wish


def may_come(invitee: Invitee) -> bool:
    """Return whether a person is still on the list and has not handed over their seat."""
    last = max((row for row in invitee.replies.all() if row.confirmed), key=lambda row: row.pk, default=None)
    handed_over = last is not None and last.answer == Answer.SUBSTITUTE
    return invitee.withdrawn_at is None and not handed_over
