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


def newest() -> tuple[str, str]:
    """The migration that the tables stand at in all other tests."""
    return MigrationExecutor(connection).loader.graph.leaf_nodes("minutes")[0]  # type: ignore[no-any-return]


def migrate(to: tuple[str, str]) -> Any:
    """Bring the tables to a migration; returns the models as that migration knows them."""
    executor = MigrationExecutor(connection)
    return executor.migrate([to]).apps


@pytest.fixture
def former() -> Iterator[Any]:
    """Edition as the former program knows it, on its tables; they are brought back whatever happens."""
    try:
        yield migrate(FORMER).get_model("minutes", "Edition")
    finally:
        migrate(newest())


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


@pytest.fixture
def rows() -> list[Rendering]:
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


@pytest.mark.django_db(transaction=True)
def test_editions_live_on_and_both_programs_write_while_one_replaces_the_other(
    rows: list[Rendering], former: Any
) -> None:
    kept = former.objects.create(**facts(1, rows[0]), withdrawn_at=None, withdrawn_reason="")
    migrate(newest())
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
