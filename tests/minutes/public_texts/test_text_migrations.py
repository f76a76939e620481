"""What a round's intro said in public before the upgrade is said by its text afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from meetings.models import Round
from minutes.models import PublicText
from minutes.publishing.texts import public_content
from tests import factories

FORMER = ("minutes", "0006_editions_that_name_protected_people_are_known")
LONG = "Första stycket.\n\nAndra stycket."


@pytest.fixture
def tables_of_before() -> Iterator[Any]:
    """The tables as they were before, and those of the present program afterwards, whatever happens."""
    try:
        yield MigrationExecutor(connection).migrate([FORMER]).apps
    finally:
        migrate_to_present()


def migrate_to_present() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes("minutes"))


@pytest.mark.django_db(transaction=True)
def test_intros_stay_public_as_texts(tables_of_before: Any):
    for year, intro in ((2019, "En mening."), (2020, LONG), (2021, "")):
        factories.round_(year=year, intro=intro)
    migrate_to_present()
    said = {row.year: public_content("year", row) for row in Round.objects.all()}
    assert (said[2019]["lead"], said[2019]["body"]) == ("En mening.", "")
    assert (said[2020]["lead"], said[2020]["body"]) == ("", LONG)
    assert PublicText.objects.filter(round__year=2021).count() == 0
