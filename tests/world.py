"""The meeting that most tests stand in: a party, people who are invited, their letters, and what staff do with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Self

from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.outbox.models import Attempt, Letter, Outcome, State
from meetings.mailings.actions.post import post_letters
from meetings.mailings.actions.send import drafts_for
from meetings.mailings.letters.recipients import MAILINGS
from meetings.models import Channel, Invitee, Meeting, MeetingState, Purpose
from meetings.planning.actions import meetings
from meetings.replies.actions import substitutes
from tests import factories
from tests.meetings.acting import change_meeting


def accept(letter: Letter) -> None:
    """A server took the letter."""
    now = timezone.now()
    Attempt.objects.create(
        letter=letter, fence=1, worker="prov", started=now, ended=now, outcome=Outcome.ACCEPTED, code="250"
    )
    Letter.objects.filter(pk=letter.pk).update(
        state=State.ACCEPTED, accepted_at=now, raw=None, fence=1, attempts_made=1
    )


class World:
    """A meeting to which some people of one party are asked; they have had no letter until `invite`.

    `guest` holds what is to be special about the people, `domain` is the party's own, and the rest is the meeting's.
    """

    def __init__(
        self,
        people: int = 1,
        *,
        by: User | None = None,
        domain: str = "kommun.example",
        guest: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> None:
        self.pk = factories.meeting(**{"state": MeetingState.INVITED, **values}).pk
        self.by = by or factories.user()
        self.party = factories.party(mail_domains=domain)
        self.invitation = factories.invitation(self.meeting, self.party)
        self.people = [factories.invitee(self.invitation, **(guest or {})) for _ in range(people)]

    @property
    def meeting(self) -> Meeting:
        """The meeting as it is stored now."""
        return Meeting.objects.with_names().with_letters().get(pk=self.pk)

    @property
    def chief(self) -> Invitee:
        """The first of the people."""
        return self.people[0]

    def invite(self, *, left: bool = True) -> Self:
        """Write the invitations; they have also left, unless it is said that they wait."""
        self.write(Purpose.INVITATION)
        if left:
            self.deliver()
        return self

    def write(self, purpose: Purpose) -> None:
        """Put the letters of one kind into the outbox, for whom staff could send them to now."""
        mailing = MAILINGS[purpose]
        post_letters(mailing, self.meeting, drafts_for(mailing, self.meeting), by=self.by)

    def deliver(self) -> None:
        """All letters that wait are taken by their servers."""
        for letter in Letter.objects.waiting():
            accept(letter)

    def move(self, days: int = 1) -> datetime:
        """Move the meeting to a later day; return when it is now."""
        meeting, later = self.meeting, timedelta(days=days)
        moments = {"starts_at": meeting.starts_at + later, "ends_at": meeting.ends_at + later}
        return change_meeting(meeting, by=self.by, **moments).starts_at

    def store(self, **values: Any) -> None:
        """Put values into the meeting's row, past every rule and without what follows from them."""
        Meeting.objects.filter(pk=self.pk).update(**values)

    def cancel(self) -> None:
        """Cancel the meeting."""
        meetings.cancel_meeting(self.meeting, reason="Vatten i salen.", by=self.by)

    def hand_over(self, name: str = "Eva Ek") -> Invitee:
        """Let the first of the people send a substitute; return the substitute."""
        return substitutes.hand_over(self.chief, name=name, email="eva@kommun.example", channel=Channel.LINK)

    def reached(self, purpose: Purpose) -> set[Invitee]:
        """Return who would get that letter from staff now."""
        return {invitee for invitee, _ in drafts_for(MAILINGS[purpose], self.meeting)}
