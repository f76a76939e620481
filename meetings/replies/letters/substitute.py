"""Letters between the person who hands over a seat and their substitute. The names in them were typed by guests."""

from __future__ import annotations

from dialog_portal.base.typed_text import name_without_links
from dialog_portal.outbox.draft import Draft
from meetings.mailings.calendar_file import calendar_for, calendar_method
from meetings.mailings.letters.recipients import letter_key
from meetings.models import Answer, Invitee, Purpose, Reply, SubstituteRequest
from meetings.replies.letters.receipt import urgent_draft

SUBSTITUTE_HEADINGS = {
    "asked": "Vi har frågat din ersättare",
    "comes": "Din ersättare kommer",
    "declined": "Din ersättare kan inte komma",
    "removed": "Din ersättare är borttagen",
}
CASE_OF_ANSWER = {None: "asked", Answer.YES: "comes", Answer.NO: "declined"}


def substitute_invitation(deputy: Invitee) -> Draft:
    """Return the substitute's own invitation, with a link of their own."""
    meeting = deputy.meeting
    return urgent_draft(
        deputy,
        Purpose.SUBSTITUTE,
        "substitute",
        letter_key("substitute", deputy),
        calendar=calendar_for(meeting, deputy, by_letter=True),
        calendar_method=calendar_method(deputy, cancelled=False),
        original=deputy.substitute_for,
        heading="Kan du komma som ersättare?",
        button_text="Svara på inbjudan",
    )


def substitute_not_needed(deputy: Invitee, *, original_removed: bool) -> Draft:
    """Return the letter to a substitute whose seat was taken back; their link is closed, so it has no button.

    `original_removed`: the person whom they replace is not invited any more either.
    """
    return urgent_draft(
        deputy,
        Purpose.SUBSTITUTE,
        "taken_back",
        f"taken_back:m{deputy.meeting_id}:i{deputy.pk}",
        calendar=calendar_for(deputy.meeting, deputy, cancelled=True, by_letter=True),
        calendar_method="CANCEL",
        original=deputy.substitute_for,
        original_removed=original_removed,
        heading="Du behöver inte komma som ersättare",
        button_url="",
    )


def handover_receipt(reply: Reply, deputy: Invitee) -> Draft:
    """Return the receipt to the person who handed over."""
    return substitute_news(reply.invitee, deputy, "asked", f"r{reply.pk}")


def substitute_answered(reply: Reply, deputy: Invitee) -> Draft:
    """Return the letter to the person who handed over, about what the substitute answered."""
    assert deputy.substitute_for is not None  # the caller has a substitute
    return substitute_news(
        deputy.substitute_for, deputy, CASE_OF_ANSWER[Answer(reply.answer)], f"r{reply.pk}"
    )


def substitute_removed(original: Invitee, deputy: Invitee) -> Draft:
    """Return the letter to the person who handed over, when staff have taken the substitute off the list."""
    return substitute_news(original, deputy, "removed", f"removed{deputy.pk}")


def substitute_news(original: Invitee, deputy: Invitee, case: str, cause: str) -> Draft:
    """Return a letter to the person who handed over about their substitute; `cause` is part of its key."""
    return urgent_draft(
        original,
        Purpose.HANDED_OVER,
        "handed_over",
        letter_key("handed_over", original, cause),
        deputy=deputy,
        case=case,
        heading=SUBSTITUTE_HEADINGS[case],
        button_text="Svara igen" if case == "removed" else "Ändra eller ta tillbaka",
    )


def request_refused(wish: SubstituteRequest) -> Draft:
    """Return the letter to the person who asked for a substitute from outside the party, when staff have refused."""
    invitee = wish.invitee
    return urgent_draft(
        invitee,
        Purpose.HANDED_OVER,
        "substitute_refused",
        letter_key("substitute_refused", invitee, f"w{wish.pk}"),
        asked_for=name_without_links(wish.name),
        heading="Vi behöver ett annat svar",
        button_text="Svara på inbjudan",
    )
