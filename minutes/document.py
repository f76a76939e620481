"""One set of notes as its readers get it: what the public page, the letter and the PDF are all made of."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class PartyPresence:
    """The people of one party, named as they were called at the time."""

    party: str
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DocumentSection:
    """One point of the agenda and what was noted under it."""

    number: str
    heading: str
    html: str


@dataclass(frozen=True, kw_only=True)
class Document:
    """The approved notes of one meeting, in one edition, with nothing left to look up."""

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
