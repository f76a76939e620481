"""Answers: stored in a ledger that only grows, with a receipt for every change.

What holds when answers differ: the last confirmed answer wins, whatever channel it came by. What staff note counts
from when they write it, not from when the telephone rang; what a calendar answers counts from when it was given. An
unconfirmed answer (a script pressed the button) counts for nothing until a person has pressed too, and neither does the
opposite of what was pressed within the last minute, until it is pressed once more after a moment. Nothing is changed or
removed, so the whole story can be read afterwards.

Seats: whoever said yes first has one. Every answer is stored under a lock on the party's invitation, so what the
receipt says about a seat is true also when forty answer at once.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.states import NotAllowed
from dialog_portal.links.actions import revoke_link
from dialog_portal.outbox.models import WAITING, Letter
from dialog_portal.outbox.queue import actions as outbox
from meetings.audit_events import MeetingsEvent
from meetings.mailings.actions.post import post_letter
from meetings.models import CONTRADICTION, Answer, Channel, Invitation, Invitee, Purpose, Reply
from meetings.models.reply import ReplyQuerySet
from meetings.replies.actions.colleagues import (
    ANSWERS_A_DAY,
    CHANGES_A_DAY,
    a_day_ago,
    add_from_party,
    must_be_free,
    must_not_be_too_often,
)
from meetings.replies.actions.needs import erase_needs
from meetings.replies.letters import receipt, substitute
from meetings.replies.reply_status import last_confirmed, reply_status
from meetings.replies.seats import GUEST_CHANNELS, lock_invitee, replies_must_be_open, seated_people

TIME_TO_READ = timedelta(seconds=2)  # nobody has read the question and pressed again sooner


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
    """Store a yes or a no and write the receipt. A guest's own answer given twice is stored and written once.

    `via` is the coordinator who answered for the person; the receipt says so.
    Raises NotAllowed when it is too late, or when the person is no longer invited.
    """
    if answer == Answer.SUBSTITUTE:
        raise NotAllowed("Ange namn och e-postadress till den som kommer i stället.")
    invitee = lock_invitee(invitee)
    replies_must_be_open(invitee, channel)
    if channel in GUEST_CHANNELS and (same := same_answer(invitee, answer, confirmed)):
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
        record(by, MeetingsEvent.ANSWER_NOTED, invitee, reply=row.pk, channel=channel)
    if confirmed:
        confirm_answer(row, invitee, seated, by=by)
    return row


def confirm_answer(row: Reply, invitee: Invitee, seated: set[int], *, by: User | None) -> None:
    """What a confirmed answer leads to: the receipt, and a word to everybody whose seat it touches."""
    release_substitute(invitee, by=by)
    stop_reminders(invitee, Answer(row.answer))
    post_letter(invitee, Purpose.RECEIPT, receipt.receipt(row, reply_status(invitee)), by=by)
    notify_original(invitee, row, by=by)
    own = invitee.substitute_for_id or invitee.pk
    notify_new_seats(invitee.invitation, seated, cause=str(row.pk), by=by, own=own)


def stop_reminders(invitee: Invitee, answer: Answer) -> None:
    """What would ask for an answer that has come, or remind of a meeting that the person does not come to."""
    moot = {Purpose.REMINDER} if answer == Answer.YES else {Purpose.REMINDER, Purpose.COMING}
    letters = Letter.objects.filter(meeting_letter__invitee=invitee, purpose__in=moot)
    outbox.stop(letters, by=None, reason="Personen hann svara.", final=True)


def same_answer(invitee: Invitee, answer: Answer, confirmed: bool) -> Reply | None:
    """The row that holds this very answer already: a double press, or a script that presses again."""
    said = list(invitee.replies.all())
    now = last_confirmed(said)
    newest = said[-1] if said else None
    if newest and newest.answer == answer and newest.confirmed >= confirmed:
        return newest
    return now if now and now.answer == answer and not confirmed else None


def own_answers(invitee: Invitee) -> ReplyQuerySet:
    """What came from the person's own link or calendar."""
    return invitee.replies.filter(channel__in=GUEST_CHANNELS, via=None)


def weigh_guest_answer(
    invitee: Invitee, answer: Answer, channel: Channel, *, confirmed: bool
) -> tuple[bool, Reply | None]:
    """Whether a guest's own answer counts, and the row that stands for it when it does not and nothing is to be stored.

    Programs may press as often as they like: they fill no ledger, and take none of the person's own answers.
    """
    lately = own_answers(invitee).filter(at__gte=a_day_ago())
    if not confirmed:
        presses = list(lately.filter(confirmed=False))
        return False, presses[-1] if len(presses) >= ANSWERS_A_DAY else None
    must_not_be_too_often(lately.confirmed().count(), ANSWERS_A_DAY, None)
    return is_certain(invitee, answer) if channel == Channel.LINK else (True, None)


