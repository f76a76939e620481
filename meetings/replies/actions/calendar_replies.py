"""Answers that people give in their own calendar (Outlook, Gmail), read from letters in the mailbox.

An answer counts when it clearly comes from the invited person and is about the current time and place. Anybody can
forge a sender's address, but only somebody who has the person's own event knows the secret in its UID; when the
person's link has been changed because it leaked, the event may have leaked too, so nothing from it counts. Calendars
often answer under another address than the invited one (an alias). With the secret that counts when the letter comes
from the person's organisation and bears their name; else staff decide with one press, because an event can be forwarded
to a colleague who answers for themselves. All other answers are kept as notes for staff. Answering in a calendar is
easily done by mistake, so it never undoes a decision: a seat that was handed over stays with the substitute.

Which answer wins: the last confirmed one. A calendar's answer counts from when it was given, not from when its letter
was read. That time is the later of DTSTAMP in the calendar (which some programs copy from the invitation) and the
letter's Date header; a time in the future is not believed. So an answer by link, telephone or e-mail that was given
later wins, however late the letter comes, and so does a later calendar answer. Times are compared in whole seconds,
and within the same second the calendar's answer counts as the later one. A calendar answer without any time counts
from when it is read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
from meetings.mailings.letters.what_changed import has_changed_since
from meetings.models import Answer, CalendarReply, CalendarReplyOutcome, Channel, Invitee, Purpose, Reply
from meetings.models.reply import last_confirmed
from meetings.replies import itip
from meetings.replies.actions import answer as replies
from meetings.replies.answer_lock import lock_invitee
from meetings.replies.deadline import replies_must_be_open
from meetings.replies.itip import CalendarAnswer
from meetings.replies.letters.ask_again import ask_again
from meetings.replies.sender import is_own_organisation, is_under_own_name

ANSWER_OF_PARTSTAT = {"ACCEPTED": Answer.YES, "DECLINED": Answer.NO}
EVENT_UNKNOWN = (
    "Svaret gäller inte kalenderposten som personen fick. Det kan vara skrivet av någon annan. "
    "Fråga personen."
)
LINK_CHANGED = (
    "Personens länk har bytts, så kalenderposten kan finnas hos någon annan. "
    "Fråga personen och notera svaret."
)
OTHER_ADDRESS = (
    "Svaret kom från {}, inte från adressen som är inbjuden. Är det samma person, så räkna svaret."
)
SAME_ANSWER = "Svaret kom från {}. Personen har redan svarat likadant."
SHOWN_ADDRESS = 150  # characters of an address in a sentence
OutcomeAndReason = tuple[CalendarReplyOutcome, str]


@dataclass(frozen=True)
class Responder:
    """Who answers in a letter: their PARTSTAT (RFC 5545), the address, and whether it is the invited person."""

    partstat: str
    address: str
    is_invitee: bool


def read_calendar_reply(mail: Mail) -> Callable[[], str] | None:
    """Return a function that stores the calendar's answer in a letter, None when the letter has no such answer."""
    said = itip.find_answer(mail)
    return partial(receive_calendar_answer, said, mail) if said else None


@transaction.atomic
def receive_calendar_answer(said: CalendarAnswer, mail: Mail) -> str:
    """Store an answer to one of our invitations. Return its outcome in Swedish, empty when people must read the letter.

    A letter from somebody who does not know the secret of the person's own event is noted but left in the mailbox.
    """
    invitee = Invitee.objects.filter(pk=said.invitee, meeting__uid=said.meeting).first()
    if not invitee:
        return ""
    row = store_calendar_reply(lock_invitee(invitee), said, mail)
    return row.get_outcome_display() if has_own_event_secret(invitee, said) else ""


def has_own_event_secret(invitee: Invitee, said: CalendarAnswer) -> bool:
    """Return whether the answer comes from somebody who has the person's own event."""
    return bool(said.secret) and compare_digest(said.secret, invitee.calendar_secret)


def store_calendar_reply(invitee: Invitee, said: CalendarAnswer, mail: Mail) -> CalendarReply:
    """Store a calendar's answer with its outcome, and count it as the person's answer when the rules allow it."""
    responder = find_responder(invitee, said, mail)
    row = CalendarReply(
        invitee=invitee,
        partstat=responder.partstat,
        address="" if responder.is_invitee else responder.address,
        comment=said.comment if has_own_event_secret(invitee, said) and not invitee.calendar_closed else "",
        sequence=said.sequence,
        stamped=answered_at(said, mail),
    )
    try:
        row.outcome, row.why = judge(invitee, said, responder, mail, row.stamped)
        if row.outcome == CalendarReplyOutcome.COUNTED:
            row.reply = count_as_answer(invitee, ANSWER_OF_PARTSTAT[row.partstat])
        elif row.outcome == CalendarReplyOutcome.STALE:
            post_letter(invitee, Purpose.UPDATE, ask_again(invitee), by=None)
    except NotAllowed as refusal:
        row.outcome, row.why = CalendarReplyOutcome.REFUSED, str(refusal)[:300]
    except ValidationError as trouble:  # no receipt can be written, so staff must note the answer
        row.outcome, row.why = CalendarReplyOutcome.REFUSED, " ".join(trouble.messages)[:300]
    row.save()
    return row


def count_as_answer(invitee: Invitee, answer: Answer) -> Reply:
    """Store the answer as a reply, without the comment: comments are erased in time, and replies never are."""
    return replies.store_answer(invitee, answer, channel=Channel.CALENDAR)


