"""The content of the notes of one meeting, from which the public page, the letter and the PDF are rendered."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class PartyPresence:
    """The people of one party at the meeting, with their names and the party's name at that time."""

    party: str
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DocumentSection:
    """One point of the agenda and the notes about it, as sanitised HTML."""

    number: str
    heading: str
    html: str


@dataclass(frozen=True, kw_only=True)
class Document:
    """The notes of one meeting in one edition, complete: rendering it needs no query."""

    title: str
    meeting_title: str
    when: str
    where: str
    diary_number: str
    outside_reference: str
    round_year: int
    host: str
    present: tuple[PartyPresence, ...]
    absent: tuple[PartyPresence, ...]
    sections: tuple[DocumentSection, ...]
    approved_by: str
    approved_at: datetime
    public_url: str
    edition: int
    reason: str
    language: str = "sv"
