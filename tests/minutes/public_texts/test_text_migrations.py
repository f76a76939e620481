"""What a round's intro said in public before the upgrade is said by its text afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from meetings.models import MeetingState, Round
from minutes.models import PublicText, TextRevision
from minutes.publishing.pages import public_rounds
from minutes.publishing.texts import public_content
from tests import factories

FORMER = ("minutes", "0006_editions_that_name_protected_people_are_known")
NEW_TABLES = ("minutes", "0007_the_public_site_has_texts_redirects_and_reports")
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
    for year, intro in ((2019, "En mening."), (2020, LONG), (2021, ""), (2022, " \n")):
        factories.meeting(round=factories.round_(year=year, intro=intro), state=MeetingState.HELD)
    migrate_to_present()
    said = {row.year: public_content("year", row) for row in Round.objects.all()}
    assert (said[2019]["lead"], said[2019]["body"]) == ("En mening.", "")
    assert (said[2020]["lead"], said[2020]["body"]) == ("", LONG)
    assert PublicText.objects.filter(round__year__gte=2021).count() == 0


def round_with_meeting(year: int, state: str, *steps: str) -> None:
    meeting = factories.meeting(round=factories.round_(year=year, intro="En mening."), state=state)
    for step in steps:
        meeting.steps.create(before="planned", after=step)


@pytest.mark.django_db(transaction=True)
def test_an_intro_is_as_public_as_its_year_was(tables_of_before: Any):
    factories.round_(year=2019, intro="En mening.")
    round_with_meeting(2020, MeetingState.PLANNED)
    round_with_meeting(2021, MeetingState.CANCELLED, MeetingState.CANCELLED)
    round_with_meeting(2022, MeetingState.CANCELLED, MeetingState.ANNOUNCED, MeetingState.CANCELLED)
    for year, state in enumerate((MeetingState.ANNOUNCED, MeetingState.INVITED, MeetingState.HELD), 2023):
        round_with_meeting(year, state)
    migrate_to_present()
    public = [2022, 2023, 2024, 2025]
    assert sorted(row.year for row in public_rounds()) == public
    published = TextRevision.objects.published().values_list("text__round__year", flat=True)
    assert sorted(published) == public
    assert TextRevision.objects.filter(published_at=None, content__lead="En mening.").count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_text_that_is_there_already_is_left_as_it_is(tables_of_before: Any):
    round_with_meeting(2019, MeetingState.HELD)
    migrate_to_present()
    TextRevision.objects.update(content={"lead": "Ny mening.", "body": "", "picture": ""})
    MigrationExecutor(connection).migrate([NEW_TABLES])
    migrate_to_present()
    assert [row.content["lead"] for row in TextRevision.objects.all()] == ["Ny mening."]
