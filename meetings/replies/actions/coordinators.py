"""A party's coordinator answers for others: the register says for which parties, each reply says who answered.

What the person answers themselves afterwards wins, as every later answer does. An answer that came after the
coordinator opened the page is never overwritten.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from dialog_portal.base.states import NotAllowed
from meetings.models import Channel, Invitation, Invitee
from meetings.models.invitation import InvitationQuerySet
from meetings.models.invitee import InviteeQuerySet
from meetings.models.reply import last_confirmed
from meetings.replies.actions.answer import store_answer
from meetings.replies.answer_lock import lock_invitee
from meetings.replies.coordinated_answer import CoordinatedAnswer
from meetings.replies.daily_limits import (
    ANSWERS_A_DAY,
    CHANGES_A_DAY,
    a_day_ago,
    must_be_within_daily_limit,
)
from parties.models import Mandate


def coordinated_parties(invitee: Invitee) -> InvitationQuerySet:
    """Return the invited parties for which this person may answer today, according to the register."""
    held = Mandate.objects.current().filter(person=invitee.person_id, coordinator=True)
    return Invitation.objects.filter(meeting=invitee.meeting_id, party__in=held.values("party"))


def people_answered_for(invitee: Invitee) -> InviteeQuerySet:
    """Return the people whom a coordinator may answer for: everybody else on the list from their parties."""
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

    Return the people who had answered since the page was shown; for them nothing is stored. Raise NotAllowed, and
    store nothing, when the coordinator may not answer for somebody, when the deadline has passed, or when a daily
    limit is reached.
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
    """Store one answer and return True, or return False when the person's answer has changed since the page was shown.

    The same answer twice is stored once.
    """
    person = lock_invitee(person)
    last = last_confirmed(list(person.replies.all()))
    if last and last.answer == wish.answer:
        return True
    if wish.seen != (last.pk if last else 0):
        return False
    today = person.replies.filter(via__isnull=False, at__gte=a_day_ago())
    must_be_within_daily_limit(today.filter(confirmed=True).count(), CHANGES_A_DAY, None)
    must_be_within_daily_limit(today.count(), ANSWERS_A_DAY, None)
    store_answer(
        person,
        wish.answer,
        channel=Channel.LINK,
        confirmed=confirmed,
        note=f"Svar från samordnaren {coordinator.name}",
        via=coordinator,
    )
    return True
