"""Letters that have not left, and say what no longer holds, are stopped; who waits for one gets what holds now."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.outbox.models import WAITING, Letter, LetterQuerySet, State
from dialog_portal.outbox.queue.actions import stop, told
from meetings.invitations.actions.resend_link import refresh_links
from meetings.invitations.letters.rerender import ABOUT_OWN_REPLY, rendered_now
from meetings.mailings.actions.post import post_letter
from meetings.models import Meeting, MeetingLetter, Purpose
from meetings.replies.seats import lock_invitee

# Nobody presses a button for these, so nobody would think of sending them again
AUTOMATIC = (Purpose.SUBSTITUTE, *ABOUT_OWN_REPLY)


def rerender_for_move(meeting: Meeting, *, by: User, reason: str) -> None:
    """The meeting has another time or place. What staff send, they look at again first; the rest is written anew."""
    waits = undelivered(letters_about(meeting))
    pending = [row for row in waits if row.purpose in AUTOMATIC or from_a_guest(row)]
    stop_outdated(meeting, by=by, reason=reason)
    rerender(pending)


def from_a_guest(row: MeetingLetter) -> bool:
    """The invitation of a colleague, which a guest asked for."""
    return row.purpose == Purpose.INVITATION and row.letter.sender_id is None


def rerender_for_deadline(meeting: Meeting, *, by: User, reason: str) -> None:
    """Only the last day to answer has moved: whatever has not left says the new one."""
    pending = undelivered(letters_about(meeting))
    stop(Letter.objects.filter(pk__in=[row.letter_id for row in pending]), by=by, reason=reason, final=True)
    rerender(pending)


def stop_outdated(meeting: Meeting, *, by: User, reason: str) -> None:
    """Nothing that has not left says what holds, also what failed."""
    stop(letters_about(meeting), by=by, reason=reason, final=True)
    refresh_links(meeting.invitees.active().values_list("email", flat=True), by=by, reason=reason)


def letters_about(meeting: Meeting) -> LetterQuerySet:
    """Those that speak of the meeting ahead.

    The notes from it hold whatever its time, and so does the word to a substitute that they need not come.
    """
    letters = Letter.objects.filter(campaign=meeting.campaign).exclude(purpose=Purpose.DISTRIBUTION)
    return letters.exclude(purpose=Purpose.SUBSTITUTE, meeting_letter__version=None)


def undelivered(letters: LetterQuerySet) -> list[MeetingLetter]:
    """Those of use that wait, or failed and wait for a person."""
    useful = letters.filter(state__in=(*WAITING, State.FAILED), useful_until__gt=timezone.now())
    rows = MeetingLetter.objects.filter(letter__in=useful, invitee__isnull=False)
    return list(rows.select_related("letter", "invitee").defer("letter__raw").order_by("pk"))


def rerender(rows: Iterable[MeetingLetter]) -> set[int]:
    """One letter for each person and kind with what holds now; answers who got one, as the ids of invitees."""
    newest = {(row.invitee_id, row.purpose in ABOUT_OWN_REPLY or row.purpose): row for row in rows}
    return {row.invitee_id for row in newest.values() if row.invitee_id and rerender_one(row)}


def rerender_one(row: MeetingLetter) -> bool:
    assert row.invitee is not None
    invitee = lock_invitee(row.invitee)
    draft = None if invitee.withdrawn_at else rendered_now(row, invitee)
    if draft is None:
        return False
    post_letter(invitee, Purpose(draft.purpose), draft, by=row.letter.sender)
    if row.letter.state == State.FAILED:
        told(row.letter, "ersatt av ett nytt brev", by=None)
    return True
