"""Which invited parties declined. Who never answered, or was never invited, has not declined, and is not named so."""

from __future__ import annotations

from collections import defaultdict

from meetings.models import Answer, Attendee, Invitation, Invitee, Meeting
from meetings.replies.guest_list import guest_rows, with_replies
from parties.models import Party


def parties_that_declined(meeting: Meeting) -> list[Invitation]:
    """Return the parties from which somebody said no, nobody said yes, and nobody came; in Swedish order."""
    parties = with_replies(meeting.invitations.all())
    also, answers = other_invitations(meeting), defaultdict(set)
    for row in guest_rows(parties):
        for invitation in (row.invitation.pk, *also[row.invitee.pk]):
            answers[invitation].add(row.answer)
    came = represented_invitations(meeting, also)
    return [row for row in parties if row.pk not in came and declined(answers[row.pk])]


def declined(answers: set[str | None]) -> bool:
    return Answer.NO in answers and Answer.YES not in answers


def other_invitations(meeting: Meeting) -> defaultdict[int, list[int]]:
    """Return by person the invitations of the other parties that they represent."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for invitee, invitation in Invitee.also.through.objects.filter(invitee__meeting=meeting).values_list(
        "invitee", "invitation"
    ):
        found[invitee].append(invitation)
    return found


def represented_invitations(meeting: Meeting, also: defaultdict[int, list[int]]) -> set[int]:
    """Return the invitations of the parties from which somebody came, invited by name or not."""
    by_party = dict(meeting.invitations.filter(party__isnull=False).values_list("party", "pk"))
    found: set[int | None] = set()
    for row in meeting.attendees.filter(attended=True, staff=False).select_related("party", "invitation"):
        found |= {row.invitation_id, *(also[row.invitee_id] if row.invitee_id else ())}
        if row.invitee_id is None and (party := party_of_walk_in(row)):
            found.add(by_party.get(party.pk))
    return {pk for pk in found if pk}


def party_of_walk_in(row: Attendee) -> Party | None:
    """Return the party of somebody who was not invited by name, also when only its name was typed."""
    return row.party or Party.objects.named(row.organisation)
