"""Write the letters of a meeting. Preview and sending use the same function, so they cannot differ."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.utils import timezone

from dialog_portal.base.swedish import count, span
from dialog_portal.outbox.draft import Draft
from dialog_portal.outbox.render import render
from meetings.mailings.calendar_file import calendar_for, calendar_method
from meetings.mailings.letters.recipients import Mailing
from meetings.mailings.letters.reply_link import reply_url
from meetings.mailings.letters.what_changed import change_for
from meetings.mailings.letters.wording import (
    ANSWERS_CLOSED,
    PREHEADERS,
    Words,
    fill_words,
    placeholder_values,
    reply_by,
    without_deadline,
    words_for,
)
from meetings.models import Invitee, Meeting, MeetingState, Purpose

Facts = list[tuple[str, str]]
LOOK_BUTTON = "Se mötet och ditt svar"  # the button when it is too late to answer


def compose(mailing: Mailing, meeting: Meeting, invitee: Invitee) -> Draft:
    """Return the letter of this kind to one person."""
    cancelled = meeting.state == MeetingState.CANCELLED
    said = {**letter_context(meeting, invitee), **purpose_context(mailing.purpose, meeting, invitee)}
    rendered = render(
        str(mailing.purpose), with_wording(words_for(meeting, mailing.purpose), said, mailing.purpose)
    )
    calendar = calendar_for(
        meeting,
        invitee,
        cancelled=cancelled,
        by_letter=True,
        accepted=mailing.purpose == Purpose.COMING,
        tentative=mailing.purpose == Purpose.SAVE_THE_DATE,
    )
    return Draft(
        key=mailing.key(invitee, timezone.localdate().isoformat()),
        purpose=mailing.purpose,
        campaign=meeting.campaign,
        name=invitee.name_in_letters,
        address=invitee.email,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        deadline=mailing.useful_until(meeting),
        priority=mailing.priority,
        calendar=calendar,
        calendar_method=calendar_method(invitee, cancelled=cancelled),
    )


def purpose_context(purpose: Purpose, meeting: Meeting, invitee: Invitee) -> dict[str, object]:
    """Return what only letters of one kind say: more facts, and which change it is about."""
    facts = meeting_facts(meeting, invitee)["facts"]
    match purpose:
        case Purpose.SAVE_THE_DATE:
            more: Facts = [("Svar", "Vi bjuder in senare och ber om svar då")]
            if meeting.is_open_for_answers(timezone.now()):
                return {"facts": [*facts, *more], "button_text": "Svara redan nu"}
        case Purpose.INVITATION | Purpose.REMINDER:
            more = (
                [("Svara senast", reply_by(meeting))] if meeting.is_open_for_answers(timezone.now()) else []
            )
        case Purpose.UPDATE:
            change = change_for(meeting, invitee)
            return {"change": change, "facts": [*facts, *change.facts]}
        case Purpose.CANCELLATION:
            more = list(change_for(meeting, invitee, present=True).facts)
        case _:
            more = []
    return {"facts": [*facts, *more]}


def letter_context(meeting: Meeting, invitee: Invitee) -> dict[str, object]:
    """Return what every letter about a meeting may say; see templates/letters/base.html for the shared parts.

    `closed` is the sentence that replaces the buttons once the deadline of answers has passed.
    """
    closed = "" if meeting.is_open_for_answers(timezone.now()) else ANSWERS_CLOSED
    said = meeting_facts(meeting, invitee)
    return {
        **said,
        "closed": closed,
        "button_text": LOOK_BUTTON if closed else said["button_text"],
        "agenda": meeting.agenda.timed_items_for_guests(),
        "yes": reply_url(invitee, "ja"),
        "no": reply_url(invitee, "nej"),
        "button_url": "" if meeting.cancelled else reply_url(invitee),
        "reason": meeting.cancelled_because,
    }


def meeting_facts(meeting: Meeting, invitee: Invitee) -> dict[str, Any]:
    """Return what is known of the meeting and the person without asking for the agenda or a link."""
    diary_number = meeting.diary_number or meeting.round.diary_number
    facts = [
        ("När", span(meeting.starts_at, meeting.ends_at)),
        ("Var", meeting.where),
        ("Gäller", invitee.represents),
    ]
    return {
        "meeting": meeting,
        "invitee": invitee,
        "party": invitee.represents,
        "party_of_seat": str(invitee.invitation),
        "seats": seats_in_words([row.seats for row in invitee.invitations]),
        "facts": [*facts, ("Diarienummer", diary_number)] if diary_number else facts,
        "button_text": "Svara på inbjudan",
        "signed_by": meeting.round.signer,
        "signed_title": meeting.round.signer_title,
        "reply_to": settings.MAIL_REPLY_TO,
    }


def seats_in_words(seats: list[int]) -> str:
    """Return how many seats the parties of one person have: "3 platser", "3 platser var", "3 respektive 2 platser"."""
    *first, last = seats
    if not first:
        return count(last, "plats,platser")
    if set(first) == {last}:
        return f"{count(last, 'plats,platser')} var"
    return f"{', '.join(map(str, first))} respektive {count(last, 'plats,platser')}"


def with_wording(words: Words, context: dict[str, object], purpose: str) -> dict[str, object]:
    """Return the context with the words above the facts, their placeholders filled in, and the preheader."""
    given, shown = placeholder_values(context), Words("", "", PREHEADERS.get(Purpose(purpose), ""))
    if context.get("closed"):
        words, shown = without_deadline(words), without_deadline(shown)
    said, beside = fill_words(words, given), fill_words(shown, given).body
    return {**context, "heading": said.heading, "words": said, "preheader": " ".join(beside.split())}


def preview_fingerprint(drafts: list[Draft]) -> str:
    """Return a digest of who gets which letter. Sending is refused when it differs from the preview's."""
    digest = hashlib.sha256()
    for draft in sorted(drafts, key=lambda draft: draft.key):
        for part in (draft.key, draft.name, draft.address, draft.subject, draft.text, draft.html):
            digest.update(hashlib.sha256(part.encode()).digest())
    return digest.hexdigest()
