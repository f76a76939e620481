"""What cancelling a meeting does, counted before somebody does it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from dialog_portal.outbox.models import WAITING, State, may_have_begun
from meetings.invitations.actions.rerender import letters_about
from meetings.mailings.letters.recipients import PURPOSES_WITH_TIME
from meetings.models import Meeting, MeetingLetter, MeetingState, Need
from meetings.models.invitee import InviteeQuerySet


@dataclass(frozen=True)
class Cancellation:
    """The numbers of people, letters and notes that the cancellation of a meeting concerns."""

    informed: (
        int  # people who know when the meeting is: a letter to them is shown afterwards, and sent by hand
    )
    letters: int  # waiting letters that are stopped
    reminders: int  # automatic reminders that are not sent
    needs: int  # people whose notes about food and access are erased
    public: bool  # whether the public site shows the meeting


def informed_people(meeting: Meeting) -> InviteeQuerySet:
    """Return those on the list who still know the meeting's time when the letters that wait have been stopped."""
    stopped = Q(letter__state__in=(*WAITING, State.STOPPED)) & ~may_have_begun("letter")
    letters = MeetingLetter.objects.filter(invitee=OuterRef("pk"), purpose__in=PURPOSES_WITH_TIME)
    return meeting.invitees.active().filter(Exists(letters.exclude(stopped)))


def cancellation_of(meeting: Meeting) -> Cancellation:
    """Return what would happen if the meeting were cancelled now."""
    return Cancellation(
        informed=informed_people(meeting).count(),
        letters=letters_about(meeting).filter(state__in=WAITING).count(),
        reminders=meeting.planned.waiting().count(),
        needs=Need.objects.filter(invitee__meeting=meeting).count(),
        public=meeting.state != MeetingState.PLANNED,
    )
