"""A letter as it would be written now, when what it said stopped being true before it had left."""

from __future__ import annotations

from dataclasses import replace

from django.utils import timezone

from dialog_portal.outbox.draft import Draft
from meetings.mailings.letters.compose import compose
from meetings.mailings.letters.recipients import MAILINGS, letter_key
from meetings.models import Invitee, MeetingLetter, Purpose
from meetings.replies.letters import receipt, substitute
from meetings.replies.reply_status import Standing, current, standing

ABOUT_OWN_REPLY = (Purpose.RECEIPT, Purpose.HANDED_OVER)


def rendered_now(row: MeetingLetter, invitee: Invitee) -> Draft | None:
    """The letter in place of an old one, under a key that the old one gives; nothing when nobody needs it any more."""
    draft = written(Purpose(row.purpose), invitee)
    return replace(draft, key=letter_key(draft.purpose, invitee, f"anew{row.letter_id}")) if draft else None


def written(purpose: Purpose, invitee: Invitee) -> Draft | None:
    if purpose in ABOUT_OWN_REPLY:
        return about_own_reply(invitee, standing(invitee))
    if purpose == Purpose.SUBSTITUTE:
        return substitute.invited(invitee)
    mailing = MAILINGS[purpose]
    late = mailing.why_not(invitee.meeting, timezone.now())
    return None if late else compose(mailing, invitee.meeting, invitee)


def about_own_reply(invitee: Invitee, where: Standing) -> Draft | None:
    """What we have noted of a person, in one letter, whatever letters led there."""
    said = current(list(invitee.replies.all()))
    if refused := invitee.substitute_requests.refused_since(said.at if said else None):
        return substitute.refused(refused)
    if where.case in receipt.HEADINGS:
        return receipt.written(invitee, where, where.case, "", via=where.via)
    if where.substitute:
        return substitute.noted(invitee, where.substitute, substitute.CASES[where.substitute_answer], "")
    gone = invitee.substitutes.filter(withdrawn_at__isnull=False).order_by("withdrawn_at").last()
    return substitute.removed(invitee, gone) if gone else None
