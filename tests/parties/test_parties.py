"""Adding, changing, renaming and ending a party; its categories and their years."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from dialog_portal.base.audit import Event
from parties.models import Category, FormerName, Membership, Municipality, Party
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def officer(client):
    client.force_login(factories.user("officer"))
    return client


def url(name, *args):
    return reverse(f"staff:{name}", args=args)


def typed(party=None, **values):
    given = {
        "name": "Nynäshamn",
        "full_name": "",
        "code": "",
        "in_county": "on",
        "mail_domains": "",
        "note": "",
    }
    seen = {"seen_version": party.version} if party else {}
    return {**given, **seen, **values}


def errors(response, form="form"):
    return {name: list(found) for name, found in response.context[form].errors.items()}


def test_a_municipality_is_added_with_code_address_word_and_a_line_in_the_log(officer):
    officer.post(url("party_add"), typed(code="0192", mail_domains="@Nynashamn.example, kultur.example"))
    party = Party.objects.get()
    assert (party.slug, party.municipality.code, party.mail_domains) == (
        "nynashamn",
        "0192",
        "nynashamn.example kultur.example",
    )
    event = Event.objects.get()
    assert (event.what, event.thing) == ("part: la till", f"party {party.pk}")


def test_address_words_never_clash_and_stay_when_the_name_changes(officer):
    factories.party(name="Skap", slug="skap")
    officer.post(url("party_add"), typed(name="Skåp"))
    party = Party.objects.get(name="Skåp")
    officer.post(url("party_change", party.pk), typed(party, name="Skåpet"))
    party.refresh_from_db()
    assert (party.name, party.slug) == ("Skåpet", "skap-2")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Det här behöver fyllas i."),
        ("name", "ÖSTERÅKER", "Österåker finns redan i registret."),
        ("name", "=1+1", "Texten får inte börja med =, +, - eller @. Kalkylprogram läser det som en formel."),
        ("name", "A\r\nBcc: b@example.org", "Texten får inte innehålla radbrytningar eller styrtecken."),
        ("name", "x" * 161, "Texten får ha högst 160 tecken. Din har 161. Korta den."),
        ("note", "å" * 12_000, "Texten får ha högst 4000 tecken. Din har 12000. Korta den."),
        ("code", "192", "Kommunkoden är fyra siffror och kan börja med en nolla, som 0192."),
        ("code", "٠١٩٢", "Kommunkoden är fyra siffror och kan börja med en nolla, som 0192."),
        ("code", "0117", "Koden 0117 hör redan till Österåker."),
        (
            "mail_domains",
            "example.org hej",
            "”hej” är ingen e-postdomän. Skriv det som står efter @, som example.org.",
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_is_kept(officer, field, value, sentence):
    factories.municipality("Österåker", "0117")
    response = officer.post(url("party_add"), typed(**{field: value}))
    assert errors(response) == {field: [sentence]}
    assert response.context["form"][field].value() == value
    assert Party.objects.count() == 1


def test_a_long_text_is_not_cut_off_by_the_browser(officer):
    assert "maxlength" not in officer.get(url("party_add")).content.decode()


def test_the_second_to_save_sees_both_texts_and_loses_nothing(officer):
    party = factories.party(name="Salem", note="från början")
    mine = typed(party, name="Salem", note="min text")
    officer.post(url("party_change", party.pk), typed(party, name="Salem", note="deras text", code="0128"))
    response = officer.post(url("party_change", party.pk), mine)
    page = response.content.decode()
    assert "sparade ändringar 18 november 2026 kl. 10.15, medan du skrev" in page
    assert dict(response.context["form"].conflicts) == {"Anteckning": "deras text", "Kommunkod": "0128"}
    assert "min text</textarea>" in page
    party.refresh_from_db()
    assert (party.note, party.version) == ("deras text", 2)
    officer.post(url("party_change", party.pk), {**mine, "seen_version": 2})
    party.refresh_from_db()
    assert party.note == "min text"


def test_emptying_the_code_makes_the_party_no_municipality(officer):
    party = factories.municipality("Salem", "0128")
    officer.post(url("party_change", party.pk), typed(party, name="Salem"))
    assert Municipality.objects.count() == 0


def test_a_new_name_keeps_the_old_one_with_its_day(officer):
    party = factories.party(name="Teaterförbundet", slug="teaterforbundet")
    values = {"name": "Fackförbundet Scen & Film", "full_name": "", "since": "2021-01-01", "seen_version": 1}
    page = officer.post(url("party_rename", party.pk), values, follow=True).content.decode()
    party.refresh_from_db()
    assert "Fackförbundet Scen &amp; Film" in page
    assert (party.slug, party.version) == ("teaterforbundet", 2)
    assert party.name_on(date(2020, 12, 31)) == "Teaterförbundet"
    assert party.name_on(date(2021, 1, 1)) == "Fackförbundet Scen & Film"


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"name": "Gamla"}, "name", "Parten heter redan så. Skriv det nya namnet."),
        ({"since": "2020-05-01"}, "since", "Parten bytte namn 1 maj 2020. Välj en senare dag."),
        (
            {"since": "2099-01-01"},
            "since",
            "Namnet byts i registret genast. Vänta till den dag det börjar gälla.",
        ),
        ({"since": "31/31"}, "since", "Skriv ett datum som finns, med år, månad och dag: 2019-01-31."),
    ],
)
def test_a_new_name_that_cannot_be_is_explained(officer, values, field, sentence):
    party = factories.party(name="Gamla")
    FormerName.objects.create(party=party, name="Äldst", until=date(2020, 5, 1))
    given = {"name": "Nya", "full_name": "", "since": "2021-01-01", "seen_version": 1, **values}
    response = officer.post(url("party_rename", party.pk), given)
    assert errors(response) == {field: [sentence]}
    assert FormerName.objects.count() == 1


def test_a_party_ends_and_is_taken_up_again(officer):
    party = factories.party(name="Ibn Rushd")
    officer.post(url("party_end", party.pk), {"ended": "2025-01-01", "seen_version": 1})
    party.refresh_from_db()
    assert (party.ended, list(Party.objects.active())) == (date(2025, 1, 1), [])
    page = officer.post(url("party_reopen", party.pk), follow=True).content.decode()
    assert "Ibn Rushd är aktiv igen." in page
    page = officer.post(url("party_reopen", party.pk), follow=True).content.decode()
    assert "Ibn Rushd har inte upphört." in page
    assert [event.what for event in Event.objects.order_by("pk")] == ["part: avslutade", "part: återupptog"]


def membership(kind, begin, end="", **more):
    return {"category": kind.pk, "from_year": begin, "to_year": end, **more}


def test_a_party_belongs_to_a_category_for_some_years_and_again_later(officer):
    party, kind = factories.party(), factories.category(name="KLYS")
    add = url("membership_add", party.pk)
    officer.post(add, membership(kind, 2018, 2020))
    assert errors(officer.post(add, membership(kind, 2020))) == {
        "from_year": ["Parten hör redan till KLYS 2018–2020."]
    }
    officer.post(add, membership(kind, 2021))
    assert [m.years for m in party.memberships.order_by("pk")] == ["2018–2020", "från 2021"]


@pytest.mark.parametrize(
    ("begin", "end", "wrong"),
    [
        (2020, 2018, {"to_year": ["Slutet kan inte komma före början."]}),
        (1, "", {"from_year": ["Talet får inte vara mindre än 2000."]}),
        (99999999999, "", {"from_year": ["Talet får inte vara större än 2100."]}),
        ("tjugo", "", {"from_year": ["Skriv ett heltal med siffror."]}),
    ],
)
def test_years_that_cannot_be_are_explained(officer, begin, end, wrong):
    party, kind = factories.party(), factories.category()
    assert errors(officer.post(url("membership_add", party.pk), membership(kind, begin, end))) == wrong
    assert Membership.objects.count() == 0


def test_a_membership_that_somebody_else_changed_is_not_overwritten(officer):
    row = factories.membership(factories.party(), factories.category())
    change = url("membership_change", row.pk)
    seen = officer.get(change).context["form"]["seen_version"].value()
    officer.post(change, membership(row.category, 2018, 2022, seen_version=seen))
    response = officer.post(change, membership(row.category, 2018, 2024, seen_version=seen))
    assert response.context["form"].conflicts == [("Till och med år", 2022)]
    row.refresh_from_db()
    assert row.to_year == 2022
    again = officer.post(
        change,
        membership(row.category, 2018, 2024, seen_version=response.context["form"]["seen_version"].value()),
    )
    row.refresh_from_db()
    assert (again.status_code, row.to_year) == (302, 2024)


def test_a_page_that_does_not_say_what_the_person_saw_overwrites_nothing(officer):
    row = factories.membership(factories.party(), factories.category())
    response = officer.post(url("membership_change", row.pk), membership(row.category, 2018, 2024))
    assert response.context["form"].has_error("__all__", "conflict")
    assert Membership.objects.get().to_year is None


def category(*cadences, **values):
    given = {
        "name": "Studieförbunden",
        "agenda_body": "",
        "seats": 3,
        "position": 6,
        "from_year": 2023,
        "to_year": "",
    }
    rows = {"cadences-TOTAL_FORMS": len(cadences), "cadences-INITIAL_FORMS": 0}
    for n, (every, begin, end) in enumerate(cadences):
        rows |= {f"cadences-{n}-every": every, f"cadences-{n}-from_year": begin, f"cadences-{n}-to_year": end}
    return {**given, **rows, **values}


def test_a_category_is_added_with_how_often_it_meets(officer):
    officer.post(url("category_add"), category((1, 2018, 2022), (2, 2023, "")))
    added = Category.objects.get()
    assert added.slug == "studieforbunden"
    assert [str(c) for c in added.cadences.all()] == ["varje år 2018–2022", "vartannat år från 2023"]
    assert [any(c.is_due(year) for c in added.cadences.all()) for year in range(2021, 2026)] == [
        True,
        True,
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"seats": 0}, {"seats": ["Talet får inte vara mindre än 1."]}),
        ({"seats": 10_000}, {"seats": ["Talet får inte vara större än 50."]}),
        ({"to_year": 2020}, {"to_year": ["Slutet kan inte komma före början."]}),
        ({"name": "kommuner"}, {"name": ["Det finns redan en kategori som heter så."]}),
    ],
)
def test_a_category_that_cannot_be_is_explained(officer, values, wrong):
    factories.category(name="Kommuner")
    assert errors(officer.post(url("category_add"), category(**values))) == wrong
    assert Category.objects.count() == 1


def test_cadences_may_not_overlap_or_run_backwards(officer):
    response = officer.post(url("category_add"), category((1, 2018, ""), (2, 2023, 2020)))
    last = response.context["cadences"].forms[1].errors
    assert last == {
        "to_year": ["Slutet kan inte komma före början."],
        "from_year": ["Raden överlappar en annan. Avsluta den tidigare raden året före."],
    }
    assert Category.objects.count() == 0
    assert "Raden överlappar en annan" in response.content.decode().partition("<fieldset")[0]


def test_a_category_that_somebody_else_changed_is_not_overwritten(officer):
    kind = factories.category(name="KLYS", seats=3)
    values = category(name="KLYS", from_year=2018, position=0)
    officer.post(url("category_change", kind.pk), {**values, "seats": 4, "seen_version": 1})
    response = officer.post(url("category_change", kind.pk), {**values, "seats": 5, "seen_version": 1})
    assert response.context["form"].conflicts == [("Platser per part", 4)]
    kind.refresh_from_db()
    assert (kind.seats, kind.version) == (4, 2)


def test_the_end_of_a_party_may_lie_ahead(officer):
    party, tomorrow = factories.party(), TODAY() + timedelta(days=1)
    page = officer.post(
        url("party_end", party.pk), {"ended": tomorrow, "seen_version": 1}, follow=True
    ).content.decode()
    assert "upphör" in page
    assert list(Party.objects.active()) == [party]
