"""An example letter to an invented person, so that staff see their wording before anybody gets it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings

from dialog_portal.base.swedish import span
from dialog_portal.outbox.render import Rendered, render
from meetings.mailings.letters.compose import meeting_facts, with_wording
from meetings.mailings.letters.what_changed import Change, beginning
from meetings.mailings.letters.wording import Words
from meetings.models import AgendaItem, Invitation, Invitee, Meeting, Purpose, Round
from parties.models import Party

ITEMS = ("Välkomna", "Läget i kommunen", "Gemensamma frågor")


def example_letter(owner: Round | Meeting, purpose: str, words: Words) -> Rendered:
    """Return the letter with these words, about the meeting or about one invented for the round. Nothing is stored."""
    meeting = owner if isinstance(owner, Meeting) else example_meeting(owner)
    party = Party(name="Exempelkommun")
    invitation = Invitation(meeting=meeting, party=party, seats=meeting.seats)
    invitee = Invitee(meeting=meeting, invitation=invitation, name="Kim Exempelsson")
    off = purpose == Purpose.CANCELLATION
    context = {
        **meeting_facts(meeting, invitee),
        "change": example_change(meeting),
        **example_links(off),
        "agenda": example_agenda(meeting),
        "reason": example_reason(meeting, off),
    }
    return render(purpose, with_wording(words, context, purpose))


def example_change(meeting: Meeting) -> Change:
    """Return an invented change: the meeting was to be held the week before."""
    week = timedelta(days=7)
    begins = meeting.starts_at
    before = span(begins - week, meeting.ends_at - week)
    short = beginning(begins), beginning(begins - week)
    return Change("Ny tid", span(begins, meeting.ends_at), before, *short)


def example_meeting(round_: Round) -> Meeting:
    """Return an invented meeting of the round, not stored."""
    start = datetime(round_.year, 5, 6, 13, tzinfo=UTC)
    return Meeting(
        round=round_,
        title="Dialogmöte med kommunerna",
        starts_at=start,
        ends_at=start + timedelta(hours=3),
        reply_by=start - timedelta(days=14),
        venue="Exempelhuset",
        room="Stora salen",
        town="Exempelstad",
        message="Det här är mötets egen hälsning, som skrivs när mötet läggs upp.",
    )


def example_links(off: bool) -> dict[str, str]:
    """Return addresses in place of the personal links; they lead nowhere."""
    url = f"{settings.BASE_URL}/svar/"
    return {"yes": url, "no": url, "button_url": "" if off else url}


def example_agenda(meeting: Meeting) -> list[tuple[datetime, AgendaItem]]:
    """Return the meeting's agenda, or an invented one."""
    if meeting.pk:
        return meeting.agenda.timed_items_for_guests()
    starts = (meeting.starts_at + timedelta(minutes=30 * number) for number in range(len(ITEMS)))
    return [(start, AgendaItem(title=title)) for start, title in zip(starts, ITEMS, strict=True)]


def example_reason(meeting: Meeting, off: bool) -> str:
    """Return why the meeting was cancelled, or an invented reason."""
    return (meeting.pk and meeting.cancelled_because) or ("Lokalen kan inte användas." if off else "")
