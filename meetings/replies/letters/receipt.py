"""The receipt: what the portal has noted, sent for every change of an answer."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from dialog_portal.outbox.draft import Draft
from dialog_portal.outbox.models import Priority
from dialog_portal.outbox.render import render
from meetings.mailings.calendar_file import calendar_for, calendar_method
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


def receipt_for_reply(reply: Reply, status: ReplyStatus) -> Draft:
    """Return the receipt to the person whose answer was stored, by whatever channel it came."""
    return receipt_letter(
        reply.invitee,
        status,
        status.case,
        f"r{reply.pk}",
        via=reply.via,
    )


def seat_letter(cause: str, invitee: Invitee, status: ReplyStatus) -> Draft:
    """Return the letter to somebody on the waiting list who has got a seat because of another person's answer."""
    return receipt_letter(invitee, status, "seat", f"seat{cause}")


def receipt_letter(
    invitee: Invitee, status: ReplyStatus, case: str, cause: str, *, via: Invitee | None = None
) -> Draft:
    """Return a receipt; `cause` is part of its key, so that each change gives one receipt."""
    has = case in {"seated", "seat"}
    calendar = calendar_for(invitee.meeting, invitee, by_letter=True, accepted=True) if has else None
    return urgent_draft(
        invitee,
        Purpose.RECEIPT,
        "receipt",
        letter_key("receipt", invitee, cause),
        calendar=calendar,
        calendar_method=calendar_method(invitee, cancelled=False),
        case=case,
        reply_status=status,
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
    """Return an urgent letter to one person about their own answer: they have just pressed a button and wait for it."""
    meeting = invitee.meeting
    about = {**letter_context(meeting, invitee), "button_text": "Ändra svar", **words}
    rendered = render(template, {**about, "button_text": LOOK_BUTTON} if about["closed"] else about)
    return Draft(
        key=unique,
        purpose=purpose,
        campaign=meeting.campaign,
        name=invitee.name_in_letters,
        address=invitee.email,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        deadline=max(meeting.ends_at, timezone.now() + timedelta(days=1)),
        priority=Priority.URGENT,
        calendar=calendar,
        calendar_method=calendar_method,
    )
