"""Editions from before live on, and the former program works on the new tables while it is being replaced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from dialog_portal.access.models import Role
from minutes.models import Approval, Edition, Rendering
from tests import factories
from tests.minutes.acting import came, distributed, held_meeting

FORMER = ("minutes", "0001_initial")


def migrate_back() -> Any:
    """Bring the tables back to those of 1.0.0; return the models as its program knows them."""
    return MigrationExecutor(connection).migrate([FORMER]).apps


def migrate_to_present() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes("minutes"))


@pytest.fixture
def tables_are_brought_back() -> Iterator[None]:
    """The tables are those of the present program afterwards, whatever happens."""
    try:
        yield
    finally:
        migrate_to_present()


def columns() -> set[str]:
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, Edition._meta.db_table)
    return {column.name for column in described}


def facts(number: int, rendering: Rendering) -> dict[str, Any]:
    """The columns of an edition that both programs know."""
    return {
        "minutes_id": rendering.approval.minutes_id,
        "rendering_id": rendering.pk,
        "number": number,
        "published_at": timezone.now(),
        "by_id": factories.user(Role.APPROVER).pk,
    }


def renderings() -> list[Rendering]:
    """Three renderings of one meeting's notes."""
    meeting = held_meeting()
    came(meeting, "Åsa Öhrn", "0192")
    first = distributed(meeting).approvals.get()
    values = {"minutes": first.minutes, "author": first.author, "by": first.by, "at": first.at}
    more = [Approval.objects.create(**values, content_hash="0", voided_at=first.at) for _ in range(2)]
    return [
        first.rendering,
        *(
            Rendering.objects.create(approval=row, number=number, html="", json="{}", pdf=b"", sha256="0")
            for number, row in enumerate(more, 2)
        ),
    ]


@pytest.mark.usefixtures("tables_are_brought_back")
@pytest.mark.django_db(transaction=True)
def test_editions_live_on_and_both_programs_write_while_one_replaces_the_other() -> None:
    rows = renderings()
    former = migrate_back().get_model("minutes", "Edition")
    kept = former.objects.create(**facts(1, rows[0]), withdrawn_at=None, withdrawn_reason="")
    migrate_to_present()
    assert Edition.objects.get().published_at == kept.published_at
    Edition.objects.create(**facts(2, rows[1]))
    former.objects.create(**facts(3, rows[2]), withdrawn_at=None, withdrawn_reason="")
    assert [(row.number, row.withdrawn_reason) for row in former.objects.order_by("number")] == [
        (1, ""),
        (2, ""),
        (3, ""),
    ]
    assert [row.number for row in Edition.objects.all()] == [1, 2, 3]
    assert {"withdrawn_at", "withdrawn_reason"} <= columns()