def answered_at(said: CalendarAnswer, mail: Mail) -> datetime | None:
    """Return when the person answered, None when neither the calendar nor the letter says it."""
    return max((moment for moment in (said.stamped, mail.sent) if moment), default=None)


def find_responder(invitee: Invitee, said: CalendarAnswer, mail: Mail) -> Responder:
    """Return who answers. It is the invited person when

    - the address that answers is theirs, and the letter comes from them or from their own organisation;
    - the letter comes from them, and answers under another of their addresses;
    - the letter comes from their organisation, under their name, and its sender is who answers.
    """
    own = machine_address(invitee.email).lower()
    given = dict(reversed(said.attendees))  # the first of an address counts
    only = said.attendees[0][1] if said.attendees else ""
    if own in given and (mail.sender == own or is_own_organisation(invitee, mail.sender)):
        return Responder(given[own], own, is_invitee=True)
    if mail.sender == own and said.attendees:
        return Responder(only, own, is_invitee=True)
    alias = mail.sender in given and is_under_own_name(invitee, mail)
    partstat = given.get(mail.sender, only if len(said.attendees) == 1 else "")
    return Responder(partstat, mail.sender, is_invitee=alias)


def judge(
    invitee: Invitee, said: CalendarAnswer, responder: Responder, mail: Mail, at: datetime | None
) -> OutcomeAndReason:
    """Return the outcome of an answer, and in Swedish why it does not count. Raise NotAllowed after the deadline."""
    if not has_own_event_secret(invitee, said):
        return CalendarReplyOutcome.STRANGER, EVENT_UNKNOWN
    replies_must_be_open(invitee, Channel.CALENDAR)
    if invitee.calendar_closed:
        return CalendarReplyOutcome.REFUSED, LINK_CHANGED
    if not responder.is_invitee:
        return judge_other_address(invitee, responder)
    partstat = responder.partstat
    if at and (later := later_reply_sentence(invitee, said, partstat, at)):
        return CalendarReplyOutcome.OVERTAKEN, later
    return judge_own_answer(invitee, said, partstat, mail)


def judge_other_address(invitee: Invitee, responder: Responder) -> OutcomeAndReason:
    """Return the outcome of an answer under an address that may be another person's: staff decide about news only."""
    known = last_confirmed(list(invitee.replies.all()))
    if known and known.answer == ANSWER_OF_PARTSTAT.get(responder.partstat):
        return CalendarReplyOutcome.SETTLED, SAME_ANSWER.format(responder.address[:SHOWN_ADDRESS])
    return CalendarReplyOutcome.ALIAS, OTHER_ADDRESS.format(responder.address[:SHOWN_ADDRESS])


def judge_own_answer(invitee: Invitee, said: CalendarAnswer, partstat: str, mail: Mail) -> OutcomeAndReason:
    """Return the outcome of the invited person's own newest answer."""
    if is_stale(invitee, said):
        return CalendarReplyOutcome.STALE, "Tiden eller platsen har ändrats. Personen har fått frågan igen."
    if said.method == "COUNTER":
        return CalendarReplyOutcome.COUNTER, "Personen föreslår en annan tid. Kontakta personen."
    if partstat not in ANSWER_OF_PARTSTAT or mail.answered_by_machine:
        return CalendarReplyOutcome.TENTATIVE, "Svaret är preliminärt. Fråga personen och notera svaret."
    if deputy := invitee.substitutes.active().first():
        return judge_after_handover(deputy, ANSWER_OF_PARTSTAT[partstat])
    return CalendarReplyOutcome.COUNTED, ""


def judge_after_handover(deputy: Invitee, answer: Answer) -> OutcomeAndReason:
    """Return the outcome when the seat has been handed over: a no says nothing new, a yes is for staff to ask about."""
    if answer == Answer.NO:
        return CalendarReplyOutcome.SETTLED, f"Platsen är redan lämnad till {deputy.name}."
    return CalendarReplyOutcome.REFUSED, f"Platsen är lämnad till {deputy.name}. Fråga vem som kommer."


def later_reply_sentence(invitee: Invitee, answer: CalendarAnswer, partstat: str, at: datetime) -> str:
    """Return a Swedish sentence about a reply that was given after this time, empty when there is none.

    The same answer with the same time is a copy of the letter, and does not count again.
    """
    said = f"Svaret gavs i kalendern {moment(at)}."
    otherwise = invitee.replies.confirmed().exclude(channel=Channel.CALENDAR).last()
    if otherwise and otherwise.at.replace(microsecond=0) > at:
        newer = f"{otherwise.get_answer_display()} ({otherwise.get_channel_display()})"
        return f"{said} Det gäller inte, för {moment(otherwise.at)} kom ett senare svar: {newer}."
    known = invitee.calendar_replies.exclude(outcome=CalendarReplyOutcome.STRANGER).filter(address="")
    if known.filter(stamped__gt=at).exists():
        return f"{said} Personen har svarat senare i sin kalender."
    counted = known.filter(outcome=CalendarReplyOutcome.COUNTED, partstat=partstat, stamped=at)
    return f"{said} Det är redan räknat." if counted.filter(sequence=answer.sequence).exists() else ""


def is_stale(invitee: Invitee, said: CalendarAnswer) -> bool:
    """Return whether the answer is about an earlier time or place. Without a sequence, compare the start time."""
    meeting = invitee.meeting
    if said.sequence is None and said.start:
        return said.start != meeting.starts_at
    return is_sequence_stale(invitee, said.sequence)


def is_sequence_stale(invitee: Invitee, sequence: int | None) -> bool:
    """Return whether an event's sequence number is of another time or place; none is taken for the first."""
    return has_changed_since(invitee.meeting, sequence or 0)
