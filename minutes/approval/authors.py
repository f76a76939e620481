"""Who has a hand in the notes: who wrote them, and who changed what they say of the meeting and of who came.

What was planned before the meeting began has been read by everybody who was invited; from then on it is part of what
the notes tell, and so is the attendance. Whoever touched any of it is an author and does not approve it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from dialog_portal.access.models import User
from dialog_portal.base.audit import Event
from meetings.models import Agenda, Attendee, Invitation
from minutes.models import Approval, Edition, Minutes, MinutesState, MinutesStep, SectionRevision

ANY: frozenset[str] = frozenset()
# What the audit log calls the changes that the notes show, each with the fields that matter
NOTED = {
    "närvaro: noterade": ANY,
    "närvaro: la till deltagare": ANY,
    "anteckningar: la till avsnitt": ANY,
    "anteckningar: tog bort avsnitt": ANY,
}
FACTS = {
    "dialogmöte: la upp": ANY,
    "dialogmöte: ändrade": frozenset(
        {"title", "day", "start", "end", "venue", "room", "street", "online", "host", "diary_number"}
        | {"outside_reference"}
    ),
    "inbjudan: la till parter": ANY,
    "inbjudan: hämtade från registret": ANY,
    "inbjudan: la till gäst": ANY,
    "inbjudan: tog bort person": ANY,
    "inbjudan: la tillbaka person": ANY,
    "inbjudan: tog bort part": ANY,
    "dialogomgång: ändrade": frozenset({"diary_number"}),
    "part: ändrade": frozenset({"name", "code"}),
    "part: bytte namn": ANY,
    "person: ändrade": frozenset({"protected"}),
}
# The points become the headings when the notes are begun; later changes to them do not reach the notes
POINTS = {
    "dagordning: la till punkt": ANY,
    "dagordning: ändrade punkt": frozenset({"title", "internal"}),
    "dagordning: flyttade punkt": ANY,
    "dagordning: tog bort punkt": ANY,
    "dagordning: la tillbaka punkt": ANY,
}
SHOWN = NOTED | FACTS | POINTS
BEGUN = "anteckningar: påbörjade"


@dataclass(frozen=True)
class Touch:
    """Somebody had a hand in these notes at this time."""

    minutes: int
    at: datetime
    by: int
    what: str = ""  # in the words of the audit log, where it is read from there


@dataclass(frozen=True)
class Opening:
    """From when the facts of each meeting count, and when its points became headings."""

    began: dict[int, datetime]
    begun: dict[int, datetime]

    @classmethod
    def of(cls, known: dict[int, Minutes]) -> Opening:
        """A meeting began at its earliest start that had been reached when it was moved, or when notes were begun.

        Else whoever changed a fact could move the start past the change, and not be an author of it.
        """
        names = {f"minutes {pk}": pk for pk in known}
        names |= {f"meeting {row.meeting_id}": pk for pk, row in known.items()}
        began = {pk: row.meeting.starts_at for pk, row in known.items()}
        begun: dict[int, datetime] = {}
        told = Q(what=BEGUN) | Q(what="dialogmöte: ändrade", detail__has_key="start_before")
        events = Event.objects.filter(told, thing__in=names)
        for thing, what, detail, at in events.values_list("thing", "what", "detail", "at"):
            pk = names[thing]
            if what == BEGUN:
                start = begun[pk] = at
            else:
                start = datetime.fromisoformat(detail["start_before"])
            if start <= at:
                began[pk] = min(began[pk], start)
        return cls(began, begun)

    def counts(self, touch: Touch) -> bool:
        """Whether something that the log tells of came when it mattered; what was noted always did."""
        if touch.what in POINTS and touch.at > self.begun.get(touch.minutes, touch.at):
            return False
        return touch.what not in FACTS | POINTS or self.began[touch.minutes] <= touch.at


def authors(minutes: Minutes) -> list[User]:
    """Those who had a hand in what is to be approved, or in what was, the latest one first."""
    return authors_of([minutes])[minutes.pk]


def authors_of(rows: Iterable[Minutes]) -> dict[int, list[User]]:
    """The same for many, in a fixed number of queries; the rows come with their meetings.

    What the last edition holds counts no more, nor does what came after the approval that stands.
    """
    known = {row.pk: row for row in rows}
    since, until, open_ = last_editions(known), standing(known), Opening.of(known)
    found: dict[int, list[Touch]] = defaultdict(list)
    for touch in touches(known):
        after = touch.minutes not in since or since[touch.minutes] < touch.at
        if after and touch.at <= until.get(touch.minutes, touch.at) and open_.counts(touch):
            found[touch.minutes].append(touch)
    people = User.objects.in_bulk({touch.by for some in found.values() for touch in some})
    return {pk: in_order(found[pk], people) for pk in known}


def in_order(some: list[Touch], people: dict[int, User]) -> list[User]:
    latest = sorted(some, key=lambda touch: touch.at, reverse=True)
    return list(dict.fromkeys(people[touch.by] for touch in latest))


def last_editions(known: dict[int, Minutes]) -> dict[int, datetime]:
    """When the words of each last edition were approved."""
    rows = Edition.objects.filter(minutes__in=known).order_by("number")
    return dict(rows.values_list("minutes", "rendering__approval__at"))


def standing(known: dict[int, Minutes]) -> dict[int, datetime]:
    rows = Approval.objects.filter(minutes__in=known, voided_at__isnull=True)
    return dict(rows.values_list("minutes", "at"))


def touches(known: dict[int, Minutes]) -> Iterator[Touch]:
    """Everything that anybody ever did to these notes, and to what they say."""
    written = SectionRevision.objects.filter(section__minutes__in=known)
    for minutes, at, by in written.values_list("section__minutes", "at", "by"):
        yield Touch(minutes, at, by)
    begun = MinutesStep.objects.filter(
        minutes__in=known, before=MinutesState.PUBLISHED, after=MinutesState.DRAFT, by__isnull=False
    )
    for minutes, at, by in begun.values_list("minutes", "at", "by"):
        yield Touch(minutes, at, by)
    yield from recorded(known)


def recorded(known: dict[int, Minutes]) -> Iterator[Touch]:
    """What the audit log tells of the things that the notes are about."""
    things = things_of(known)
    events = Event.objects.filter(thing__in=things, what__in=SHOWN, by__isnull=False)
    for thing, what, detail, at, by in events.values_list("thing", "what", "detail", "at", "by"):
        matters = SHOWN[what]
        if not matters or matters & set(detail.get("fields", ())):
            yield from (Touch(minutes, at, by, what) for minutes in things[thing])


def things_of(known: dict[int, Minutes]) -> dict[str, set[int]]:
    """The things that each set of notes is about, by the names that the audit log has for them."""
    things: dict[str, set[int]] = defaultdict(set)
    of_meeting = {row.meeting_id: row.pk for row in known.values()}
    for row in known.values():
        things[f"minutes {row.pk}"].add(row.pk)
        things[f"meeting {row.meeting_id}"].add(row.pk)
        things[f"round {row.meeting.round_id}"].add(row.pk)
        things[f"party {row.meeting.host_id}"].add(row.pk)
    for pk, meeting in Agenda.objects.filter(meeting__in=of_meeting).values_list("pk", "meeting"):
        things[f"agenda {pk}"].add(of_meeting[meeting])
    invited = Invitation.objects.filter(meeting__in=of_meeting, party__isnull=False)
    for meeting, party in invited.values_list("meeting", "party"):
        things[f"party {party}"].add(of_meeting[meeting])
    came = Attendee.objects.filter(meeting__in=of_meeting, invitee__person__isnull=False)
    for meeting, person in came.values_list("meeting", "invitee__person"):
        things[f"person {person}"].add(of_meeting[meeting])
    return dict(things)
