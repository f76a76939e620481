"""Where a person stands just now: what they answered, whether that gave them a seat, and who comes in their place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from meetings.models import Answer, Invitation, Invitee, Reply


@dataclass(frozen=True)
class ReplyStatus:
    """`place` counts from one for those who have a seat and for those who wait alike; nought is not in the line."""

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
    def seated(self) -> bool:
        return 0 < self.place <= self.seats

    @property
    def waits(self) -> bool:
        return self.place > self.seats

    @property
    def queue(self) -> int:
        """The number in the queue for a seat, from one."""
        return max(self.place - self.seats, 0)

    @property
    def full(self) -> bool:
        return self.taken >= self.seats

    @property
    def case(self) -> str:
        """One word that pages and letters choose their sentences by."""
        if self.answer == Answer.SUBSTITUTE:
            return "handed_over"
        if self.answer == Answer.YES:
            return "waiting" if self.waits else "seated"
        return "no" if self.answer == Answer.NO else "silent"


def reply_status(invitee: Invitee) -> ReplyStatus:
    """Read from the ledger in a fixed number of queries."""
    invitation = Invitation.objects.with_seats().get(pk=invitee.invitation_id)
    line, root = invitation.line(), invitee.substitute_for_id or invitee.pk
    said = list(invitee.replies.all())
    substitute = invitee.substitutes.active().first()
    last = counting_reply(said, [substitute] if substitute else [])
    theirs = last_confirmed(list(substitute.replies.all())) if substitute else None
    return ReplyStatus(
        answer=Answer(last.answer) if last else None,
        at=last.at if last else None,
        place=line.index(root) + 1 if root in line else 0,
        seats=invitation.seats,
        taken=min(len(line), invitation.seats),
        substitute=substitute,
        substitute_answer=Answer(theirs.answer) if theirs else None,
        unconfirmed=unconfirmed_answer(said),
        via=last.via if last else None,
    )


def last_confirmed(replies: list[Reply]) -> Reply | None:
    """The last confirmed answer."""
    return next((row for row in reversed(replies) if row.confirmed), None)


def counting_reply(replies: list[Reply], substitutes: Iterable[Invitee]) -> Reply | None:
    """The answer that counts: the last confirmed one, unless it was to send a substitute who is not expected any more.

    Then nobody has said who comes, and the person counts as not having answered.
    """
    last = last_confirmed(replies)
    void = last and last.answer == Answer.SUBSTITUTE and all(row.withdrawn_at for row in substitutes)
    return None if void else last


def unconfirmed_answer(replies: list[Reply]) -> Answer | None:
    """The newest answer when no person has confirmed it. A coordinator is asked on their own page, not on others'."""
    newest = replies[-1] if replies else None
    waits = newest is not None and not newest.confirmed and newest.via_id is None
    return Answer(newest.answer) if newest and waits else None
