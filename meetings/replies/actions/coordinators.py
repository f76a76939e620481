"""A party-side coordinator answers for others: the register says for which parties, the ledger says who answered.

What a person answers themselves afterwards wins, as every later answer does. An answer that came after the coordinator
opened the page is never overwritten by what stood there before.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from dialog_portal.base.states import NotAllowed
from meetings.models import Channel, Invitation, Invitee
from meetings.models.invitation import InvitationQuerySet
from meetings.models.invitee import InviteeQuerySet
from meetings.replies.actions.answer import store_answer
from meetings.replies.actions.colleagues import ANSWERS_A_DAY, CHANGES_A_DAY, a_day_ago, must_not_be_too_often
from meetings.replies.coordinated_answer import CoordinatedAnswer
from meetings.replies.reply_status import last_confirmed
from meetings.replies.seats import lock_invitee
from parties.models import Mandate


def coordinated_parties(invitee: Invitee) -> InvitationQuerySet:
    """The invited parties for which this person answers today, by the register."""
    held = Mandate.objects.current().filter(person=invitee.person_id, coordinator=True)
    return Invitation.objects.filter(meeting=invitee.meeting_id, party__in=held.values("party"))


def people_answered_for(invitee: Invitee) -> InviteeQuerySet:
    """The people whom a coordinator may answer for: everybody else on the list from their parties."""
    return (
        Invitee.objects.active()
        .filter(meeting=invitee.meeting_id, invitation__in=coordinated_parties(invitee))
        .exclude(pk=invitee.pk)
    )


@transaction.atomic
def answer_for(
    coordinator: Invitee, wishes: Iterable[CoordinatedAnswer], *, confirmed: bool
) -> list[Invitee]:
    """Store the answers, each with a receipt to the person it is about.

    Returns those who had answered anew since the page was shown; for them nothing is stored. Raises NotAllowed, and
    stores nothing, when somebody is not the coordinator's to answer for, or when it is too late.
    """
    people = {row.pk: row for row in people_answered_for(coordinator)}
    if any(wish.person not in people for wish in wishes):
        raise NotAllowed("Listan har ändrats. Öppna sidan på nytt.")
    wishes = sorted(wishes, key=lambda wish: (people[wish.person].invitation_id, wish.person))
    return [
        people[wish.person]
        for wish in wishes
        if not store_if_unchanged(people[wish.person], wish, coordinator, confirmed=confirmed)
    ]


def store_if_unchanged(
    person: Invitee, wish: CoordinatedAnswer, coordinator: Invitee, *, confirmed: bool
) -> bool:
    """Store one answer, unless the person's answer has become another; the same answer twice is stored once."""
    person = lock_invitee(person)
    last = last_confirmed(list(person.replies.all()))
    if last and last.answer == wish.answer:
        return True
    if wish.seen != (last.pk if last else 0):
        return False
    today = person.replies.filter(via__isnull=False, at__gte=a_day_ago())
    must_not_be_too_often(today.filter(confirmed=True).count(), CHANGES_A_DAY, None)
    must_not_be_too_often(today.count(), ANSWERS_A_DAY, None)
    store_answer(
        person,
        wish.answer,
        channel=Channel.LINK,
        confirmed=confirmed,
        note=f"Svar från samordnaren {coordinator.name}",
        via=coordinator,
    )
    return True
