"""Find the authors of the notes, who may not approve them (four eyes).

Authors are those who wrote the text, those who changed the attendance, and those who changed facts about the meeting
after it began. Facts from before that time do not count, because everybody who was invited has read them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from dialog_portal.access.models import User
from dialog_portal.base.authorship import Contribution, Part, Subject
from meetings.models import Agenda, Attendee, Invitation
from minutes.models import Approval, Edition, Minutes, MinutesState, MinutesStep, SectionRevision
from minutes.protected_people.matching import protected_people


@dataclass(frozen=True)
class Change:
    """One change in notes, or in something that they show: when, and by whom (primary keys of notes and user)."""

    minutes: int
    at: datetime
    by: int
    part: Part = Part.NOTED
    former_start: datetime | None = None  # of a meeting that was moved then


def authors(minutes: Minutes) -> list[User]:
    """Return the authors of the notes since the last edition, the latest author first.

    Changes after a valid approval do not count.
    """
    return authors_of([minutes])[minutes.pk]


def authors_of(rows: Iterable[Minutes]) -> dict[int, list[User]]:
    """Return the authors of several notes, by primary key, in a fixed number of queries.

    The rows must have been read with their meetings (select_related).
    """
    known = {row.pk: row for row in rows}
    since, until = approval_times_of_editions(known), valid_approval_times(known)
    changes = [*text_changes(known), *subject_changes(known)]
    began = when_meetings_began(known, changes)
    found: dict[int, list[Change]] = defaultdict(list)
    for change in changes:
        pk = change.minutes
        after = pk not in since or since[pk] < change.at
        in_time = after and change.at <= until.get(pk, change.at)
        if in_time and makes_author(change, meeting_began=began[pk], notes_begun=known[pk].begun_at):
            found[pk].append(change)
    people = User.objects.in_bulk({change.by for some in found.values() for change in some})
    return {pk: latest_first(found[pk], people) for pk in known}


def makes_author(change: Change, *, meeting_began: datetime, notes_begun: datetime) -> bool:
    """Return whether a change makes its user an author: text and attendance always, all else after the start.

    The points of the agenda are copied as headings when the notes are begun, so later changes of points do not count.
    """
    if change.part == Part.POINTS and change.at > notes_begun:
        return False
    return change.part == Part.NOTED or meeting_began <= change.at


def when_meetings_began(known: dict[int, Minutes], changes: Iterable[Change]) -> dict[int, datetime]:
    """Return when the meeting of each of these notes began.

    It is the earliest of its start, the time when the notes were begun, and each former start that had been reached
    when the meeting was moved. Otherwise a person could change a fact, move the start past that change, and approve.
    """
    began = {pk: min(row.meeting.starts_at, row.begun_at) for pk, row in known.items()}
    for change in changes:
        if change.former_start and change.former_start <= change.at:
            began[change.minutes] = min(began[change.minutes], change.former_start)
    return began


def latest_first(some: list[Change], people: dict[int, User]) -> list[User]:
    """Return the users who made the changes, each once, the latest first."""
    latest = sorted(some, key=lambda change: change.at, reverse=True)
    return list(dict.fromkeys(people[change.by] for change in latest))


def approval_times_of_editions(known: dict[int, Minutes]) -> dict[int, datetime]:
    """Return, by notes, when the content of the last edition was approved."""
    rows = Edition.objects.filter(minutes__in=known).order_by("number")
    return dict(rows.values_list("minutes", "rendering__approval__at"))


def valid_approval_times(known: dict[int, Minutes]) -> dict[int, datetime]:
    """Return, by notes, when they were approved, for those with an approval that is not voided."""
    rows = Approval.objects.filter(minutes__in=known, voided_at__isnull=True)
    return dict(rows.values_list("minutes", "at"))


def text_changes(known: dict[int, Minutes]) -> Iterator[Change]:
    """Yield the changes of the text of these notes, and the corrections that were begun."""
    typed = SectionRevision.objects.filter(section__minutes__in=known)
    for minutes, at, by in typed.values_list("section__minutes", "at", "by"):
        yield Change(minutes, at, by)
    corrections = MinutesStep.objects.filter(
        minutes__in=known, before=MinutesState.PUBLISHED, after=MinutesState.DRAFT, by__isnull=False
    )
    for minutes, at, by in corrections.values_list("minutes", "at", "by"):
        yield Change(minutes, at, by)


def subject_changes(known: dict[int, Minutes]) -> Iterator[Change]:
    """Yield the changes of what these notes are about: meeting, agenda, parties, persons and attendance."""
    came = list(Attendee.objects.filter(meeting__in=meetings_of(known)).select_related("invitee"))
    about, hiding = subjects_of_notes(known, came), people_who_hide_names(known, came)
    for person, minutes in hiding:
        about[Subject.PERSON, person].add(minutes)
    columns = ("subject", "subject_id", "part", "by", "at", "former_start")
    for subject, pk, part, by, at, former_start in contributions_to(about).values_list(*columns):
        for minutes in about[subject, pk]:
            own = hiding.get((pk, minutes)) if subject == Subject.PERSON else None
            if part != Part.IDENTITY or own is not None:
                yield Change(minutes, at, by, Part.NOTED if own is False else part, former_start)


def meetings_of(known: dict[int, Minutes]) -> dict[int, int]:
    """Return the notes of each meeting, both as primary keys."""
    return {row.meeting_id: row.pk for row in known.values()}


def people_who_hide_names(known: dict[int, Minutes], came: Sequence[Attendee]) -> dict[tuple[int, int], bool]:
    """Return the protected people because of whom somebody is not named, each with the notes.

    The value says whether it is the invited person's own protection, which is a plan until the meeting begins as other
    facts are. Somebody else's name or address that hides a participant makes an author whenever it was changed.
    """
    of_meeting, people = meetings_of(known), protected_people(came)
    found: dict[tuple[int, int], bool] = {}
    for row in came:
        own = row.invitee.person_id if row.invitee else None
        for person in people.get(row.pk, ()):
            place = person, of_meeting[row.meeting_id]
            found[place] = found.get(place, True) and person == own
    return found


def contributions_to(subjects: Iterable[tuple[str, int]]) -> QuerySet[Contribution]:
    """Return the rows of authorship about all these subjects, as one query."""
    ids: dict[str, list[int]] = defaultdict(list)
    for subject, pk in subjects:
        ids[subject].append(pk)
    wanted = [Q(subject=subject, subject_id__in=some) for subject, some in ids.items()]
    return Contribution.objects.filter(reduce(or_, wanted)) if wanted else Contribution.objects.none()


def subjects_of_notes(known: dict[int, Minutes], came: Sequence[Attendee]) -> dict[tuple[str, int], set[int]]:
    """Return the subjects that the notes are about (kind and primary key), each with the notes about it."""
    about: dict[tuple[str, int], set[int]] = defaultdict(set)
    of_meeting = meetings_of(known)
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
    uninvited = Attendee.objects.filter(meeting__in=of_meeting, party__isnull=False)
    for meeting, party in uninvited.values_list("meeting", "party"):
        about[Subject.PARTY, party].add(of_meeting[meeting])
    for guest in came:
        if guest.invitee and guest.invitee.person_id:
            about[Subject.PERSON, guest.invitee.person_id].add(of_meeting[guest.meeting_id])
    return about
