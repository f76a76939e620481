"""Which letters staff send for a meeting: to whom, when that is possible, and until when the content is of use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from dialog_portal.outbox.models import Priority
from meetings.models import Invitee, Meeting, MeetingState, Purpose
from meetings.models.invitation import InviteeQuerySet


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
        version = f"v{meeting.letter_version}" + (f":{day}" if self.again else "")
        return f"{self.purpose}:m{meeting.pk}:i{invitee.pk}:{version}"


def everyone(meeting: Meeting) -> InviteeQuerySet:
    return meeting.invitees.active()


def silent(meeting: Meeting) -> InviteeQuerySet:
    """Those who have a letter but have not answered; a person who handed over has answered."""
    return meeting.invitees.active().with_answer().filter(current_answer__isnull=True)


def written_to(meeting: Meeting) -> InviteeQuerySet:
    """Those whom an earlier letter told about the meeting."""
    told = (Purpose.SAVE_THE_DATE, Purpose.INVITATION, Purpose.SUBSTITUTE)
    return meeting.invitees.active().filter(letters__purpose__in=told).distinct()


def start(meeting: Meeting) -> datetime:
    return meeting.starts_at


def reply_deadline(meeting: Meeting) -> datetime:
    return meeting.reply_by


PLANNED, ANNOUNCED, INVITED = MeetingState.PLANNED, MeetingState.ANNOUNCED, MeetingState.INVITED
MAILINGS: dict[str, Mailing] = {
    mailing.purpose: mailing
    for mailing in (
        Mailing(Purpose.SAVE_THE_DATE, everyone, frozenset({PLANNED, ANNOUNCED}), start, leads_to=ANNOUNCED),
        Mailing(Purpose.INVITATION, everyone, frozenset({PLANNED, ANNOUNCED, INVITED}), start, leads_to=INVITED),
        Mailing(Purpose.REMINDER, silent, frozenset({INVITED}), reply_deadline, again=True),
        Mailing(Purpose.UPDATE, written_to, frozenset({ANNOUNCED, INVITED}), start, priority=Priority.URGENT),
        Mailing(
            Purpose.CANCELLATION,
            written_to,
            frozenset({MeetingState.CANCELLED}),
            start,
            priority=Priority.URGENT,
        ),
    )
}
