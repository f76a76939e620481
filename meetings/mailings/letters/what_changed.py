"""What a letter about a change says: what was told to its reader before, what holds now, and which of it is new."""

from __future__ import annotations

from dataclasses import dataclass

from dialog_portal.base.swedish import in_sentence, span
from meetings.mailings.letters.recipients import with_told_version
from meetings.models import Invitee, Meeting, TimeAndPlace
from meetings.models.time_and_place import TIME_AND_PLACE_FIELDS


@dataclass(frozen=True)
class Change:
    """A change in words, for one reader. `before` is empty when it is not known what the reader was told."""

    kind: str
    now: str
    before: str = ""
    facts: tuple[tuple[str, str], ...] = ()


def change_for(meeting: Meeting, invitee: Invitee) -> Change:
    """Return what differs between the meeting and what the last letter about its time told the person."""
    told = told_before(meeting, invitee)
    when = span(meeting.starts_at, meeting.ends_at)
    if told is None or not differs(told, meeting):
        return Change("Ny tid eller plats", when)
    moved = (told.starts_at, told.ends_at) != (meeting.starts_at, meeting.ends_at)
    elsewhere = told.where != meeting.where
    if not (moved or elsewhere):
        return Change("Ny länk", when)
    kind = "Ny tid och plats" if moved and elsewhere else "Ny tid" if moved else "Ny plats"
    facts = [("Tidigare tid", span(told.starts_at, told.ends_at))] if moved else []
    facts += [("Tidigare plats", told.where)] if elsewhere else []
    now = [when] if moved else []
    now += [in_sentence(meeting.where)] if elsewhere else []
    before = [in_sentence(value) for _, value in facts]
    return Change(kind, ", ".join(now), ", ".join(before), tuple(facts))


def differs(told: TimeAndPlace, meeting: Meeting) -> bool:
    """Return whether the meeting is held at another time or place, or has another link, than was told."""
    return any(getattr(told, name) != getattr(meeting, name) for name in TIME_AND_PLACE_FIELDS)


def told_before(meeting: Meeting, invitee: Invitee) -> TimeAndPlace | None:
    """Return the time and place of the last letter that the person has; None for letters of before they were kept.

    People from `with_outdated_time` and a meeting from `with_letters` need no query.
    """
    if not hasattr(invitee, "told_version"):
        invitee = with_told_version(Invitee.objects.filter(pk=invitee.pk)).first() or invitee
    version = getattr(invitee, "told_version", None)
    return next((row for row in meeting.times_and_places.all() if row.version == version), None)
