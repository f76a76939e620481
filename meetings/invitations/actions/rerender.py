"""When a meeting changes: stop letters that have not left and are no longer true, and render new ones."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.outbox.models import WAITING, Letter, LetterQuerySet, State
from dialog_portal.outbox.queue.stop import mark_as_informed, stop
from meetings.invitations.actions.resend_link import refresh_links
from meetings.invitations.letters.rerender import ABOUT_OWN_REPLY, replacement_letter
from meetings.mailings.actions.post import post_letter
from meetings.models import Meeting, MeetingLetter, Purpose
from meetings.replies.answer_lock import lock_invitee

# The portal sends these by itself, so staff would not think of sending them again
AUTOMATIC_PURPOSES = (Purpose.SUBSTITUTE, *ABOUT_OWN_REPLY)


def rerender_for_move(meeting: Meeting, *, by: User, reason: str) -> None:
    """Stop the letters after a new time or place, and render again those that nobody sends by hand.

    Staff look at their own mailings again before they send them.
    """
    waits = undelivered_letters(letters_about(meeting))
    pending = [row for row in waits if row.purpose in AUTOMATIC_PURPOSES or is_from_guest(row)]
    stop_outdated(meeting, by=by, reason=reason)
    rerender(pending)


def is_from_guest(row: MeetingLetter) -> bool:
    """Return whether a letter is the invitation of a colleague, which a guest asked for."""
    return row.purpose == Purpose.INVITATION and row.letter.sender_id is None


def rerender_for_deadline(meeting: Meeting, *, by: User, reason: str) -> None:
    """Render again every letter that has not left, when only the deadline of answers has changed."""
    pending = undelivered_letters(letters_about(meeting))
    stop(Letter.objects.filter(pk__in=[row.letter_id for row in pending]), by=by, reason=reason, final=True)
    rerender(pending)


def stop_outdated(meeting: Meeting, *, by: User, reason: str) -> None:
    """Stop every letter about the meeting that has not left, also those that failed."""
    stop(letters_about(meeting), by=by, reason=reason, final=True)
    refresh_links(meeting.invitees.active().values_list("email", flat=True), by=by, reason=reason)


def letters_about(meeting: Meeting) -> LetterQuerySet:
    """Return the letters that say something about the coming meeting.

    The notes from the meeting stay true whatever its time, and so do the letters to a substitute who is not needed and
    to somebody who is no longer invited.
    """
    letters = Letter.objects.filter(campaign=meeting.campaign).exclude(purpose=Purpose.DISTRIBUTION)
    no_longer = (Purpose.SUBSTITUTE, Purpose.WITHDRAWN)
    return letters.exclude(purpose__in=no_longer, meeting_letter__version=None)


def undelivered_letters(letters: LetterQuerySet) -> list[MeetingLetter]:
    """Return the letters that are still of use and wait to be sent, or failed and wait for a person."""
    useful = letters.filter(state__in=(*WAITING, State.FAILED), useful_until__gt=timezone.now())
    rows = MeetingLetter.objects.filter(letter__in=useful, invitee__isnull=False)
    return list(rows.select_related("letter", "invitee").defer("letter__raw").order_by("pk"))


def rerender(rows: Iterable[MeetingLetter]) -> set[int]:
    """Render one letter for each person and kind. Return the ids of the invitees who get one."""
    newest = {(row.invitee_id, row.purpose in ABOUT_OWN_REPLY or row.purpose): row for row in rows}
    return {row.invitee_id for row in newest.values() if row.invitee_id and rerender_one(row)}


def rerender_one(row: MeetingLetter) -> bool:
    """Render one letter again. Return whether the person still needed it."""
    assert row.invitee is not None
    invitee = lock_invitee(row.invitee)
    draft = None if invitee.withdrawn_at else replacement_letter(row, invitee)
    if draft is None:
        return False
    post_letter(invitee, Purpose(draft.purpose), draft, by=row.letter.sender)
    if row.letter.state == State.FAILED:
        mark_as_informed(row.letter, "ersatt av ett nytt brev", by=None)
    return True
