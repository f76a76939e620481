"""Letters that have not left, and say what no longer holds, are stopped; who waits for one gets what holds now."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.outbox.models import WAITING, Letter, LetterQuerySet, State
from dialog_portal.outbox.queue.stop import mark_as_informed, stop
from meetings.invitations.actions.resend_link import refresh_links
from meetings.invitations.letters.rerender import WHERE_ONE_STANDS, anew
from meetings.mailings.actions.post import send
from meetings.models import Meeting, MeetingLetter, Purpose
from meetings.replies.seats import lock

# Nobody presses a button for these, so nobody would think of sending them again
BY_THEMSELVES = (Purpose.SUBSTITUTE, *WHERE_ONE_STANDS)


def moved(meeting: Meeting, *, by: User, reason: str) -> None:
    """The meeting has another time or place. What staff send, they look at again first; the rest is written anew."""
    waits = undelivered(letters_of(meeting))
    owed = [row for row in waits if row.purpose in BY_THEMSELVES or from_a_guest(row)]
    end(meeting, by=by, reason=reason)
    write_anew(owed)


def from_a_guest(row: MeetingLetter) -> bool:
    """The invitation of a colleague, which a guest asked for."""
    return row.purpose == Purpose.INVITATION and row.letter.sender_id is None


def another_deadline(meeting: Meeting, *, by: User, reason: str) -> None:
    """Only the last day to answer has moved: whatever has not left says the new one."""
    owed = undelivered(letters_of(meeting))
    stop(Letter.objects.filter(pk__in=[row.letter_id for row in owed]), by=by, reason=reason, final=True)
    write_anew(owed)


def end(meeting: Meeting, *, by: User, reason: str) -> None:
    """Nothing that has not left says what holds, also what failed."""
    stop(letters_of(meeting), by=by, reason=reason, final=True)
    refresh_links(meeting.invitees.active().values_list("email", flat=True), by=by, reason=reason)


def letters_of(meeting: Meeting) -> LetterQuerySet:
    """Those that speak of the meeting ahead.

    The notes from it hold whatever its time, and so does the word to a substitute that they need not come.
    """
    letters = Letter.objects.filter(campaign=meeting.campaign).exclude(purpose=Purpose.DISTRIBUTION)
    return letters.exclude(purpose=Purpose.SUBSTITUTE, key__startswith="taken_back:")


def undelivered(letters: LetterQuerySet) -> list[MeetingLetter]:
    """Those of use that wait, or failed and wait for a person."""
    useful = letters.filter(state__in=(*WAITING, State.FAILED), useful_until__gt=timezone.now())
    rows = MeetingLetter.objects.filter(letter__in=useful, invitee__isnull=False)
    return list(rows.select_related("letter", "invitee").defer("letter__raw").order_by("pk"))


def write_anew(rows: Iterable[MeetingLetter]) -> set[int]:
    """One letter for each person and kind with what holds now; answers who got one, as the ids of invitees."""
    newest = {(row.invitee_id, row.purpose in WHERE_ONE_STANDS or row.purpose): row for row in rows}
    return {row.invitee_id for row in newest.values() if row.invitee_id and sent_anew(row)}


def sent_anew(row: MeetingLetter) -> bool:
    assert row.invitee is not None
    invitee = lock(row.invitee)
    draft = None if invitee.withdrawn_at else anew(row, invitee)
    if draft is None:
        return False
    send(invitee, Purpose(draft.purpose), draft, by=row.letter.sender)
    if row.letter.state == State.FAILED:
        mark_as_informed(row.letter, "ersatt av ett nytt brev", by=None)
    return True
