"""Render a letter again as it would be written now, when the meeting changed before the letter had left."""

from __future__ import annotations

from dataclasses import replace

from django.utils import timezone

from dialog_portal.outbox.draft import Draft
from meetings.mailings.letters.compose import compose
from meetings.mailings.letters.recipients import MAILINGS, letter_key
from meetings.models import Invitee, MeetingLetter, Purpose
from meetings.models.reply import last_confirmed
from meetings.replies.letters import receipt, substitute
from meetings.replies.reply_status import ReplyStatus, reply_status

ABOUT_OWN_REPLY = (Purpose.RECEIPT, Purpose.HANDED_OVER)


def replacement_letter(row: MeetingLetter, invitee: Invitee) -> Draft | None:
    """Return the letter in place of an old one, None when nobody needs it any more. The old letter gives its key."""
    draft = current_letter(Purpose(row.purpose), invitee)
    return replace(draft, key=letter_key(draft.purpose, invitee, f"anew{row.letter_id}")) if draft else None


def current_letter(purpose: Purpose, invitee: Invitee) -> Draft | None:
    """Return the letter of a kind as it would be written now, None when it can no longer be sent."""
    if purpose in ABOUT_OWN_REPLY:
        return current_reply_letter(invitee, reply_status(invitee))
    if purpose == Purpose.SUBSTITUTE:
        return substitute.substitute_invitation(invitee)
    mailing = MAILINGS[purpose]
    late = mailing.reason_not_to_send(invitee.meeting, timezone.now())
    return None if late else compose(mailing, invitee.meeting, invitee)


def current_reply_letter(invitee: Invitee, status: ReplyStatus) -> Draft | None:
    """Return one letter about what we have noted of a person's answer, whatever letters led there."""
    said = last_confirmed(list(invitee.replies.all()))
    if refused := invitee.substitute_requests.refused_since(said.at if said else None):
        return substitute.request_refused(refused)
    if status.case in receipt.RECEIPT_HEADINGS:
        return receipt.receipt_letter(invitee, status, status.case, "", via=status.via)
    if status.substitute:
        return substitute.substitute_news(
            invitee, status.substitute, substitute.CASE_OF_ANSWER[status.substitute_answer], ""
        )
    gone = invitee.substitutes.filter(withdrawn_at__isnull=False).order_by("withdrawn_at").last()
    return substitute.substitute_removed(invitee, gone) if gone else None
