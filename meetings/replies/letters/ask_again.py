"""The letter that asks again when somebody's calendar answered about a time or place that no longer holds."""

from __future__ import annotations

from dialog_portal.outbox.draft import Draft
from meetings.mailings.calendar_file import calendar_for, calendar_method
from meetings.mailings.letters.recipients import letter_key
from meetings.models import Invitee, Purpose
from meetings.replies.letters.receipt import urgent_draft


def ask_again(invitee: Invitee) -> Draft:
    """Return the letter; its key allows one for each change of the meeting, however often the old event is answered."""
    meeting = invitee.meeting
    return urgent_draft(
        invitee,
        Purpose.UPDATE,
        "ask_again",
        letter_key("ask_again", invitee, f"s{meeting.sequence}"),
        calendar=calendar_for(meeting, invitee, by_letter=True),
        calendar_method=calendar_method(invitee, cancelled=False),
        heading="Mötet har ändrats. Kan du komma?",
        button_text="Svara på inbjudan",
    )
