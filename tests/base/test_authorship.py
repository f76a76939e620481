"""Rows that say who wrote what: only ever added, and only about what notes are made from."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from dialog_portal.base.append_only import lift
from dialog_portal.base.audit import record
from dialog_portal.base.authorship import Contribution, Part, Subject, record_authorship
from parties.audit_events import PartiesEvent
from tests import factories
from tests.conftest import MOMENT

pytestmark = pytest.mark.django_db


def contribution() -> Contribution:
    party = factories.party()
    event = record(factories.user(), PartiesEvent.PARTY_CHANGED, party)
    return record_authorship(event, party, Part.FACTS)


def test_who_and_when_are_those_of_the_audit_log():
    officer, party = factories.user(), factories.party()
    event = record(officer, PartiesEvent.PARTY_RENAMED, party)
    row = record_authorship(event, party, Part.FACTS)
    assert (row.subject, row.subject_id, row.part) == (Subject.PARTY, party.pk, Part.FACTS)
    assert (row.by, row.at, row.former_start) == (officer, event.at, None)


def test_a_thing_that_no_notes_are_made_from_is_refused():
    category = factories.category()
    event = record(factories.user(), PartiesEvent.CATEGORY_CHANGED, category)
    with pytest.raises(ValueError, match="category"):
        record_authorship(event, category, Part.FACTS)


def test_the_portal_itself_is_never_an_author():
    party = factories.party()
    with pytest.raises(ValueError, match="never an author"):
        record_authorship(record(None, PartiesEvent.PARTY_CHANGED, party), party, Part.FACTS)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("contribution_subject_is_known", {"subject": "letter"}),
        ("contribution_part_is_known", {"part": "weather"}),
        ("contribution_only_meetings_are_moved", {"former_start": MOMENT}),
    ],
)
def test_the_database_refuses_what_the_rule_does_not_know(name: str, values: dict[str, Any]):
    given = {"subject": Subject.PARTY, "subject_id": 1, "part": Part.FACTS, "at": timezone.now()}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Contribution.objects.create(by=factories.user(), **{**given, **values})


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE access_contribution SET subject_id = 0",
        "DELETE FROM access_contribution",
    ],
)
def test_nobody_stops_being_an_author(sql: str):
    row = contribution()
    with (
        pytest.raises(DatabaseError, match="only ever added"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert Contribution.objects.get() == row


def test_without_the_guard_the_same_statement_goes_through(vendor: str):
    contribution()
    with transaction.atomic(), connection.cursor() as cursor:
        for sql in lift("access_contribution", vendor):
            cursor.execute(sql)
        cursor.execute("DELETE FROM access_contribution")
        assert Contribution.objects.count() == 0
        transaction.set_rollback(True)
    assert Contribution.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_version_before_gets_its_table_back_and_it_only_grows_on_the_way_there_and_back():
    """It does not know who changed a name or address, so those rows are left out."""
    contribution()
    Contribution.objects.create(
        subject="person", subject_id=1, part="identity", by=factories.user(), at=MOMENT
    )
    try:
        MigrationExecutor(connection).migrate([("access", "0006_contributions_only_grow")])
        assert list(Contribution.objects.values_list("part", flat=True)) == ["facts"]
        with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
            Contribution.objects.all().delete()
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
        Contribution.objects.all().delete()
