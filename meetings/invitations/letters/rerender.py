"""A letter as it would be written now, when what it said stopped being true before it had left."""

from __future__ import annotations

from dataclasses import replace

from django.utils import timezone

from dialog_portal.outbox.queue.actions import Draft
from meetings.mailings.letters.compose import compose
from meetings.mailings.letters.recipients import MAILINGS, letter_key
from meetings.models import Invitee, MeetingLetter, Purpose
from meetings.replies.letters import receipt, substitute
from meetings.replies.reply_status import ReplyStatus, last_confirmed, reply_status

ABOUT_OWN_REPLY = (Purpose.RECEIPT, Purpose.HANDED_OVER)


def rendered_now(row: MeetingLetter, invitee: Invitee) -> Draft | None:
    """The letter in place of an old one, under a key that the old one gives; nothing when nobody needs it any more."""
    draft = letter_as_of_now(Purpose(row.purpose), invitee)
    return replace(draft, key=letter_key(draft.purpose, invitee, f"anew{row.letter_id}")) if draft else None


def letter_as_of_now(purpose: Purpose, invitee: Invitee) -> Draft | None:
    if purpose in ABOUT_OWN_REPLY:
        return letter_about_own_reply(invitee, reply_status(invitee))
    if purpose == Purpose.SUBSTITUTE:
        return substitute.substitute_invitation(invitee)
    mailing = MAILINGS[purpose]
    late = mailing.why_not(invitee.meeting, timezone.now())
    return None if late else compose(mailing, invitee.meeting, invitee)


def letter_about_own_reply(invitee: Invitee, where: ReplyStatus) -> Draft | None:
    """What we have noted of a person, in one letter, whatever letters led there."""
    said = last_confirmed(list(invitee.replies.all()))
    if refused := invitee.substitute_requests.refused_since(said.at if said else None):
        return substitute.request_refused(refused)
    if where.case in receipt.RECEIPT_HEADINGS:
        return receipt.receipt_letter(invitee, where, where.case, "", via=where.via)
    if where.substitute:
        return substitute.substitute_news(
            invitee, where.substitute, substitute.CASE_OF_ANSWER[where.substitute_answer], ""
        )
    gone = invitee.substitutes.filter(withdrawn_at__isnull=False).order_by("withdrawn_at").last()
    return substitute.substitute_removed(invitee, gone) if gone else None