def is_certain(invitee: Invitee, answer: Answer) -> tuple[bool, Reply | None]:
    """Whether a press counts at once, and the row that holds the same press already.

    It does not when the person's own link said something else within the last minute: programs try every button. Then
    it counts when it comes again, after as long as it takes to read that it was asked for.
    """
    said = list(own_answers(invitee))
    before = last_confirmed(said)
    now = timezone.now()
    if before is None or before.answer == answer or now - before.at >= CONTRADICTION:
        return True, None
    asked = said[-1] if said[-1].answer == answer and not said[-1].confirmed else None
    return asked is not None and now - asked.at >= TIME_TO_READ, asked


@transaction.atomic
def hand_over(
    invitee: Invitee, *, name: str, email: str, channel: Channel, by: User | None = None, note: str = ""
) -> Invitee:
    """Let somebody else come: they get an invitation and a link of their own, and the seat keeps its place.

    A guest may choose anybody with an address at the party's own domains, three times a day; staff may choose freely.
    """
    invitee = lock_invitee(invitee)
    replies_must_be_open(invitee, channel)
    if invitee.substitute_for_id:
        raise NotAllowed(
            "En ersättare kan inte skicka en egen ersättare. Svara nej, så får den som frågade dig veta det."
        )
    must_not_be_too_often(
        invitee.substitutes.filter(link__created__gte=a_day_ago()).count(), CHANGES_A_DAY, by
    )
    must_be_free(invitee, email, by, replaced=invitee.substitutes.active().first())
    release_substitute(invitee, by=by)
    stop_reminders(invitee, Answer.SUBSTITUTE)
    row = invitee.replies.create(answer=Answer.SUBSTITUTE, channel=channel, by=by, note=note)
    deputy = add_from_party(invitee, name, email, substitute_for=invitee)
    if by:
        record(by, MeetingsEvent.SUBSTITUTE_NOTED, invitee, reply=row.pk, substitute=deputy.pk)
    post_letter(deputy, Purpose.SUBSTITUTE, substitute.substitute_invitation(deputy), by=by)
    post_letter(invitee, Purpose.HANDED_OVER, substitute.handover_receipt(row, deputy), by=by)
    return deputy


@transaction.atomic
def take_back(invitee: Invitee, *, channel: Channel, by: User | None = None) -> Reply:
    """Come oneself after all: a yes, and the substitute's link is closed and they are told."""
    if not invitee.substitutes.active().exists():
        raise NotAllowed("Det finns ingen ersättare att ta tillbaka platsen från.")
    return store_answer(invitee, Answer.YES, channel=channel, by=by)


def release_substitute(invitee: Invitee, *, by: User | None) -> None:
    """Take the substitute off the list, stop what is still on its way to them, and tell them if they may have heard."""
    deputy = (
        invitee.substitutes.active().select_related("meeting__round", "invitation__party", "link").first()
    )
    if deputy is None:
        return
    waiting = Letter.objects.filter(meeting_letter__invitee=deputy, state__in=WAITING)
    outbox.stop(waiting, by=by, reason="Platsen togs tillbaka.")
    deputy.withdrawn_at = timezone.now()
    deputy.save(update_fields=["withdrawn_at"])
    revoke_link(deputy.link)
    erase_needs(deputy)
    if Letter.objects.filter(meeting_letter__invitee=deputy).may_have_left().exists():
        letter = substitute.substitute_not_needed(deputy)
        post_letter(deputy, Purpose.SUBSTITUTE, letter, by=by, holds_after_change=True)


def notify_original(deputy: Invitee, row: Reply, *, by: User | None) -> None:
    if deputy.substitute_for and deputy.substitute_for.withdrawn_at is None:
        post_letter(
            lock_invitee(deputy.substitute_for),
            Purpose.HANDED_OVER,
            substitute.substitute_answered(row, deputy),
            by=by,
        )


def notify_new_seats(
    invitation: Invitation, before: set[int], *, cause: str, by: User | None, own: int | None = None
) -> None:
    """Write to everybody who has moved from the queue to a seat; `own` has a receipt that says so already."""
    for root in seated_people(invitation) - before - {own}:
        person = Invitee.objects.get(pk=root)
        comes = lock_invitee(person.substitutes.active().first() or person)
        post_letter(comes, Purpose.RECEIPT, receipt.seat_letter(cause, comes, reply_status(comes)), by=by)
