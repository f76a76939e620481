"""The rows of the list of invited: what each person answered last, who is on the waiting list, and what looks wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from meetings.mailings.letters.recipients import with_invitation
from meetings.models import Answer, Invitation, Invitee, Meeting, Reply
from meetings.models.invitation import InvitationQuerySet
from meetings.models.reply import last_confirmed
from meetings.replies.reply_status import counting_reply


@dataclass(frozen=True)
class GuestRow:
    """One person. `queue` is their number on the waiting list from 1, and 0 for those who do not wait.

    `last` is the reply that counts and `newest` the last confirmed one: they differ when a substitute has left the
    list. Somebody who changed their answer within a minute is contradictory and not unconfirmed too, so that staff have
    one thing to ask about. `is_invited` is that of `with_invitation`, and `to_read` says that they have written
    something that nobody has looked at.
    """

    invitee: Invitee
    invitation: Invitation
    last: Reply | None
    newest: Reply | None
    queue: int
    unconfirmed: bool
    contradictory: bool
    is_invited: bool
    to_read: bool = False

    @property
    def answer(self) -> str | None:
        return self.last.answer if self.last else None

    @property
    def at(self) -> datetime | None:
        return self.last.at if self.last else None

    @property
    def has_lost_substitute(self) -> bool:
        """Return whether the person's substitute is no longer on the list."""
        return self.newest is not self.last

    @property
    def has_handed_over(self) -> bool:
        return self.answer == Answer.SUBSTITUTE

    @property
    def is_silent(self) -> bool:
        """Return whether the person was invited and has not answered."""
        return self.answer is None and self.is_invited

    @property
    def is_not_invited(self) -> bool:
        """Return whether nothing is known of the person, because nobody has asked."""
        return self.answer is None and not self.is_invited

    @property
    def is_seated(self) -> bool:
        return self.answer == Answer.YES and not self.queue


def with_replies(invitations: InvitationQuerySet) -> list[Invitation]:
    """Return the invitations with everybody's replies, in a fixed number of queries."""
    replies = Reply.objects.select_related("via").order_by("pk")
    people = Prefetch("invitees", with_invitation(Invitee.objects.all()))
    return list(invitations.in_order().prefetch_related(people, Prefetch("invitees__replies", replies)))


def guest_rows(invitations: Iterable[Invitation], odd: Collection[int] = ()) -> list[GuestRow]:
    """Return everybody who is on the list, party by party; the invitations come from `with_replies`.

    `odd` are the ids of people whose answers contradict each other.
    """
    return [row for invitation in invitations for row in rows_of_party(invitation, odd)]


def count_waiting(meetings: Iterable[Meeting]) -> Counter[int]:
    """Return how many people are on the waiting list of each meeting, by its id; a fixed number of queries."""
    crowded = with_replies(
        Invitation.objects.filter(meeting__in=list(meetings)).with_more_people_than_seats()
    )
    return Counter(row.invitation.meeting_id for row in guest_rows(crowded) if row.queue)


def rows_of_party(invitation: Invitation, odd: Collection[int] = ()) -> list[GuestRow]:
    """Return the rows of one party's people who are still on the list."""
    waiting = invitation.waiting()
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
    """Return one person's row; `deputies` are all substitutes they have sent, `waiting` the party's waiting list."""
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
        is_invited=invitee.is_invited,  # type: ignore[attr-defined]
    )
