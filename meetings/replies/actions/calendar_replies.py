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
from meetings.replies.actions.colleagues import PUBLIC_MAIL_DOMAINS, is_party_address
from meetings.replies.itip import CalendarAnswer
from meetings.replies.letters.ask_again import ask_again
from meetings.replies.seats import lock_invitee, replies_must_be_open

ANSWER_OF_PARTSTAT = {"ACCEPTED": Answer.YES, "DECLINED": Answer.NO}
EVENT_UNKNOWN = (
    "Svaret gäller inte kalenderposten som personen fick. Det kan vara skrivet av någon annan. "
    "Fråga personen."
)
LINK_CHANGED = (
    "Personens länk har bytts, så kalenderposten kan finnas hos någon annan. "
    "Fråga personen och notera svaret."
)
Verdict = tuple[CalendarReplyOutcome, str]


def read_calendar_reply(mail: Mail) -> Callable[[], str] | None:
    """Read a letter; when it is a calendar's answer, what is answered takes it."""
    said = itip.find_answer(mail)
    return partial(receive_calendar_answer, said, mail) if said else None


@transaction.atomic
def receive_calendar_answer(said: CalendarAnswer, mail: Mail) -> str:
    """Write down an answer to an invitation of ours; says what became of it, or nothing when the letter is for people.

    A letter by somebody who does not know the person's own event is no answer, and is left for people to read.
    """
    invitee = Invitee.objects.filter(pk=said.invitee, meeting__uid=said.meeting).first()
    if not invitee:
        return ""
    row = store_calendar_reply(lock_invitee(invitee), said, mail)
    return row.get_outcome_display() if knows_own_event(invitee, said) else ""


def knows_own_event(invitee: Invitee, said: CalendarAnswer) -> bool:
    """Whether the answer comes from somebody who has the person's own event."""
    return bool(said.secret) and compare_digest(said.secret, invitee.calendar_secret)


def store_calendar_reply(invitee: Invitee, said: CalendarAnswer, mail: Mail) -> CalendarReply:
    """Write down an answer from a calendar, and count it if it can be."""
    partstat = their_partstat(invitee, said, mail)
    row = CalendarReply(
        invitee=invitee,
        partstat=partstat or "",
        comment=said.comment if knows_own_event(invitee, said) and not invitee.calendar_closed else "",
        sequence=said.sequence,
        stamped=answered_at(said, mail),
    )
    try:
        row.outcome, row.why = judge(invitee, said, partstat, mail, row.stamped)
        if row.outcome == CalendarReplyOutcome.COUNTED:
            row.reply = count_as_answer(invitee, ANSWER_OF_PARTSTAT[row.partstat])
        elif row.outcome == CalendarReplyOutcome.STALE:
            post_letter(invitee, Purpose.UPDATE, ask_again(invitee), by=None)
    except NotAllowed as refusal:
        row.outcome, row.why = CalendarReplyOutcome.REFUSED, str(refusal)[:300]
    except ValidationError as trouble:  # a receipt that cannot be written: the answer is for people to note
        row.outcome, row.why = CalendarReplyOutcome.REFUSED, " ".join(trouble.messages)[:300]
    row.save()
    return row


def count_as_answer(invitee: Invitee, answer: Answer) -> Reply:
    """The answer in the ledger, without what the person wrote: that is erased in time, and the ledger never is."""
    return replies.store_answer(invitee, answer, channel=Channel.CALENDAR)


def answered_at(said: CalendarAnswer, mail: Mail) -> datetime | None:
    """When the person answered, as far as it is told."""
    return max((moment for moment in (said.stamped, mail.sent) if moment), default=None)


def their_partstat(invitee: Invitee, said: CalendarAnswer, mail: Mail) -> str | None:
    """What the invited person answers; None when somebody else does.

    The address that answers must be theirs, and the letter come from them or from their own organisation; or the
    letter comes from them, and answers under another of their addresses.
    """
    own = machine_address(invitee.email).lower()
    if mail.sender == own and said.attendees:
        return next(
            (partstat for address, partstat in said.attendees if address == own), said.attendees[0][1]
        )
    colleague = is_party_address(invitee, mail.sender) or share_domain(own, mail.sender)
    return next((partstat for address, partstat in said.attendees if address == own and colleague), None)


def share_domain(one: str, other: str) -> bool:
    """Whether two addresses share a domain that not just anybody can have an address at."""
    domain = one.rpartition("@")[2]
    return domain == other.rpartition("@")[2] and domain not in PUBLIC_MAIL_DOMAINS


def judge(
    invitee: Invitee, said: CalendarAnswer, partstat: str | None, mail: Mail, at: datetime | None
) -> Verdict:
    """What an answer is worth, and in Swedish why it is not counted."""
    if not knows_own_event(invitee, said):
        return CalendarReplyOutcome.STRANGER, EVENT_UNKNOWN
    if partstat is None:
        return CalendarReplyOutcome.STRANGER, "Svaret kom från en annan adress än den som är inbjuden."
    replies_must_be_open(invitee, Channel.CALENDAR)
    if invitee.calendar_closed:
        return CalendarReplyOutcome.REFUSED, LINK_CHANGED
    if at and (later := later_reply_sentence(invitee, said, partstat, at)):
        return CalendarReplyOutcome.OVERTAKEN, later
    return judge_own_answer(invitee, said, partstat, mail)


def judge_own_answer(invitee: Invitee, said: CalendarAnswer, partstat: str, mail: Mail) -> Verdict:
    """What the invited person's own newest answer is worth."""
    if is_stale(invitee, said):
        return CalendarReplyOutcome.STALE, "Tiden eller platsen har ändrats. Personen har fått frågan igen."
    if said.method == "COUNTER":
        return CalendarReplyOutcome.COUNTER, "Personen föreslår en annan tid. Kontakta personen."
    if partstat not in ANSWER_OF_PARTSTAT or mail.answered_by_machine:
        return CalendarReplyOutcome.TENTATIVE, "Svaret är preliminärt. Fråga personen och notera svaret."
    if deputy := invitee.substitutes.active().first():
        return judge_after_handover(deputy, ANSWER_OF_PARTSTAT[partstat])
    return CalendarReplyOutcome.COUNTED, ""


def judge_after_handover(deputy: Invitee, answer: Answer) -> Verdict:
    """Who has sent a substitute and takes the meeting out of the calendar says nothing new; who accepts it may."""
    if answer == Answer.NO:
        return CalendarReplyOutcome.SETTLED, f"Platsen är redan lämnad till {deputy.name}."
    return CalendarReplyOutcome.REFUSED, f"Platsen är lämnad till {deputy.name}. Fråga vem som kommer."


def later_reply_sentence(invitee: Invitee, answer: CalendarAnswer, partstat: str, at: datetime) -> str:
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


def is_stale(invitee: Invitee, said: CalendarAnswer) -> bool:
    """Whether the answer is about an earlier time or place. Without a sequence its start time tells."""
    meeting = invitee.meeting
    if said.sequence is not None:
        return said.sequence < meeting.sequence
    return said.start != meeting.starts_at if said.start else meeting.sequence > 0
