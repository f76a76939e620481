"""Putting letters about a meeting in the outbox, each tied to the person it is about."""

from __future__ import annotations

from dialog_portal.access.models import User
from dialog_portal.outbox.draft import Draft
from dialog_portal.outbox.queue.post import post, post_all
from meetings.mailings.letters.recipients import Mailing
from meetings.models import Invitee, Meeting, MeetingLetter, Purpose


def put_in_outbox(
    mailing: Mailing, meeting: Meeting, pairs: list[tuple[Invitee, Draft]], *, by: User | None
) -> None:
    """Store the letters and tie each to its person; the meeting must be locked."""
    letters = post_all([draft for _, draft in pairs], by=by)
    MeetingLetter.objects.bulk_create(
        MeetingLetter(meeting=meeting, invitee=invitee, purpose=mailing.purpose, letter=letter)
        for (invitee, _), letter in zip(pairs, letters, strict=True)
    )


def send(invitee: Invitee, purpose: Purpose, draft: Draft, *, by: User | None) -> None:
    """Put a letter in the outbox and tie it to the person it is about."""
    letter, created = post(draft, by=by)
    if created:
        MeetingLetter.objects.create(meeting=invitee.meeting, invitee=invitee, purpose=purpose, letter=letter)
