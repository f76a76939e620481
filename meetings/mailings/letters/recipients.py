"""Who gets which letter about a meeting, when it can be sent, and until when it is of use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone

from dialog_portal.outbox.models import Priority
from meetings.mailings.reminder_interval import asked_recently
from meetings.models import (
    INVITING,
    AgendaState,
    Answer,
    Invitation,
    Invitee,
    Meeting,
    MeetingLetter,
    MeetingState,
    Purpose,
    SubstituteRequest,
    TimeAndPlace,
)
from meetings.models.invitee import InviteeQuerySet
from meetings.models.letter_to_read import has_mail_to_read
from meetings.models.meeting_letter import MeetingLetterQuerySet
from meetings.models.time_and_place import TIME_AND_PLACE_FIELDS

PURPOSES_WITH_AGENDA = frozenset({Purpose.INVITATION, Purpose.SUBSTITUTE, Purpose.COMING, Purpose.AGENDA})
PURPOSES_WITH_TIME = frozenset(Purpose) - {
    Purpose.CANCELLATION,
    Purpose.DISTRIBUTION,
    Purpose.WITHDRAWN,
}


@dataclass(frozen=True)
class Mailing:
    """One kind of letter that staff send.

    `recipients` narrows the people on one or several meetings' lists to those who should have it.
    """

    purpose: Purpose
    recipients: Callable[[InviteeQuerySet], InviteeQuerySet]
    states: frozenset[MeetingState]
    useful_until: Callable[[Meeting], datetime]
    leads_to: MeetingState | None = None
    priority: Priority = Priority.NORMAL
    daily: bool = False  # whether a new letter may be made each day, as with reminders

    def reason_not_to_send(self, meeting: Meeting, now: datetime) -> str:
        """Return a Swedish sentence about why the letter cannot be sent now, empty when it can."""
        if meeting.state not in self.states:
            return f"Mötet är {meeting.get_state_display()}, så {self.purpose.label} kan inte skickas."
        if self.useful_until(meeting) <= now:
            return "Det är för sent: tiden som brevet handlar om har passerat."
        return ""

    def key(self, invitee: Invitee, day: str) -> str:
        """Return the outbox' unique key: pressing twice, or two officers, make one letter."""
        cause = day if self.daily else ""
        if self.purpose == Purpose.AGENDA:
            cause = f"a{invitee.meeting.agenda.settlements}"
        return letter_key(self.purpose, invitee, cause)


def letter_key(kind: str, invitee: Invitee, cause: str = "") -> str:
    """Return a key that allows one letter of a kind for each person, cause and version of the meeting."""
    parts = (kind, f"m{invitee.meeting_id}", f"i{invitee.pk}", cause, f"v{invitee.meeting.letter_version}")
    return ":".join(part for part in parts if part)


def letters_to_invitee(*purposes: Purpose) -> MeetingLetterQuerySet:
    """Return a person's letters of some kinds that were not stopped before they left, for a subquery on invitees."""
    letters = MeetingLetter.objects.filter(invitee=OuterRef("pk"), purpose__in=purposes)
    return letters.not_stopped_in_time()


def has_invitation() -> Exists:
    """Return the condition that an invitation was written to a person and not stopped before it left.

    Who is not invited has neither declined nor been silent. Everything that counts or names people goes by this.
    """
    return Exists(letters_to_invitee(Purpose.INVITATION, Purpose.SUBSTITUTE))


def with_invitation(people: InviteeQuerySet) -> InviteeQuerySet:
    """Add `is_invited`: the condition `has_invitation`."""
    return people.annotate(is_invited=has_invitation())


def without_invitation(people: InviteeQuerySet) -> InviteeQuerySet:
    """Narrow to those who have no invitation; a substitute got one of their own with their link."""
    return people.filter(~Exists(letters_to_invitee(Purpose.INVITATION)), substitute_for__isnull=True)


def invited_people(people: InviteeQuerySet) -> InviteeQuerySet:
    """Narrow to those who have an invitation, also as a substitute."""
    return people.filter(has_invitation())


def without_reply(people: InviteeQuerySet) -> InviteeQuerySet:
    """Narrow to those who have an invitation but have not answered.

    Somebody who handed over has answered, as long as the substitute is on the list.
    """
    return invited_people(people).silent()


def to_remind(people: InviteeQuerySet) -> InviteeQuerySet:
    """Narrow to those who have an invitation but have not answered, and may be reminded now."""
    return without_reply(people).filter(may_be_reminded(timezone.now()))


def may_be_reminded(now: datetime) -> Q:
    """Return the condition on a person under which a reminder is right: it would say that nothing has come.

    Nobody is reminded just after a letter that asked the same, nor while it is staff who owe them an answer about a
    substitute, nor while something from them waits to be read.
    """
    asks_us = SubstituteRequest.objects.waiting().filter(invitee=OuterRef("pk"))
    return ~asked_recently(now) & ~Exists(asks_us) & ~has_mail_to_read(now)


