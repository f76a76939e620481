"""The receipt: what we have noted, for every change of an answer."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from dialog_portal.outbox.models import Priority
from dialog_portal.outbox.queue.actions import Draft
from dialog_portal.outbox.render import render
from meetings.mailings.calendar_file import calendar_for, method
from meetings.mailings.letters.compose import LOOK_BUTTON, letter_context
from meetings.mailings.letters.recipients import letter_key
from meetings.models import Invitee, Purpose, Reply
from meetings.replies.reply_status import ReplyStatus

RECEIPT_HEADINGS = {
    "seated": "Du är anmäld",
    "waiting": "Du står på väntelistan",
    "no": "Du har tackat nej",
    "seat": "Du har fått en plats",
}


def receipt(reply: Reply, where: ReplyStatus) -> Draft:
    """To the person whose answer was stored, by whatever channel it came."""
    return receipt_letter(
        reply.invitee,
        where,
        where.case,
        f"r{reply.pk}",
        via=reply.via,
    )


def seat_letter(cause: str, invitee: Invitee, where: ReplyStatus) -> Draft:
    """To somebody in the queue whom another's answer has given a seat."""
    return receipt_letter(invitee, where, "seat", f"seat{cause}")


def receipt_letter(
    invitee: Invitee, where: ReplyStatus, case: str, cause: str, *, via: Invitee | None = None
) -> Draft:
    """What we have noted; the cause tells one receipt from the next."""
    has = case in {"seated", "seat"}
    calendar = calendar_for(invitee.meeting, invitee, by_letter=True, accepted=True) if has else None
    return urgent_draft(
        invitee,
        Purpose.RECEIPT,
        "receipt",
        letter_key("receipt", invitee, cause),
        calendar=calendar,
        calendar_method=method(invitee, cancelled=False),
        case=case,
        standing=where,
        via=via,
        heading=RECEIPT_HEADINGS[case],
    )


def urgent_draft(
    invitee: Invitee,
    purpose: Purpose,
    template: str,
    unique: str,
    *,
    calendar: bytes | None = None,
    calendar_method: str = "PUBLISH",
    **words: object,
) -> Draft:
    """An urgent letter to one person about their own answer; somebody has just pressed a button and waits for it."""
    meeting = invitee.meeting
    about = {**letter_context(meeting, invitee), "button_text": "Ändra svar", **words}
    rendered = render(template, {**about, "button_text": LOOK_BUTTON} if about["closed"] else about)
    return Draft(
        key=unique,
        purpose=purpose,
        campaign=meeting.campaign,
        name=invitee.called,
        address=invitee.email,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        deadline=max(meeting.ends_at, timezone.now() + timedelta(days=1)),
        priority=Priority.URGENT,
        calendar=calendar,
        calendar_method=calendar_method,
    )
