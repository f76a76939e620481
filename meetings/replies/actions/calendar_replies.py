"""Answers from people's own calendars.

They count when they are plainly the invited person's and about the time that holds. Anybody can write a sender's
address in a letter; only who has the person's own event knows the secret in its name, and when the person's link has
come into the wrong hands the event may have too. Everything else is kept as a note for staff. A calendar answers
easily, so it never undoes what took a decision: a seat that was handed over stays with the substitute.

Precedence: the last confirmed answer wins, and a calendar's counts from when it was given, not from when its letter was
read. That moment is the later of what the calendar says (DTSTAMP, which some programs only repeat from the invitation)
and what the letter says (Date); a time that has not come yet is not believed. So an answer by link, telephone or
e-mail that was given after it stands, however late the letter comes, and so does a later answer from the calendar. Both
are told to the second, and within the same second the calendar's is taken for the later. A calendar that says no
moment at all answers when it is read.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from hmac import compare_digest

from django.core.exceptions import ValidationError
from django.db import transaction

from dialog_portal.base.states import NotAllowed
from dialog_portal.base.swedish import moment
from dialog_portal.outbox.inbox.incoming_letter import Mail
from dialog_portal.outbox.mime import machine_address
from meetings.mailings.actions.post import post_letter
from meetings.models import Answer, CalendarReply, CalendarReplyOutcome, Channel, Invitee, Purpose, Reply
from meetings.replies import itip
from meetings.replies.actions import answer as replies
from meetings.replies.actions.colleagues import EVERYBODYS_DOMAINS, is_ours
from meetings.replies.itip import Said
from meetings.replies.letters.ask_again import ask_again
from meetings.replies.seats import lock, must_be_open

ANSWERS = {"ACCEPTED": Answer.YES, "DECLINED": Answer.NO}
UNPROVEN = "Svaret gäller inte kalenderposten som personen fick. Det kan vara skrivet av någon annan. Fråga personen."
CLOSED = "Personens länk har bytts, så kalenderposten kan finnas hos någon annan. Fråga personen och notera svaret."
Judged = tuple[CalendarReplyOutcome, str]


def hear(mail: Mail) -> Callable[[], str] | None:
    """Read a letter; when it is a calendar's answer, what is answered takes it."""
    said = itip.answer(mail)
    return partial(take, said, mail) if said else None


@transaction.atomic
def take(said: Said, mail: Mail) -> str:
    """Write down an answer to an invitation of ours; says what became of it, or nothing when the letter is for people.

    A letter by somebody who does not know the person's own event is no answer, and is left for people to read.
    """
    invitee = Invitee.objects.filter(pk=said.invitee, meeting__uid=said.meeting).first()
    if not invitee:
        return ""
    row = note(lock(invitee), said, mail)
    return row.get_outcome_display() if proven(invitee, said) else ""


def proven(invitee: Invitee, said: Said) -> bool:
    """Whether the answer comes from somebody who has the person's own event."""
    return bool(said.secret) and compare_digest(said.secret, invitee.calendar_secret)


def note(invitee: Invitee, said: Said, mail: Mail) -> CalendarReply:
    """Write down an answer from a calendar, and count it if it can be."""
    partstat = their_partstat(invitee, said, mail)
    row = CalendarReply(
        invitee=invitee,
        partstat=partstat or "",
        comment=said.comment if proven(invitee, said) and not invitee.calendar_closed else "",
        sequence=said.sequence,
        stamped=given(said, mail),
    )
    try:
        row.outcome, row.why = judged(invitee, said, partstat, mail, row.stamped)
        if row.outcome == CalendarReplyOutcome.COUNTED:
            row.reply = count(invitee, ANSWERS[row.partstat])
        elif row.outcome == CalendarReplyOutcome.STALE:
            post_letter(invitee, Purpose.UPDATE, ask_again(invitee), by=None)
    except NotAllowed as refusal:
        row.outcome, row.why = CalendarReplyOutcome.REFUSED, str(refusal)[:300]
    except ValidationError as trouble:  # a receipt that cannot be written: the answer is for people to note
        row.outcome, row.why = CalendarReplyOutcome.REFUSED, " ".join(trouble.messages)[:300]
    row.save()
    return row


def count(invitee: Invitee, answer: Answer) -> Reply:
    """The answer in the ledger, without what the person wrote: that is erased in time, and the ledger never is."""
    return replies.answer(invitee, answer, channel=Channel.CALENDAR)


