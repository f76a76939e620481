"""Who has a hand in the notes: who wrote them, and who changed what they say of the meeting and of who came.

What was planned before the meeting began has been read by everybody who was invited; from then on it is part of what
the notes tell, and so is the attendance. Whoever touched any of it is an author and does not approve it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from dialog_portal.access.models import User
from dialog_portal.base.authorship import Contribution, Part, Subject
from meetings.models import Agenda, Attendee, Invitation
from minutes.models import Approval, Edition, Minutes, MinutesState, MinutesStep, SectionRevision


@dataclass(frozen=True)
class Touch:
    """Somebody had a hand in these notes at this time."""

    minutes: int
    at: datetime
    by: int
    part: Part = Part.NOTED
    former_start: datetime | None = None  # of a meeting that was moved then


def authors(minutes: Minutes) -> list[User]:
    """Those who had a hand in what is to be approved, or in what was, the latest one first."""
    return authors_of([minutes])[minutes.pk]


def authors_of(rows: Iterable[Minutes]) -> dict[int, list[User]]:
    """The same for many, in a fixed number of queries; the rows come with their meetings.

    What the last edition holds counts no more, nor does what came after the approval that stands.
    """
    known = {row.pk: row for row in rows}
    since, until = last_editions(known), standing_approvals(known)
    every = [*touches_in_text(known), *touches_on_subjects(known)]
    began = when_meetings_began(known, every)
    found: dict[int, list[Touch]] = defaultdict(list)
    for touch in every:
        pk = touch.minutes
        after = pk not in since or since[pk] < touch.at
        in_time = after and touch.at <= until.get(pk, touch.at)
        if in_time and counts(touch, meeting_began=began[pk], notes_begun=known[pk].begun_at):
            found[pk].append(touch)
    people = User.objects.in_bulk({touch.by for some in found.values() for touch in some})
    return {pk: in_order(found[pk], people) for pk in known}


def counts(touch: Touch, *, meeting_began: datetime, notes_begun: datetime) -> bool:
    """Whether it came when it mattered: what was noted always did, facts and points did when the meeting had begun.

    The points become the headings when the notes are begun; later changes to them do not reach the notes.
    """
    if touch.part == Part.POINTS and touch.at > notes_begun:
        return False
    return touch.part == Part.NOTED or meeting_began <= touch.at


def when_meetings_began(known: dict[int, Minutes], touches: Iterable[Touch]) -> dict[int, datetime]:
    """A meeting began at its earliest start that had been reached when it was moved, or when notes were begun.

    Else whoever changed a fact could move the start past the change, and not be an author of it.
    """
    began = {pk: min(row.meeting.starts_at, row.begun_at) for pk, row in known.items()}
    for touch in touches:
        if touch.former_start and touch.former_start <= touch.at:
            began[touch.minutes] = min(began[touch.minutes], touch.former_start)
    return began


def in_order(some: list[Touch], people: dict[int, User]) -> list[User]:
    latest = sorted(some, key=lambda touch: touch.at, reverse=True)
    return list(dict.fromkeys(people[touch.by] for touch in latest))


def last_editions(known: dict[int, Minutes]) -> dict[int, datetime]:
    """When the words of each last edition were approved."""
    rows = Edition.objects.filter(minutes__in=known).order_by("number")
    return dict(rows.values_list("minutes", "rendering__approval__at"))


def standing_approvals(known: dict[int, Minutes]) -> dict[int, datetime]:
    rows = Approval.objects.filter(minutes__in=known, voided_at__isnull=True)
    return dict(rows.values_list("minutes", "at"))


def touches_in_text(known: dict[int, Minutes]) -> Iterator[Touch]:
    """Who typed the text of these notes, and who began a correction of them."""
    typed = SectionRevision.objects.filter(section__minutes__in=known)
    for minutes, at, by in typed.values_list("section__minutes", "at", "by"):
        yield Touch(minutes, at, by)
    corrections = MinutesStep.objects.filter(
        minutes__in=known, before=MinutesState.PUBLISHED, after=MinutesState.DRAFT, by__isnull=False
    )
    for minutes, at, by in corrections.values_list("minutes", "at", "by"):
        yield Touch(minutes, at, by)


def touches_on_subjects(known: dict[int, Minutes]) -> Iterator[Touch]:
    """Who changed the things that these notes are about."""
    about = subjects_of(known)
    columns = ("subject", "subject_id", "part", "by", "at", "former_start")
    for subject, pk, part, by, at, former_start in rows_about(about).values_list(*columns):
        for minutes in about[subject, pk]:
            yield Touch(minutes, at, by, part, former_start)


def rows_about(subjects: Iterable[tuple[str, int]]) -> QuerySet[Contribution]:
    """The rows about all of these, in one query."""
    ids: dict[str, list[int]] = defaultdict(list)
    for subject, pk in subjects:
        ids[subject].append(pk)
    wanted = [Q(subject=subject, subject_id__in=some) for subject, some in ids.items()]
    return Contribution.objects.filter(reduce(or_, wanted)) if wanted else Contribution.objects.none()


def subjects_of(known: dict[int, Minutes]) -> dict[tuple[str, int], set[int]]:
    """The things that notes are about, each with the notes that are about it."""
    about: dict[tuple[str, int], set[int]] = defaultdict(set)
    of_meeting = {row.meeting_id: row.pk for row in known.values()}
    for row in known.values():
        about[Subject.MINUTES, row.pk].add(row.pk)
        about[Subject.MEETING, row.meeting_id].add(row.pk)
        about[Subject.ROUND, row.meeting.round_id].add(row.pk)
        if row.meeting.host_id:
            about[Subject.PARTY, row.meeting.host_id].add(row.pk)
    for pk, meeting in Agenda.objects.filter(meeting__in=of_meeting).values_list("pk", "meeting"):
        about[Subject.AGENDA, pk].add(of_meeting[meeting])
    invited = Invitation.objects.filter(meeting__in=of_meeting, party__isnull=False)
    for meeting, party in invited.values_list("meeting", "party"):
        about[Subject.PARTY, party].add(of_meeting[meeting])
    came = Attendee.objects.filter(meeting__in=of_meeting, invitee__person__isnull=False)
    for meeting, person in came.values_list("meeting", "invitee__person"):
        about[Subject.PERSON, person].add(of_meeting[meeting])
    return dict(about)
