"""The audit log only grows, whoever asks: the database itself refuses anything else."""

from importlib import import_module
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from dialog_portal.base.audit import Event, EventKind, record
from dialog_portal.outbox.audit_events import OutboxEvent
from parties.audit_events import PartiesEvent
from tests import factories
from tests.house.test_imports import sources

pytestmark = pytest.mark.django_db
TRIED = "utkorg: försökte med servern igen"
# What is stored, written out a second time: rows that lie in a log are never rewritten
STORED = {
    "konto: bjöd in", "konto: återtog inbjudan", "konto: tog emot inbjudan", "konto: ändrade roll",
    "konto: stängde", "konto: öppnade",
    "utkorg: höll brev", "utkorg: släppte brev", "utkorg: stoppade brev",
    "utkorg: försökte med servern igen",
    "part: la till", "part: ändrade", "part: bytte namn", "part: avslutade", "part: återupptog",
    "part: förde till kategori", "part: ändrade tillhörighet", "kategori: la till", "kategori: ändrade",
    "person: la till", "person: ändrade", "uppdrag: la till", "uppdrag: ändrade", "uppdrag: avslutade",
    "dialogomgång: la upp", "dialogomgång: ändrade", "dialogomgång: kopierade", "dialogomgång: tog bort",
    "grupp: la till", "grupp: ändrade", "grupp: tog bort",
    "dialogmöte: la upp", "dialogmöte: ändrade", "dialogmöte: ställde in",
    "dialogmöte: markerade som genomfört", "dialogmöte: tog bort",
    "dagordning: noterade avstämning", "dagordning: tog bort avstämning",
    "dagordning: la till punkt", "dagordning: ändrade punkt", "dagordning: flyttade punkt",
    "dagordning: tog bort punkt", "dagordning: la tillbaka punkt", "dagordning: bytte läge",
    "inbjudan: la till parter", "inbjudan: tog bort part", "inbjudan: hämtade från registret",
    "inbjudan: la till gäst", "inbjudan: tog bort person", "inbjudan: la tillbaka person",
    "inbjudan: ändrade platser", "inbjudan: bytte länk", "inbjudan: ny adress",
    "brev: skickade", "brev: stoppade automatiskt utskick", "brev: återupptog automatiskt utskick",
    "brevtext: ändrade", "brevtext: tog i bruk", "brevtext: la i vila",
    "svar: noterade", "svar: noterade ersättare", "ersättare: godkände", "ersättare: avslog",
    "närvaro: noterade", "närvaro: la till deltagare",
    "anteckningar: påbörjade", "anteckningar: skrev i avsnitt", "anteckningar: la till avsnitt",
    "anteckningar: tog bort avsnitt", "anteckningar: delade", "anteckningar: öppnade",
    "anteckningar: fastställde", "anteckningar: skickade ut", "anteckningar: publicerade",
    "anteckningar: påbörjade rättelse", "anteckningar: åtgärdade skyddat namn",
    "webbplatsen: skrev text", "webbplatsen: publicerade text", "webbplatsen: sparade gammal adress",
    "webbplatsen: tog bort gammal adress", "webbplatsen: besvarade synpunkt om tillgänglighet",
}  # fmt: skip


def kinds() -> list[EventKind]:
    """Every kind of event that any app has."""
    for name in sources():
        if name.endswith(".audit_events"):
            import_module(name)
    return [kind for one in EventKind.__subclasses__() for kind in one]


def rows() -> list[tuple[str, dict[str, object]]]:
    return list(Event.objects.order_by("pk").values_list("what", "detail"))


def test_record_says_who_did_what_to_which_thing():
    officer, party = factories.user(), factories.party()
    event = record(officer, PartiesEvent.PARTY_CHANGED, party, fields=["name"])
    assert (event.by, event.what, event.thing, event.detail) == (
        officer,
        "part: ändrade",
        f"party {party.pk}",
        {"fields": ["name"]},
    )


def test_what_is_stored_is_what_the_first_version_stored():
    texts = [kind.value for kind in kinds()]
    assert (STORED - set(texts), len(set(texts))) == (set(), len(texts))


def test_each_kind_of_event_is_recorded_somewhere():
    code = "".join(text for name, text in sources().items() if not name.endswith("audit_events"))
    unused = [kind for kind in kinds() if f"{type(kind).__name__}.{kind.name}" not in code]
    assert unused == []


def test_a_text_that_is_not_a_kind_is_refused():
    bare: Any = "part: ändrade"
    with pytest.raises(AttributeError):
        record(factories.user(), bare)
    assert rows() == []


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE access_event SET what = 'inget'",
        "UPDATE access_event SET by_id = NULL",
        "DELETE FROM access_event",
    ],
)
def test_a_recorded_event_cannot_be_changed_or_removed(sql: str):
    record(factories.user(), OutboxEvent.SERVER_TRIED_AGAIN, count=1)
    with (
        pytest.raises(DatabaseError, match="only ever added"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert rows() == [(TRIED, {"count": 1})]


def test_the_models_own_ways_are_refused_too():
    event = record(factories.user(), OutboxEvent.SERVER_TRIED_AGAIN)
    for change in (event.delete, event.save, lambda: Event.objects.update(what="inget")):
        with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
            change()
    assert rows() == [(TRIED, {})]


def test_without_the_guard_the_same_statement_goes_through(vendor: str):
    from dialog_portal.base.append_only import lift

    record(factories.user(), OutboxEvent.SERVER_TRIED_AGAIN)
    with transaction.atomic(), connection.cursor() as cursor:
        for sql in lift("access_event", vendor):
            cursor.execute(sql)
        cursor.execute("DELETE FROM access_event")
        assert rows() == []
        transaction.set_rollback(True)
    assert rows() == [(TRIED, {})]
