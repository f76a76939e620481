"""A letter to somebody invented, so that staff see their words in place before anybody gets them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings

from dialog_portal.outbox.render import Rendered, render
from meetings.mailings.letters.compose import meeting_facts, with_wording
from meetings.mailings.letters.wording import Words
from meetings.models import AgendaItem, Invitation, Invitee, Meeting, Purpose, Round
from parties.models import Party

ITEMS = ("Välkomna", "Läget i kommunen", "Gemensamma frågor")


def example_letter(owner: Round | Meeting, purpose: str, words: Words) -> Rendered:
    """The letter with these words, about the meeting or one made up for the round. Nothing is stored."""
    meeting = owner if isinstance(owner, Meeting) else example_meeting(owner)
    party = Party(name="Exempelkommun")
    invitation = Invitation(meeting=meeting, party=party, seats=meeting.seats)
    invitee = Invitee(meeting=meeting, invitation=invitation, name="Kim Exempelsson")
    off = purpose == Purpose.CANCELLATION
    context = {
        **meeting_facts(meeting, invitee),
        **example_links(off),
        "agenda": example_agenda(meeting),
        "reason": example_reason(meeting, off),
    }
    return render(purpose, with_wording(words, context))


def example_meeting(round_: Round) -> Meeting:
    """A meeting of the round that never will be."""
    start = datetime(round_.year, 5, 6, 13, tzinfo=UTC)
    return Meeting(
        round=round_,
        title="Dialogmöte med kommunerna",
        starts_at=start,
        ends_at=start + timedelta(hours=3),
        reply_by=start - timedelta(days=14),
        venue="Exempelhuset",
        room="Stora salen",
        message="Det här är mötets egen hälsning, som skrivs när mötet läggs upp.",
    )


def example_links(off: bool) -> dict[str, str]:
    """Where the personal links would stand; an example leads nowhere."""
    url = f"{settings.BASE_URL}/svar/"
    return {"yes": url, "no": url, "button_url": "" if off else url}


def example_agenda(meeting: Meeting) -> list[tuple[datetime, AgendaItem]]:
    if meeting.pk:
        return meeting.agenda.clocked(public_only=True)
    starts = (meeting.starts_at + timedelta(minutes=30 * number) for number in range(len(ITEMS)))
    return [(start, AgendaItem(title=title)) for start, title in zip(starts, ITEMS, strict=True)]


def example_reason(meeting: Meeting, off: bool) -> str:
    return (meeting.pk and meeting.cancelled_because) or ("Lokalen kan inte användas." if off else "")
