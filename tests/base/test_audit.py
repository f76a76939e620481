"""The audit log only grows, whoever asks: the database itself refuses anything else."""

import pytest
from django.db import DatabaseError, connection, transaction

from dialog_portal.base.audit import Event, record
from tests import factories

pytestmark = pytest.mark.django_db


def rows() -> list[tuple[str, dict[str, object]]]:
    return list(Event.objects.order_by("pk").values_list("what", "detail"))


def test_record_says_who_did_what_to_which_thing():
    officer, party = factories.user(), factories.party()
    event = record(officer, "part: ändrade", party, fields=["name"])
    assert (event.by, event.what, event.thing, event.detail) == (
        officer,
        "part: ändrade",
        f"party {party.pk}",
        {"fields": ["name"]},
    )


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE access_event SET what = 'inget'",
        "UPDATE access_event SET by_id = NULL",
        "DELETE FROM access_event",
    ],
)
def test_a_recorded_event_cannot_be_changed_or_removed(sql: str):
    record(factories.user(), "prov", count=1)
    with (
        pytest.raises(DatabaseError, match="only ever added"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert rows() == [("prov", {"count": 1})]


def test_the_models_own_ways_are_refused_too():
    event = record(factories.user(), "prov")
    for change in (event.delete, event.save, lambda: Event.objects.update(what="inget")):
        with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
            change()
    assert rows() == [("prov", {})]


def test_without_the_guard_the_same_statement_goes_through(vendor: str):
    from dialog_portal.base.append_only import lift

    record(factories.user(), "prov")
    with transaction.atomic(), connection.cursor() as cursor:
        for sql in lift("access_event", vendor):
            cursor.execute(sql)
        cursor.execute("DELETE FROM access_event")
        assert rows() == []
        transaction.set_rollback(True)
    assert rows() == [("prov", {})]
