"""The tables of letters that staff read: what the database refuses, and the way back to the version before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from dialog_portal.access.models import User
from meetings.models import CalendarReply, LetterToRead
from tests import factories

BEFORE = ("meetings", "0013_coming_meetings_are_found_in_a_large_archive")


@pytest.fixture
def tables_are_brought_back() -> Iterator[None]:
    """The tables are those of the present program afterwards, whatever happens."""
    try:
        yield
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.mark.once_on_sqlite
@pytest.mark.django_db(transaction=True)
def test_answers_from_other_addresses_are_strangers_to_the_version_before(tables_are_brought_back):
    guest = factories.invitee(factories.invitation(factories.meeting()))
    for outcome in ("alias", "tentative"):
        CalendarReply.objects.create(invitee=guest, outcome=outcome, address="a@kommun.example")
    LetterToRead.objects.create(invitee=guest, kind="plain")
    old = MigrationExecutor(connection).migrate([BEFORE]).apps.get_model("meetings", "CalendarReply")
    assert list(old.objects.order_by("pk").values_list("outcome", flat=True)) == ["stranger", "tentative"]


@pytest.mark.django_db
def test_kinds_and_choices_that_nobody_knows_are_refused():
    guest = factories.invitee(factories.invitation(factories.meeting()))
    row = LetterToRead.objects.create(invitee=guest, kind="plain")
    for rows, wrong in (
        (LetterToRead.objects.filter(pk=row.pk), {"kind": "telegram"}),
        (User.objects.filter(pk=factories.user().pk), {"morning_letter": "hourly"}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)
