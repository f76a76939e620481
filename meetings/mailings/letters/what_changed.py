"""What a letter about a change says: what was told to its reader before, what holds now, and which of it is new."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dialog_portal.base.swedish import clock, in_sentence, span, weekday
from meetings.mailings.letters.recipients import with_told_version
from meetings.models import Invitee, Meeting, TimeAndPlace
from meetings.models.time_and_place import TIME_AND_PLACE_FIELDS


@dataclass(frozen=True)
class Change:
    """A change in words, for one reader. What was before is empty when it is not known what the reader was told."""

    kind: str
    now: str
    before: str = ""
    now_short: str = ""
    before_short: str = ""
    facts: tuple[tuple[str, str], ...] = ()


def change_for(meeting: Meeting, invitee: Invitee, *, present: bool = False) -> Change:
    """Return what differs between the meeting and what the last letter about its time told the person.

    `present`: that letter may say the present time, and then nothing differs.
    """
    told = told_before(meeting, invitee, present=present)
    when, begins = span(meeting.starts_at, meeting.ends_at), beginning(meeting.starts_at)
    if told is None or not differs(told, meeting):
        return Change("Ny tid eller plats", when, now_short=begins)
    moved = (told.starts_at, told.ends_at) != (meeting.starts_at, meeting.ends_at)
    elsewhere = told.where != meeting.where
    if not (moved or elsewhere):
        return Change("Ny länk", when, now_short=begins)
    kind = "Ny tid och plats" if moved and elsewhere else "Ny tid" if moved else "Ny plats"
    changed = [time_in_words(told, meeting)] if moved else []
    changed += [places_in_words(told, meeting)] if elsewhere else []
    before, now, before_short, now_short = (", ".join(each) for each in zip(*changed, strict=True))
    labels = [*(["Tidigare tid"] if moved else []), *(["Tidigare plats"] if elsewhere else [])]
    facts = tuple(zip(labels, (each[0] for each in changed), strict=True))
    return Change(kind, now, before, now_short, before_short, facts)


FourWays = tuple[str, str, str, str]  # before and now, then both as shortly as they can be told apart


def time_in_words(told: TimeAndPlace, meeting: Meeting) -> FourWays:
    """Return the earlier and the present time, whole and as a subject says them."""
    before, now = (span(row.starts_at, row.ends_at) for row in (told, meeting))
    if told.starts_at == meeting.starts_at:
        return before, now, before, now
    return before, now, beginning(told.starts_at), beginning(meeting.starts_at)


def places_in_words(told: TimeAndPlace, meeting: Meeting) -> FourWays:
    """Return the earlier and the present place, whole and as a subject says them: venue and town."""
    before, now = in_sentence(told.where), in_sentence(meeting.where)
    then, today = (", ".join(filter(None, (row.venue, row.town))) for row in (told, meeting))
    differ = then and today and then != today
    return (before, now, in_sentence(then), in_sentence(today)) if differ else (before, now, before, now)


def beginning(moment: datetime) -> str:
    """Return the day without its year, and the hour: "torsdag 31 januari kl. 15.00"."""
    return f"{weekday(moment).rpartition(' ')[0]} kl. {clock(moment)}"


def differs(told: TimeAndPlace, meeting: Meeting) -> bool:
    """Return whether the meeting is held at another time or place, or has another link, than was told."""
    return any(getattr(told, name) != getattr(meeting, name) for name in TIME_AND_PLACE_FIELDS)


def has_changed_since(meeting: Meeting, sequence: int) -> bool:
    """Return whether an event or a page with this sequence number says another time or place than the meeting has.

    A change that was taken back is none. What was said is not known of versions from before it was kept.
    """
    if sequence >= meeting.sequence:
        return False
    version = meeting.letter_version - (meeting.sequence - sequence)
    said = meeting.times_and_places.filter(version=version).first()
    return said is None or differs(said, meeting)


def told_before(meeting: Meeting, invitee: Invitee, *, present: bool) -> TimeAndPlace | None:
    """Return the time and place of the last letter that the person has; None for letters of before they were kept.

    The recipients of a mailing and a meeting from `with_letters` need no query.
    """
    if not hasattr(invitee, "told_version"):
        people = with_told_version(Invitee.objects.filter(pk=invitee.pk), present=present)
        invitee = people.first() or invitee
    version = getattr(invitee, "told_version", None)
    return next((row for row in meeting.times_and_places.all() if row.version == version), None)
