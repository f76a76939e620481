"""Who wrote what is read once from the log of version 1.0.0, and then the authors are those that it found itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from dialog_portal.access.models import User
from dialog_portal.base.audit import Event, record
from dialog_portal.base.authorship import Contribution
from dialog_portal.demo.clock import clock_at
from meetings.agenda import actions as agenda
from meetings.attendance import actions as attendance
from meetings.audit_events import MeetingsEvent
from meetings.models import AgendaItem, Attendee
from minutes.approval.authors import authors
from minutes.models import Minutes
from minutes.writing import actions as writing
from parties.actions.parties import rename_party
from tests import factories
from tests.minutes.acting import came, fresh, held_meeting, written

# Before there were rows: what came earlier than these says nothing of authors
FIRST_VERSION = [
    ("minutes", "0003_editions_are_not_withdrawn"),
    ("access", "0004_what_was_done_to_a_thing_is_found"),
]
HOUR = timedelta(hours=1)
PEOPLE = (
    "planner early venue mover seats inviter heading length beginner late ticker adder signer number host note shy "
    "stranger elsewhere"
).split()


def migrate_to_first_version() -> None:
    MigrationExecutor(connection).migrate(FIRST_VERSION)


def migrate_to_newest() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.fixture
def database_of_the_first_version(transactional_db: None) -> Iterator[None]:
    """Tests that ask for this go back and forth themselves; afterwards the tables are the newest again."""
    yield
    migrate_to_newest()


class Story:
    """A meeting that was moved by a day when it had already begun, with everything that its notes are about."""

    def __init__(self) -> None:
        self.meeting = held_meeting(host=factories.party())
        self.start = self.meeting.starts_at
        self.former = self.start - timedelta(days=1)
        self.came = came(self.meeting, "Åsa Öhrn", "0192")
        person = factories.person()
        self.came.invitee.person = person
        self.came.invitee.save()
        self.person, self.other_person = person, factories.person()
        self.minutes = Minutes.objects.create(meeting=self.meeting)
        # Here, because the tables of the first version lack columns of today's accounts
        self.people = {
            name: User.objects.create(email=f"{name}@region.example", name=name).pk for name in PEOPLE
        }

    def log(self, at: datetime, name: str, what: str, thing: str, **detail: Any) -> None:
        """A row of the log as 1.0.0 wrote it; no name means that the portal did it by itself."""
        with clock_at(at):
            Event.objects.create(by_id=self.people.get(name), what=what, thing=thing, detail=detail)

    def happened(self) -> None:
        """Everything that 1.0.0 looked for in the log, and beside each what it did not count."""
        meeting, notes = f"meeting {self.meeting.pk}", f"minutes {self.minutes.pk}"
        points, host = f"agenda {self.meeting.agenda.pk}", f"party {self.meeting.host_id}"
        log, former, start, begun = self.log, self.former, self.start, self.start + 2 * HOUR
        log(former - HOUR, "planner", "dialogmöte: ändrade", meeting, fields=["title"])
        log(former - HOUR, "early", "dagordning: la till punkt", points, item=1)
        log(former + HOUR, "venue", "dialogmöte: ändrade", meeting, fields=["seats", "venue"])
        moved = {"fields": ["day"], "start_before": str(former)}
        log(former + 2 * HOUR, "mover", "dialogmöte: ändrade", meeting, **moved)
        log(former + 3 * HOUR, "seats", "dialogmöte: ändrade", meeting, fields=["seats", "officer"])
        log(start, "inviter", "inbjudan: la till parter", meeting, parties=[1], seats=2)
        log(start + HOUR, "heading", "dagordning: ändrade punkt", points, item=1, fields=["title"])
        log(start + HOUR, "length", "dagordning: ändrade punkt", points, item=1, fields=["minutes"])
        log(begun, "beginner", "anteckningar: påbörjade", notes)
        log(begun + HOUR, "late", "dagordning: flyttade punkt", points, item=1, before=1, after=2)
        log(begun + 2 * HOUR, "ticker", "närvaro: noterade", meeting, attendees=[1])
        log(begun + 3 * HOUR, "adder", "anteckningar: la till avsnitt", notes, section=1)
        round_ = f"round {self.meeting.round_id}"
        log(begun + 4 * HOUR, "signer", "dialogomgång: ändrade", round_, fields=["signer"])
        log(begun + 4 * HOUR, "number", "dialogomgång: ändrade", round_, fields=["diary_number"])
        log(begun + 5 * HOUR, "host", "part: bytte namn", host, before="A", after="B", since="2026-01-01")
        log(begun + 6 * HOUR, "", "part: ändrade", host, fields=["name"])
        log(begun + 6 * HOUR, "note", "part: ändrade", host, fields=["note"])
        log(begun + 7 * HOUR, "shy", "person: ändrade", f"person {self.person.pk}", fields=["protected"])
        other = f"person {self.other_person.pk}"
        log(begun + 8 * HOUR, "stranger", "person: ändrade", other, fields=["protected"])
        log(begun + 9 * HOUR, "elsewhere", "närvaro: noterade", "meeting 99", attendees=[1])


AUTHORS = [
    "shy",
    "host",
    "number",
    "adder",
    "ticker",
    "heading",
    "inviter",
    "mover",
    "venue",
]  # the latest first


def names(minutes: Minutes) -> list[str]:
    return [user.name for user in authors(fresh(minutes))]


def test_authors_are_those_that_the_first_version_found_in_its_log(
    database_of_the_first_version: None,
) -> None:
    story = Story()
    migrate_to_first_version()
    story.happened()
    migrate_to_newest()
    assert names(story.minutes) == AUTHORS
    assert fresh(story.minutes).begun_at == Event.objects.get(what="anteckningar: påbörjade").at


def test_what_is_read_from_the_log_is_what_the_actions_had_written(
    database_of_the_first_version: None,
) -> None:
    meeting = came(held_meeting(), "Åsa Öhrn", "0192").meeting
    agenda.add_item(meeting.agenda, AgendaItem(title="Ny punkt"), by=factories.user())
    minutes = written(meeting, factories.user())
    writing.add_section(minutes, by=factories.user())
    attendance.note_attendance(meeting, set(), by=factories.user())
    party = Attendee.objects.get().invitation.party
    assert party is not None
    since, seen = meeting.starts_at.date(), party.version
    rename_party(party, name="Ett annat namn", since=since, seen_version=seen, by=factories.user())
    before, had = rows(), names(minutes)
    migrate_to_first_version()
    migrate_to_newest()
    assert (rows(), names(minutes), len(had)) == (before, had, 5)


def rows() -> set[tuple[Any, ...]]:
    columns = ("subject", "subject_id", "part", "by", "at", "former_start")
    return {*Contribution.objects.values_list(*columns), *Minutes.objects.values_list("pk", "begun_at")}


def added() -> str:
    said = StringIO()
    call_command("finish_upgrade", stdout=said)
    return said.getvalue().split()[0]


@pytest.mark.django_db
def test_what_the_first_version_did_while_the_new_one_was_set_up_is_added_once() -> None:
    """It writes the log, and knows nothing of the rows."""
    story = Story()
    story.happened()
    assert (names(story.minutes), added(), names(story.minutes)) == ([], "14", AUTHORS)
    before = rows()
    assert (added(), rows()) == ("0", before)


@pytest.mark.django_db
def test_an_empty_log_adds_nothing() -> None:
    assert (added(), Contribution.objects.count()) == ("0", 0)


@pytest.mark.real_clock  # the database's own
@pytest.mark.django_db
def test_notes_that_the_first_version_begins_get_their_time_from_the_database() -> None:
    """Its statement names no such column."""
    meeting = factories.meeting()
    event = record(factories.user(), MeetingsEvent.MEETING_HELD, meeting)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO minutes_minutes (meeting_id, state, correction) VALUES (%s, 'draft', '')",
            [meeting.pk],
        )
    assert abs(Minutes.objects.get(meeting=meeting).begun_at - event.at) < HOUR
