"""The list of parties: found, filtered and ordered as a Swedish reader expects, at the same cost for 1 and 300."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from parties.models import FormerName, Person
from tests import factories

pytestmark = pytest.mark.django_db
LIST = reverse("staff:party_list")


def names(client, **query):
    return [party.name for party in client.get(LIST, query).context["page_obj"]]


@pytest.fixture
def officer(client):
    client.force_login(factories.user("officer"))
    return client


def test_the_list_stands_in_swedish_order(officer):
    for name in (
        "Österåker",
        "Värmdö",
        "Ekerö",
        "Upplands Väsby",
        "Älvsjö",
        "Upplands-Bro",
        "Ängby",
        "Åkersberga",
        "Zinken",
    ):
        factories.party(name=name)
    assert names(officer) == [
        "Ekerö", "Upplands Väsby", "Upplands-Bro", "Värmdö", "Zinken", "Åkersberga", "Älvsjö", "Ängby", "Österåker"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "typed",
    [
        "ÖSTER",
        "österåker",
        "0117",
        "åkers kommun",
        "teaterförb",
        "ÖHRN",
        "Kultursekreterare",
        "ASA@",
        "öhrn öster",
    ],
)
def test_a_party_is_found_by_all_it_is_known_by(officer, typed):
    party = factories.municipality("Österåker", "0117", full_name="Österåkers kommun")
    FormerName.objects.create(party=party, name="Teaterförbundet", until="2021-01-01")
    factories.mandate(
        party, factories.person(name="Åsa Öhrn", email="asa@example.org"), title="kultursekreterare"
    )
    factories.party(name="Värmdö")
    assert names(officer, q=typed) == ["Österåker"]


@pytest.mark.parametrize("typed", ["%", "_", "'", '"; drop table', "öster värmdö", "x" * 200, "\\"])
def test_a_search_that_finds_nothing_says_so(officer, typed):
    factories.party(name="Österåker")
    response = officer.get(LIST, {"q": typed})
    assert "Ingen part stämmer med sökningen" in response.content.decode()


@pytest.mark.parametrize(
    "query", [{"q": "a\0b"}, {"category": "x"}, {"letters": "?"}, {"page": "99"}, {"category": "9" * 30}]
)
def test_a_filter_that_makes_no_sense_is_ignored(officer, query):
    factories.party(name="Österåker")
    assert names(officer, **query) == ["Österåker"]


def test_filters_narrow_by_category_letters_and_end(officer):
    kind, today = factories.category(), timezone.localdate()
    served, silent, gone = (
        factories.party(name="A"),
        factories.party(name="B"),
        factories.party(name="C", ended=today),
    )
    later = factories.party(name="D", ended=today + timedelta(days=1))
    factories.mandate(served)
    factories.mandate(silent, receives_invitations=False)
    factories.mandate(silent, to_date=today - timedelta(days=1))
    factories.membership(silent, kind)
    factories.membership(later, kind, to_year=today.year - 1)
    assert names(officer) == ["A", "B", "D"]
    assert names(officer, category=kind.pk) == ["B"]
    assert names(officer, letters="some") == ["A"]
    assert names(officer, letters="none") == ["B", "D"]
    assert names(officer, show="ended") == ["C"]
    assert names(officer, show="all") == ["A", "B", str(gone), "D"]


def test_a_party_without_recipients_is_warned_of(officer):
    factories.mandate(factories.party(name="Salem"))
    factories.party(name="Ekerö")
    page = officer.get(LIST).content.decode()
    assert page.count("ingen får inbjudan") == 1
    assert "1 part</a> har ingen som får inbjudan" in page


def fill(number):
    kind = factories.category()
    for n in range(number):
        party = factories.municipality(f"Kommun {n}", f"{n:04}")
        factories.membership(party, kind)
        factories.mandate(party)


def queries(client, url):
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def test_the_list_costs_the_same_for_one_party_and_three_hundred(officer):
    fill(1)
    few = queries(officer, LIST)
    for n in range(1, 300):
        party = factories.municipality(f"Kommun {n}", f"{n:04}")
        factories.mandate(party)
    assert queries(officer, LIST) == few
    assert len(names(officer)) == 50
    assert len(names(officer, page=6)) == 50


def test_a_page_of_one_thing_costs_the_same_for_one_row_and_sixty(officer):
    party, person, kind = factories.party(), factories.person(), factories.category()
    factories.mandate(party, person)
    factories.membership(party, kind)
    kind.cadences.create(every=1, from_year=2018)
    urls = [
        reverse("staff:party_detail", args=[party.pk]),
        reverse("staff:person_detail", args=[person.pk]),
        reverse("staff:category_list"),
        reverse("staff:mandate_add", args=[party.pk]) + "?q=gäst",
    ]
    few = [queries(officer, url) for url in urls]
    for n in range(59):
        factories.mandate(party)
        factories.mandate(factories.party(), person)
        factories.mandate(party, to_date=timezone.localdate() - timedelta(days=n + 1))
        factories.membership(party, factories.category())
    assert [queries(officer, url) for url in urls] == few


def test_a_reader_sees_the_register_but_no_button_that_changes_it(client):
    client.force_login(factories.user("reader"))
    party = factories.party()
    mandate = factories.mandate(party)
    page = client.get(reverse("staff:party_detail", args=[party.pk])).content.decode()
    assert str(mandate.person) in page
    assert "/andra/" not in page
    assert "Nytt uppdrag" not in page
    assert client.get(reverse("staff:party_change", args=[party.pk])).status_code == 403
    assert client.post(reverse("staff:party_reopen", args=[party.pk])).status_code == 403
    assert Person.objects.count() == 1


def test_categories_stand_in_the_order_that_was_chosen_for_them(officer):
    for position, name in ((2, "A"), (1, "Ö"), (1, "Z")):
        factories.membership(factories.party(), factories.category(name=name, position=position))
    page = officer.get(reverse("staff:category_list"))
    assert [(kind.name, kind.members) for kind in page.context["categories"]] == [
        ("Z", 1),
        ("Ö", 1),
        ("A", 1),
    ]
