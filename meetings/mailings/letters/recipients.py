"""Which letters staff send for a meeting: to whom, when that is possible, and until when the content is of use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from dialog_portal.outbox.models import Priority
from meetings.models import Answer, Invitee, Meeting, MeetingState, Purpose
from meetings.models.invitee import InviteeQuerySet
from meetings.models.meeting_letter import MeetingLetterQuerySet


@dataclass(frozen=True)
class Mailing:
    """One kind of letter. `why_not` answers a Swedish sentence when the letter cannot be sent now, else nothing."""

    purpose: Purpose
    recipients: Callable[[Meeting], InviteeQuerySet]
    states: frozenset[MeetingState]
    useful_until: Callable[[Meeting], datetime]
    leads_to: MeetingState | None = None
    priority: Priority = Priority.NORMAL
    again: bool = False  # whether a later day makes a new letter, as with reminders

    def why_not(self, meeting: Meeting, now: datetime) -> str:
        if meeting.state not in self.states:
            return f"Mötet är {meeting.get_state_display()}, så {self.purpose.label} kan inte skickas."
        if self.useful_until(meeting) <= now:
            return "Det är för sent: tiden som brevet handlar om har passerat."
        return ""

    def key(self, meeting: Meeting, invitee: Invitee, day: str) -> str:
        """The outbox' unique key: pressing twice, or two officers, make one letter."""
        return key(self.purpose, invitee, day if self.again else "")


def key(kind: str, invitee: Invitee, cause: str = "") -> str:
    """One letter of a kind for each person, cause and version of the meeting: its time and place."""
    parts = (kind, f"m{invitee.meeting_id}", f"i{invitee.pk}", cause, f"v{invitee.meeting.letter_version}")
    return ":".join(part for part in parts if part)


TOLD = (Purpose.SAVE_THE_DATE, Purpose.INVITATION, Purpose.SUBSTITUTE, Purpose.UPDATE)
SAYS_WHEN = frozenset(Purpose) - {Purpose.CANCELLATION, Purpose.DISTRIBUTION}


def letters_of(meeting: Meeting, *purposes: Purpose) -> MeetingLetterQuerySet:
    """The letters of some kinds that were not stopped before they left."""
    return meeting.letters.filter(purpose__in=purposes).not_stopped_in_time()


def not_invited(meeting: Meeting) -> InviteeQuerySet:
    """Those who have no invitation; a substitute got one of their own with their link."""
    have = letters_of(meeting, Purpose.INVITATION).values("invitee")
    return meeting.invitees.active().filter(substitute_for__isnull=True).exclude(pk__in=have)


def silent(meeting: Meeting) -> InviteeQuerySet:
    """Those who have an invitation but have not answered; who handed over has, as long as the substitute is there."""
    have = letters_of(meeting, Purpose.INVITATION, Purpose.SUBSTITUTE).values("invitee")
    return meeting.invitees.active().filter(pk__in=have).silent()


def coming(meeting: Meeting) -> InviteeQuerySet:
    """Those who said yes and have a seat, and those who come in somebody's place."""
    rows = meeting.invitations.with_seats()
    seated = [root for invitation in rows for root in invitation.line()[: invitation.seats]]
    said_yes = meeting.invitees.active().with_answer().filter(current_answer=Answer.YES)  # type: ignore[misc]
    return said_yes.filter(Q(pk__in=seated, substitute_for__isnull=True) | Q(substitute_for__in=seated))


def told(meeting: Meeting) -> InviteeQuerySet:
    """Those whom an earlier letter may have told when the meeting is: also one that was stopped while it left."""
    return meeting.invitees.active().filter(pk__in=telling(meeting).values("invitee"))


def telling(meeting: Meeting) -> MeetingLetterQuerySet:
    """The letters that say when the meeting is."""
    return letters_of(meeting, *SAYS_WHEN)


def told_something_old(meeting: Meeting) -> InviteeQuerySet:
    """Those who have been told a time or place that no longer holds, and not by a letter of its own what does."""
    current = f":v{meeting.letter_version}"
    old = telling(meeting).versioned().exclude(letter__key__endswith=current)
    right = letters_of(meeting, *TOLD).filter(letter__key__endswith=current)
    return (
        meeting.invitees.active().filter(pk__in=old.values("invitee")).exclude(pk__in=right.values("invitee"))
    )


def start(meeting: Meeting) -> datetime:
    return meeting.starts_at


def reply_deadline(meeting: Meeting) -> datetime:
    return meeting.reply_by


PLANNED, ANNOUNCED, INVITED = MeetingState.PLANNED, MeetingState.ANNOUNCED, MeetingState.INVITED
MAILINGS: dict[str, Mailing] = {
    mailing.purpose: mailing
    for mailing in (
        Mailing(
            Purpose.SAVE_THE_DATE, not_invited, frozenset({PLANNED, ANNOUNCED}), start, leads_to=ANNOUNCED
        ),
        Mailing(
            Purpose.INVITATION, not_invited, frozenset({PLANNED, ANNOUNCED, INVITED}), start, leads_to=INVITED
        ),
        Mailing(Purpose.REMINDER, silent, frozenset({INVITED}), reply_deadline, again=True),
        Mailing(Purpose.COMING, coming, frozenset({INVITED}), start),
        Mailing(
            Purpose.UPDATE,
            told_something_old,
            frozenset({PLANNED, ANNOUNCED, INVITED}),
            start,
            priority=Priority.URGENT,
        ),
        Mailing(
            Purpose.CANCELLATION,
            told,
            frozenset({MeetingState.CANCELLED}),
            start,
            priority=Priority.URGENT,
        ),
    )
}
