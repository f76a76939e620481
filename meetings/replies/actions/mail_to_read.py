"""Letters that only people can read: noted for staff, so that nobody is told meanwhile that nothing has come.

A letter is about an invited person when it answers a letter of ours to them, when it comes from their address, or when
it comes from their organisation under their name. An ordinary letter is noted when an answer is waited for; what looks
like a calendar's answer that the portal cannot read (Outlook's winmail.dat) is noted from everybody who is invited. The
letter itself stays unread in the mailbox.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.states import NotAllowed
from dialog_portal.outbox.inbox.incoming_letter import Mail
from meetings.audit_events import MeetingsEvent
from meetings.models import (
    CalendarReply,
    CalendarReplyOutcome,
    Channel,
    Invitee,
    LetterKind,
    LetterToRead,
    MeetingState,
    Reply,
)
from meetings.models.invitee import InviteeQuerySet
from meetings.replies import itip
from meetings.replies.actions.answer import store_answer
from meetings.replies.actions.calendar_replies import ANSWER_OF_PARTSTAT, is_sequence_stale
from meetings.replies.answer_lock import lock_invitee
from meetings.replies.sender import is_under_own_name

CALENDAR_PARTS = ("application/ms-tnef", "application/vnd.ms-tnef", *itip.CONTENT_TYPES)


def read_letter(mail: Mail) -> Callable[[], str] | None:
    """Return a function that notes the letter for staff, None for a machine's letter and one without a sender."""
    if mail.automatic or not (mail.senders or mail.answered):
        return None
    return partial(note_letter, mail)


@transaction.atomic
def note_letter(mail: Mail) -> str:
    """Note a letter at everybody whom it is about. Return an empty text: the letter is left to people, unread."""
    if not is_stored_calendar_answer(mail):
        kind = LetterKind.CALENDAR if any(mail.parts(*CALENDAR_PARTS)) else LetterKind.PLAIN
        people = people_of_letter(mail, kind)
        rows = [LetterToRead(invitee=row, address=mail.sender, kind=kind) for row in people]
        LetterToRead.objects.bulk_create(rows)
    return ""


def is_stored_calendar_answer(mail: Mail) -> bool:
    """Return whether the letter has been stored as a calendar's answer, which staff are told of in its own way."""
    said = itip.find_answer(mail)
    return bool(said and Invitee.objects.filter(pk=said.invitee, meeting__uid=said.meeting).exists())


def people_of_letter(mail: Mail, kind: LetterKind) -> list[Invitee]:
    """Return the invited people whom a letter is about, at each meeting ahead where it may be an answer."""
    ahead = Invitee.objects.active().filter(
        meeting__state=MeetingState.INVITED, meeting__starts_at__gt=timezone.now()
    )
    people: InviteeQuerySet = ahead if kind == LetterKind.CALENDAR else ahead.silent()
    answered = people.filter(letters__letter__message_id__in=mail.answered).distinct()
    if found := list(answered) or list(people.filter(has_address(mail.senders))):
        return found
    return [row for row in people.select_related("invitation__party") if is_under_own_name(row, mail)]


def has_address(addresses: Iterable[str]) -> Q:
    """Return a condition on invitees: one of the addresses is theirs; case is ignored."""
    found = Q(pk=None)
    for address in addresses:
        found |= Q(email__iexact=address)
    return found


@transaction.atomic
def mark_as_read(invitee: Invitee, *, letters: Iterable[int], answers: Iterable[int], by: User) -> int:
    """Note that staff have read these letters and calendar answers of a person. Return how many were unread.

    What has come since the page was shown stays unread. From then on the person gets reminders again.
    """
    shown = (
        invitee.letters_to_read.filter(pk__in=letters),
        invitee.calendar_replies.filter(pk__in=answers),
    )
    number = sum(rows.filter(read_at=None).update(read_at=timezone.now(), read_by=by) for rows in shown)
    if number:
        record(by, MeetingsEvent.MAIL_READ, invitee, read=number)
    return number


@transaction.atomic
def count_calendar_reply(answer: CalendarReply, *, by: User) -> Reply:
    """Count what came from another address as the invited person's own answer; they get a receipt.

    Raise NotAllowed when it is counted already, is neither a yes nor a no, is about an earlier time or place, or when
    the seat has been handed over.
    """
    invitee = lock_invitee(answer.invitee)
    row = CalendarReply.objects.select_for_update().get(pk=answer.pk)
    if row.outcome != CalendarReplyOutcome.ALIAS:
        raise NotAllowed("Svaret är redan räknat eller går inte att räkna.")
    if row.partstat not in ANSWER_OF_PARTSTAT:
        raise NotAllowed("Svaret är varken ja eller nej. Fråga personen och notera svaret.")
    if is_sequence_stale(invitee, row.sequence):
        raise NotAllowed("Svaret gäller en tidigare tid eller plats. Fråga personen och notera svaret.")
    if deputy := invitee.substitutes.active().first():
        raise NotAllowed(f"Platsen är lämnad till {deputy.name}. Fråga vem som kommer och notera svaret.")
    note = f"Svar i kalendern från {row.address}"[:300]
    reply = store_answer(invitee, ANSWER_OF_PARTSTAT[row.partstat], channel=Channel.EMAIL, by=by, note=note)
    row.outcome, row.reply, row.read_at, row.read_by = CalendarReplyOutcome.COUNTED, reply, timezone.now(), by
    row.save(update_fields=["outcome", "reply", "read_at", "read_by"])
    record(by, MeetingsEvent.CALENDAR_REPLY_COUNTED, invitee, reply=reply.pk)
    return reply