def given(said: Said, mail: Mail) -> datetime | None:
    """When the person answered, as far as it is told."""
    return max((moment for moment in (said.stamped, mail.sent) if moment), default=None)


def their_partstat(invitee: Invitee, said: Said, mail: Mail) -> str | None:
    """What the invited person answers; None when somebody else does.

    The address that answers must be theirs, and the letter come from them or from their own organisation; or the
    letter comes from them, and answers under another of their addresses.
    """
    own = machine_address(invitee.email).lower()
    if mail.sender == own and said.attendees:
        return next(
            (partstat for address, partstat in said.attendees if address == own), said.attendees[0][1]
        )
    colleague = is_ours(invitee, mail.sender) or same_house(own, mail.sender)
    return next((partstat for address, partstat in said.attendees if address == own and colleague), None)


def same_house(one: str, other: str) -> bool:
    """Whether two addresses share a domain that not just anybody can have an address at."""
    domain = one.rpartition("@")[2]
    return domain == other.rpartition("@")[2] and domain not in EVERYBODYS_DOMAINS


def judged(invitee: Invitee, said: Said, partstat: str | None, mail: Mail, at: datetime | None) -> Judged:
    """What an answer is worth, and in Swedish why it is not counted."""
    if not proven(invitee, said):
        return CalendarReplyOutcome.STRANGER, UNPROVEN
    if partstat is None:
        return CalendarReplyOutcome.STRANGER, "Svaret kom från en annan adress än den som är inbjuden."
    must_be_open(invitee, Channel.CALENDAR)
    if invitee.calendar_closed:
        return CalendarReplyOutcome.REFUSED, CLOSED
    if at and (later := overtaken(invitee, said, partstat, at)):
        return CalendarReplyOutcome.OVERTAKEN, later
    return theirs(invitee, said, partstat, mail)


def theirs(invitee: Invitee, said: Said, partstat: str, mail: Mail) -> Judged:
    """What the invited person's own newest answer is worth."""
    if stale(invitee, said):
        return CalendarReplyOutcome.STALE, "Tiden eller platsen har ändrats. Personen har fått frågan igen."
    if said.method == "COUNTER":
        return CalendarReplyOutcome.COUNTER, "Personen föreslår en annan tid. Kontakta personen."
    if partstat not in ANSWERS or mail.answered_by_machine:
        return CalendarReplyOutcome.TENTATIVE, "Svaret är preliminärt. Fråga personen och notera svaret."
    if deputy := invitee.substitutes.active().first():
        return handed_over(deputy, ANSWERS[partstat])
    return CalendarReplyOutcome.COUNTED, ""


def handed_over(deputy: Invitee, answer: Answer) -> Judged:
    """Who has sent a substitute and takes the meeting out of the calendar says nothing new; who accepts it may."""
    if answer == Answer.NO:
        return CalendarReplyOutcome.SETTLED, f"Platsen är redan lämnad till {deputy.name}."
    return CalendarReplyOutcome.REFUSED, f"Platsen är lämnad till {deputy.name}. Fråga vem som kommer."


def overtaken(invitee: Invitee, answer: Said, partstat: str, at: datetime) -> str:
    """Says which later answer has come in before one that was given at this moment; nothing when there is none.

    The same answer from the same moment is a copy of the letter: it says nothing anew, whatever has been said since.
    """
    said = f"Svaret gavs i kalendern {moment(at)}."
    otherwise = invitee.replies.confirmed().exclude(channel=Channel.CALENDAR).last()
    if otherwise and otherwise.at.replace(microsecond=0) > at:
        newer = f"{otherwise.get_answer_display()} ({otherwise.get_channel_display()})"
        return f"{said} Det gäller inte, för {moment(otherwise.at)} kom ett senare svar: {newer}."
    known = invitee.calendar_replies.exclude(outcome=CalendarReplyOutcome.STRANGER)
    if known.filter(stamped__gt=at).exists():
        return f"{said} Personen har svarat senare i sin kalender."
    counted = known.filter(outcome=CalendarReplyOutcome.COUNTED, partstat=partstat, stamped=at)
    return f"{said} Det är redan räknat." if counted.filter(sequence=answer.sequence).exists() else ""


def stale(invitee: Invitee, said: Said) -> bool:
    """Whether the answer is about an earlier time or place. Without a sequence its start time tells."""
    meeting = invitee.meeting
    if said.sequence is not None:
        return said.sequence < meeting.sequence
    return said.start != meeting.starts_at if said.start else meeting.sequence > 0
