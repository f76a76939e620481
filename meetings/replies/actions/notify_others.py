"""Letters to people whose situation changes when somebody else answers.

They are the person who sent a substitute, and the people who move from the waiting list to a seat.
"""

from __future__ import annotations

from dialog_portal.access.models import User
from meetings.mailings.actions.post import post_letter
from meetings.models import Invitation, Invitee, Purpose, Reply
from meetings.replies.answer_lock import lock_invitee, seated_people
from meetings.replies.letters import receipt, substitute
from meetings.replies.reply_status import reply_status


def notify_original(deputy: Invitee, row: Reply, *, by: User | None) -> None:
    """Write to the person who sent this substitute what the substitute answered."""
    if deputy.substitute_for and deputy.substitute_for.withdrawn_at is None:
        post_letter(
            lock_invitee(deputy.substitute_for),
            Purpose.HANDED_OVER,
            substitute.substitute_answered(row, deputy),
            by=by,
        )


def notify_new_seats(
    invitation: Invitation, before: set[int], *, cause: str, by: User | None, own: int | None = None
) -> None:
    """Write to everybody who has moved from the waiting list to a seat.

    `before` are the people who had a seat earlier. `own` is the person who answered: their receipt says it already.
    """
    for root in seated_people(invitation) - before - {own}:
        person = Invitee.objects.get(pk=root)
        comes = lock_invitee(person.substitutes.active().first() or person)
        post_letter(comes, Purpose.RECEIPT, receipt.seat_letter(cause, comes, reply_status(comes)), by=by)
