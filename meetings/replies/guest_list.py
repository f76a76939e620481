"""The list of invited as the ledger tells it: what each person last said, who waits in line, and what looks odd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from meetings.models import Answer, Invitation, Invitee, Meeting, Reply
from meetings.models.invitation import InvitationQuerySet
from meetings.replies.reply_status import counting_reply, last_confirmed


@dataclass(frozen=True)
class GuestRow:
    """One person. `queue` is their number in the queue for a seat, nought for those who do not wait.

    `last` is the answer that counts. `newest` is the last confirmed one: they differ when a substitute is gone.
    Who has changed their answer within a minute is contradictory, and not unconfirmed as well: one thing to ask about.
    """

    invitee: Invitee
    invitation: Invitation
    last: Reply | None
    newest: Reply | None
    queue: int
    unconfirmed: bool
    contradictory: bool

    @property
    def answer(self) -> str | None:
        return self.last.answer if self.last else None

    @property
    def at(self) -> datetime | None:
        return self.last.at if self.last else None

    @property
    def lost_substitute(self) -> bool:
        return self.newest is not self.last

    @property
    def handed_over(self) -> bool:
        return self.answer == Answer.SUBSTITUTE

    @property
    def seated(self) -> bool:
        return self.answer == Answer.YES and not self.queue


def with_replies(invitations: InvitationQuerySet) -> list[Invitation]:
    """The parties with everybody's answers, in a fixed number of queries."""
    replies = Reply.objects.select_related("via").order_by("pk")
    return list(invitations.in_order().prefetch_related("invitees", Prefetch("invitees__replies", replies)))


def guest_rows(invitations: Iterable[Invitation], odd: Collection[int] = ()) -> list[GuestRow]:
    """Everybody who is on the list, party by party; the parties come from `with_ledger`.

    `odd` are the people whose answers contradict each other.
    """
    return [row for invitation in invitations for row in rows_of_party(invitation, odd)]


def count_waiting(meetings: Iterable[Meeting]) -> Counter[int]:
    """How many have said yes to each meeting, by its id, but wait for a seat; a fixed number of queries."""
    crowded = with_replies(Invitation.objects.filter(meeting__in=list(meetings)).crowded())
    return Counter(row.invitation.meeting_id for row in guest_rows(crowded) if row.queue)


def rows_of_party(invitation: Invitation, odd: Collection[int] = ()) -> list[GuestRow]:
    waiting = invitation.line()[invitation.seats :]
    deputies: dict[int | None, list[Invitee]] = {}
    for invitee in invitation.invitees.all():
        deputies.setdefault(invitee.substitute_for_id, []).append(invitee)
    return [
        row_of_invitee(invitee, invitation, deputies.get(invitee.pk, []), waiting, odd)
        for invitee in invitation.invitees.all()
        if invitee.withdrawn_at is None
    ]


def row_of_invitee(
    invitee: Invitee,
    invitation: Invitation,
    deputies: list[Invitee],
    waiting: list[int],
    odd: Collection[int],
) -> GuestRow:
    said = list(invitee.replies.all())
    last, root = counting_reply(said, deputies), invitee.substitute_for_id or invitee.pk
    waits = last is not None and last.answer == Answer.YES and root in waiting
    return GuestRow(
        invitee=invitee,
        invitation=invitation,
        last=last,
        newest=last_confirmed(said),
        queue=waiting.index(root) + 1 if waits else 0,
        unconfirmed=bool(said) and not said[-1].confirmed and invitee.pk not in odd,
        contradictory=invitee.pk in odd,
    )
