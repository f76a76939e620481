"""Whose mandates give a letter about a meeting: those that hold on its day, for parties that are invited to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from meetings.invitations.intended_parties import meeting_day
from meetings.models import Invitee, Meeting
from parties.models import Mandate, Party, Person

TITLE_LENGTH = Invitee._meta.get_field("title").max_length


@dataclass(frozen=True)
class Representative:
    """Somebody with one or several mandates that hold on the day; the first mandate's party gives the seat."""

    mandates: tuple[Mandate, ...]

    @property
    def person(self) -> Person:
        return self.mandates[0].person

    @property
    def parties(self) -> tuple[Party, ...]:
        """The parties that the person represents, each once."""
        return tuple(dict.fromkeys(mandate.party for mandate in self.mandates))

    @property
    def title(self) -> str:
        """The titles of all mandates, each once, as long as the column allows."""
        return " och ".join(dict.fromkeys(mandate.label for mandate in self.mandates))[:TITLE_LENGTH]


def representatives(meeting: Meeting, parties: Iterable[int]) -> dict[int, Representative]:
    """Return by person everybody whose mandate for one of these parties holds on the day and receives invitations.

    It is the day of the meeting that counts: who has left by then is not invited, and who begins before then is.
    """
    day = meeting_day(meeting)
    held = Mandate.objects.invited(day).filter(
        party__in=Party.objects.active(day), party_id__in=list(parties)
    )
    found: dict[int, list[Mandate]] = {}
    for mandate in held.select_related("person", "party").order_by("party_id", "pk"):
        found.setdefault(mandate.person_id, []).append(mandate)
    return {person: Representative(tuple(mandates)) for person, mandates in found.items()}
