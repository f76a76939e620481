"""Put letters about a meeting in the outbox, each linked to the person it is about."""

from __future__ import annotations

from dialog_portal.access.models import User
from dialog_portal.outbox.draft import Draft
from dialog_portal.outbox.queue.post import post, post_all
from meetings.mailings.letters.recipients import PURPOSES_WITH_AGENDA, Mailing
from meetings.models import Invitee, Meeting, MeetingLetter, Purpose


def post_letters(
    mailing: Mailing, meeting: Meeting, pairs: list[tuple[Invitee, Draft]], *, by: User | None
) -> None:
    """Store the letters of a mailing; the caller must have locked the meeting."""
    agenda = agenda_in_letter(meeting, mailing.purpose)
    letters = post_all([draft for _, draft in pairs], by=by)
    MeetingLetter.objects.bulk_create(
        MeetingLetter(
            meeting=meeting,
            invitee=invitee,
            purpose=mailing.purpose,
            letter=letter,
            version=meeting.letter_version,
            agenda=agenda,
        )
        for (invitee, _), letter in zip(pairs, letters, strict=True)
    )


def post_letter(
    invitee: Invitee, purpose: Purpose, draft: Draft, *, by: User | None, holds_after_change: bool = False
) -> None:
    """Store one letter; do nothing when its key exists.

    `holds_after_change` is for a letter that says nothing about time or place: it belongs to no version of the meeting.
    """
    letter, created = post(draft, by=by)
    if created:
        version = None if holds_after_change else invitee.meeting.letter_version
        MeetingLetter.objects.create(
            meeting=invitee.meeting,
            invitee=invitee,
            purpose=purpose,
            letter=letter,
            version=version,
            agenda=agenda_in_letter(invitee.meeting, purpose),
        )


def agenda_in_letter(meeting: Meeting, purpose: Purpose) -> str:
    """Return which agenda a letter of this kind shows; empty for a kind that shows none."""
    return meeting.agenda.digest_for_guests() if purpose in PURPOSES_WITH_AGENDA else ""
