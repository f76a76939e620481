"""Letters between the one who hands over a seat and the one who takes it. Names here were typed by guests."""

from __future__ import annotations

from dialog_portal.outbox.actions import Draft
from dialog_portal.text import unlinkable
from meetings.calendar import calendar_for, method
from meetings.letters.receipt import draft_to
from meetings.models import Answer, Invitee, Purpose, Reply, SubstituteRequest


def invited(deputy: Invitee) -> Draft:
    """The substitute's own invitation, with a link of their own."""
    meeting = deputy.meeting
    return draft_to(
        deputy,
        Purpose.SUBSTITUTE,
        "substitute",
        f"substitute:m{meeting.pk}:i{deputy.pk}:v{meeting.letter_version}",
        calendar=calendar_for(meeting, deputy, by_letter=True),
        calendar_method=method(cancelled=False),
        original=deputy.substitute_for,
        heading="Kan du komma som ersättare?",
        button_text="Svara på inbjudan",
    )


def taken_back(deputy: Invitee) -> Draft:
    """To the substitute whose seat was taken back; their link no longer works, so there is no button."""
    return draft_to(
        deputy,
        Purpose.SUBSTITUTE,
        "taken_back",
        f"taken_back:m{deputy.meeting_id}:i{deputy.pk}",
        calendar=calendar_for(deputy.meeting, deputy, cancelled=True, by_letter=True),
        calendar_method="CANCEL",
        original=deputy.substitute_for,
        heading="Du behöver inte komma som ersättare",
        button_url="",
    )


def handed_over(reply: Reply, deputy: Invitee) -> Draft:
    """The receipt to the one who handed over."""
    return draft_to(
        reply.invitee,
        Purpose.HANDED_OVER,
        "handed_over",
        f"handed_over:m{deputy.meeting_id}:i{reply.invitee_id}:r{reply.pk}",
        deputy=deputy,
        case="asked",
        heading="Vi har frågat din ersättare",
        button_text="Ändra eller ta tillbaka",
    )


def answered(reply: Reply, deputy: Invitee) -> Draft:
    """To the one who handed over: what the substitute said."""
    comes = reply.answer == Answer.YES
    original = deputy.substitute_for
    assert original is not None  # only substitutes are written about here
    return draft_to(
        original,
        Purpose.HANDED_OVER,
        "handed_over",
        f"handed_over:m{deputy.meeting_id}:i{original.pk}:r{reply.pk}",
        deputy=deputy,
        case="comes" if comes else "declined",
        heading="Din ersättare kommer" if comes else "Din ersättare kan inte komma",
        button_text="Ändra eller ta tillbaka",
    )


def removed(original: Invitee, deputy: Invitee) -> Draft:
    """To the one who handed over, when staff took the substitute off the list."""
    return draft_to(
        original,
        Purpose.HANDED_OVER,
        "handed_over",
        f"handed_over:m{deputy.meeting_id}:i{original.pk}:removed{deputy.pk}",
        deputy=deputy,
        case="removed",
        heading="Din ersättare är borttagen",
        button_text="Svara igen",
    )


def refused(wish: SubstituteRequest) -> Draft:
    """To the one who asked for a substitute from outside the party, when staff said no."""
    invitee = wish.invitee
    return draft_to(
        invitee,
        Purpose.HANDED_OVER,
        "substitute_refused",
        f"substitute_refused:m{invitee.meeting_id}:i{invitee.pk}:w{wish.pk}",
        asked_for=unlinkable(wish.name),
        heading="Vi behöver ett annat svar",
        button_text="Svara på inbjudan",
    )
