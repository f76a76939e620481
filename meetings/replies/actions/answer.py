"""Store an answer, decide whether it counts, and send a receipt for every change.

Which answer counts: the last confirmed one, whatever channel it came by. An answer noted by staff counts from when
they write it, not from when the telephone rang; a calendar's answer counts from when it was given. An unconfirmed
answer (a script pressed the button) counts only when a person has pressed too. A press on the opposite button within
one minute counts only when it is pressed again, at least 2 seconds later. Replies are added and never changed or
removed, so the whole history can be read afterwards.

Who has a seat: those who said yes first, see models/seats.py. Every answer is stored under a lock on the party's
invitation, so what the receipt says about a seat is true also when forty people answer at the same moment.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.authorship import Part, record_authorship
from dialog_portal.base.states import NotAllowed
from dialog_portal.links.human_press import TIME_TO_READ
from dialog_portal.outbox.models import Letter
from dialog_portal.outbox.queue.stop import stop
from meetings.audit_events import MeetingsEvent
from meetings.mailings.actions.post import post_letter
from meetings.models import CONTRADICTION_WINDOW, Answer, Channel, Invitee, Purpose, Reply
from meetings.models.reply import GUEST_CHANNELS, ReplyQuerySet, last_confirmed
from meetings.replies.actions.notify_others import notify_new_seats, notify_original
from meetings.replies.actions.release_substitute import release_substitute
from meetings.replies.answer_lock import lock_invitee, seated_people
from meetings.replies.daily_limits import ANSWERS_A_DAY, a_day_ago, must_be_within_daily_limit
from meetings.replies.deadline import replies_must_be_open
from meetings.replies.letters import receipt
from meetings.replies.reply_status import reply_status


@transaction.atomic
def store_answer(
    invitee: Invitee,
    answer: Answer,
    *,
    channel: Channel,
    by: User | None = None,
    confirmed: bool = True,
    note: str = "",
    via: Invitee | None = None,
) -> Reply:
    """Store a yes or a no and send the receipt. Return the stored reply.

    A guest's own answer that is given twice is stored once, and one receipt is sent. `via` is the coordinator who
    answered for the person; the receipt names them. Raise NotAllowed when the deadline has passed, when the person is
    no longer invited, when they have answered too often today, or when the answer is to send a substitute.
    """
    if answer == Answer.SUBSTITUTE:
        raise NotAllowed("Ange namn och e-postadress till den som kommer i stället.")
    invitee = lock_invitee(invitee)
    replies_must_be_open(invitee, channel)
    if channel in GUEST_CHANNELS and (same := find_same_answer(invitee, answer, confirmed)):
        return same
    if channel in GUEST_CHANNELS and via is None:
        confirmed, stands = weigh_guest_answer(invitee, answer, channel, confirmed=confirmed)
        if stands and not confirmed:
            return stands
    seated = seated_people(invitee.invitation)
    row = invitee.replies.create(
        answer=answer, channel=channel, by=by, confirmed=confirmed, note=note, via=via
    )
    if by:
        event = record(by, MeetingsEvent.ANSWER_NOTED, invitee, reply=row.pk, channel=channel)
        record_authorship(event, invitee.meeting, Part.FACTS)  # who declined is named in the notes
    if confirmed:
        confirm_answer(row, invitee, seated, by=by)
    return row


def confirm_answer(row: Reply, invitee: Invitee, seated: set[int], *, by: User | None) -> None:
    """Do what a confirmed answer leads to: release the substitute, stop reminders, and write to everybody concerned."""
    release_substitute(invitee, by=by)
    stop_needless_reminders(invitee, Answer(row.answer))
    post_letter(invitee, Purpose.RECEIPT, receipt.receipt_for_reply(row, reply_status(invitee)), by=by)
    notify_original(invitee, row, by=by)
    own = invitee.substitute_for_id or invitee.pk
    notify_new_seats(invitee.invitation, seated, cause=str(row.pk), by=by, own=own)


def stop_needless_reminders(invitee: Invitee, answer: Answer) -> None:
    """Stop reminders to answer, and after a no also the reminder of the meeting."""
    moot = {Purpose.REMINDER} if answer == Answer.YES else {Purpose.REMINDER, Purpose.COMING}
    letters = Letter.objects.filter(meeting_letter__invitee=invitee, purpose__in=moot)
    stop(letters, by=None, reason="Personen hann svara.", final=True)


def find_same_answer(invitee: Invitee, answer: Answer, confirmed: bool) -> Reply | None:
    """Return the reply that already holds this answer, as after a double press; None when there is none."""
    said = list(invitee.replies.all())
    now = last_confirmed(said)
    newest = said[-1] if said else None
    if newest and newest.answer == answer and newest.confirmed >= confirmed:
        return newest
    return now if now and now.answer == answer and not confirmed else None


def answers_by_themselves(invitee: Invitee) -> ReplyQuerySet:
    """Return the replies that came from the person's own link or calendar."""
    return invitee.replies.filter(channel__in=GUEST_CHANNELS, via=None)


def weigh_guest_answer(
    invitee: Invitee, answer: Answer, channel: Channel, *, confirmed: bool
) -> tuple[bool, Reply | None]:
    """Return whether a guest's own answer counts, and the earlier reply to use instead of storing another one.

    Scripts may press as often as they like: after 12 unconfirmed presses in a day nothing more is stored, and their
    presses do not use up the person's own answers. Raise NotAllowed when the person has given 12 answers in a day.
    """
    lately = answers_by_themselves(invitee).filter(at__gte=a_day_ago())
    if not confirmed:
        presses = list(lately.filter(confirmed=False))
        return False, presses[-1] if len(presses) >= ANSWERS_A_DAY else None
    must_be_within_daily_limit(lately.confirmed().count(), ANSWERS_A_DAY, None)
    return weigh_press(invitee, answer) if channel == Channel.LINK else (True, None)


def weigh_press(invitee: Invitee, answer: Answer) -> tuple[bool, Reply | None]:
    """Return whether a press counts at once, and the unconfirmed reply that an earlier press of the same button left.

    A press does not count when the person's own link gave another answer within the last minute, because programs try
    every button. It counts when the button is pressed again after 2 seconds, the time it takes to read the question.
    """
    said = list(answers_by_themselves(invitee))
    before = last_confirmed(said)
    now = timezone.now()
    if before is None or before.answer == answer or now - before.at >= CONTRADICTION_WINDOW:
        return True, None
    asked = said[-1] if said[-1].answer == answer and not said[-1].confirmed else None
    return asked is not None and now - asked.at >= TIME_TO_READ, asked
