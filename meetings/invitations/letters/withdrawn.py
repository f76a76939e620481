"""The letter to somebody who knows of the meeting and has been taken off its list."""

from __future__ import annotations

from dialog_portal.outbox.draft import Draft
from meetings.mailings.calendar_file import calendar_for
from meetings.models import Invitee, Purpose
from meetings.replies.letters.receipt import urgent_draft


def withdrawn_letter(invitee: Invitee) -> Draft:
    """Return the letter, with a calendar file that takes the meeting out; the link is closed, so it has no button.

    Its key allows one letter each time that the person is taken off the list.
    """
    return urgent_draft(
        invitee,
        Purpose.WITHDRAWN,
        "withdrawn",
        f"withdrawn:m{invitee.meeting_id}:i{invitee.pk}:{invitee.withdrawn_at:%Y%m%d%H%M%S%f}",
        calendar=calendar_for(invitee.meeting, invitee, cancelled=True, by_letter=True),
        calendar_method="CANCEL",
        heading="Inbjudan gäller inte längre",
        button_url="",
    )