def with_seat(people: InviteeQuerySet) -> InviteeQuerySet:
    """Narrow to those who said yes and have a seat, and to substitutes who said yes for a seat."""
    rows = Invitation.objects.filter(meeting__in=people.order_by().values("meeting")).with_seat_order()
    seated = [root for invitation in rows for root in invitation.seated()]
    said_yes = people.with_answer().filter(current_answer=Answer.YES)  # type: ignore[misc]
    return said_yes.filter(Q(pk__in=seated, substitute_for__isnull=True) | Q(substitute_for__in=seated))


def with_known_time(people: InviteeQuerySet) -> InviteeQuerySet:
    """Narrow to those who may know the meeting's time from a letter, also from one stopped while it was sent."""
    return with_told_version(people, present=True).filter(Exists(letters_to_invitee(*PURPOSES_WITH_TIME)))


def with_outdated_time(people: InviteeQuerySet) -> InviteeQuerySet:
    """Narrow to those who have a letter with an outdated time or place, and no letter with the new one.

    A change that was taken back before they were told of it leaves their last letter true: they need no other.
    """
    outdated = letters_to_invitee(*PURPOSES_WITH_TIME).of_earlier_version()
    current = letters_to_invitee(*INVITING).of_current_version()
    now = {name: OuterRef(f"meeting__{name}") for name in TIME_AND_PLACE_FIELDS}
    same = TimeAndPlace.objects.filter(meeting=OuterRef("meeting"), version=OuterRef("told_version"), **now)
    return with_told_version(people).filter(Exists(outdated), ~Exists(current), ~Exists(same))


def with_told_version(people: InviteeQuerySet, *, present: bool = False) -> InviteeQuerySet:
    """Add `told_version`: the latest earlier version of the meeting that a letter has told the person of, else None.

    A receipt with the present time is no news of a change, so the present version counts only if `present` says so.
    """
    told = letters_to_invitee(*PURPOSES_WITH_TIME).exclude(version=None).order_by("-version")
    told = told if present else told.filter(version__lt=F("meeting__letter_version"))
    return people.annotate(told_version=Subquery(told.values("version")[:1]))


def with_outdated_agenda(people: InviteeQuerySet) -> InviteeQuerySet:
    """Narrow to those whose last letter with an agenda shows another one than the agenda that is settled now.

    Those who have declined need no agenda. When a change is taken back, nobody is owed a letter about it.
    """
    last = letters_to_invitee(*PURPOSES_WITH_AGENDA).exclude(agenda="").order_by("-pk").values("agenda")[:1]
    waiting = people.with_answer().filter(Q(current_answer=None) | Q(current_answer=Answer.YES))
    settled = waiting.filter(meeting__agenda__state=AgendaState.SETTLED).exclude(
        meeting__agenda__settled_digest=""
    )
    told = settled.annotate(last_agenda=Subquery(last)).filter(last_agenda__isnull=False)
    return told.exclude(last_agenda=F("meeting__agenda__settled_digest"))


def meeting_start(meeting: Meeting) -> datetime:
    """Return when the meeting starts: its letters are of use until then."""
    return meeting.starts_at


def reply_deadline(meeting: Meeting) -> datetime:
    """Return the deadline of answers: reminders to answer are of use until then."""
    return meeting.reply_by


PLANNED, ANNOUNCED, INVITED = MeetingState.PLANNED, MeetingState.ANNOUNCED, MeetingState.INVITED
BEFORE_INVITATION, BEFORE_MEETING = frozenset({PLANNED, ANNOUNCED}), frozenset({PLANNED, ANNOUNCED, INVITED})
CANCELLED_ONLY = frozenset({MeetingState.CANCELLED})
URGENT = Priority.URGENT
MAILINGS: dict[str, Mailing] = {
    mailing.purpose: mailing
    for mailing in (
        Mailing(
            Purpose.SAVE_THE_DATE, without_invitation, BEFORE_INVITATION, meeting_start, leads_to=ANNOUNCED
        ),
        Mailing(Purpose.INVITATION, without_invitation, BEFORE_MEETING, meeting_start, leads_to=INVITED),
        Mailing(Purpose.REMINDER, to_remind, frozenset({INVITED}), reply_deadline, daily=True),
        Mailing(Purpose.COMING, with_seat, frozenset({INVITED}), meeting_start),
        Mailing(Purpose.AGENDA, with_outdated_agenda, frozenset({INVITED}), meeting_start),
        Mailing(Purpose.UPDATE, with_outdated_time, BEFORE_MEETING, meeting_start, priority=URGENT),
        Mailing(Purpose.CANCELLATION, with_known_time, CANCELLED_ONLY, meeting_start, priority=URGENT),
    )
}
