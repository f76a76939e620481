"""The status of one person's reply: what they answered, whether they have a seat, and who comes in their place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from meetings.models import Answer, Invitation, Invitee, Reply
from meetings.models.reply import last_confirmed


@dataclass(frozen=True)
class ReplyStatus:
    """`place` is the position in the order of seats from 1, also for those who wait; 0 for those who want no seat."""

    answer: Answer | None
    at: datetime | None
    place: int
    seats: int
    taken: int
    substitute: Invitee | None
    substitute_answer: Answer | None
    unconfirmed: Answer | None
    via: Invitee | None  # the coordinator who answered for them

    @property
    def is_seated(self) -> bool:
        return 0 < self.place <= self.seats

    @property
    def is_waiting(self) -> bool:
        return self.place > self.seats

    @property
    def queue(self) -> int:
        """The number on the waiting list from 1, 0 for those who do not wait."""
        return max(self.place - self.seats, 0)

    @property
    def is_full(self) -> bool:
        """Whether all seats of the party are taken."""
        return self.taken >= self.seats

    @property
    def case(self) -> str:
        """One word for the situation, by which pages and letters choose their sentences."""
        if self.answer == Answer.SUBSTITUTE:
            return "handed_over"
        if self.answer == Answer.YES:
            return "waiting" if self.is_waiting else "seated"
        return "no" if self.answer == Answer.NO else "silent"


def reply_status(invitee: Invitee) -> ReplyStatus:
    """Return the status of a person's reply, in a fixed number of queries."""
    invitation = Invitation.objects.with_seat_order().get(pk=invitee.invitation_id)
    order, root = invitation.seat_order(), invitee.substitute_for_id or invitee.pk
    said = list(invitee.replies.all())
    substitute = invitee.substitutes.active().first()
    last = counting_reply(said, [substitute] if substitute else [])
    theirs = last_confirmed(list(substitute.replies.all())) if substitute else None
    return ReplyStatus(
        answer=Answer(last.answer) if last else None,
        at=last.at if last else None,
        place=order.index(root) + 1 if root in order else 0,
        seats=invitation.seats,
        taken=min(len(order), invitation.seats),
        substitute=substitute,
        substitute_answer=Answer(theirs.answer) if theirs else None,
        unconfirmed=unconfirmed_answer(said),
        via=last.via if last else None,
    )


def counting_reply(replies: list[Reply], substitutes: Iterable[Invitee]) -> Reply | None:
    """Return the reply that counts: the last confirmed one, unless it hands over to substitutes who have left the list.

    Then nobody has said who comes, and the person counts as not having answered.
    """
    last = last_confirmed(replies)
    void = last and last.answer == Answer.SUBSTITUTE and all(row.withdrawn_at for row in substitutes)
    return None if void else last


def unconfirmed_answer(replies: list[Reply]) -> Answer | None:
    """Return the newest answer when nobody has confirmed it. Coordinators confirm on their own page."""
    newest = replies[-1] if replies else None
    waits = newest is not None and not newest.confirmed and newest.via_id is None
    return Answer(newest.answer) if newest and waits else None
