"""Who holds which post: given, changed, ended and passed on; one row for each person."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from dialog_portal.base.audit import Event
from dialog_portal.base.states import NotAllowed
from parties.actions.mandates import end_mandate
from parties.models import Mandate, Person
from tests import factories
from tests.pages import without_breaks

pytestmark = pytest.mark.django_db
EMAIL = "Skriv en fullständig e-postadress, som namn@example.org."
FORMULA = "Texten får inte börja med =, +, - eller @. Kalkylprogram läser det som en formel."
DATE = "Skriv ett datum som finns, med år, månad och dag: 2019-01-31."
AS_USUAL = {"receives_invitations": "on"}


@pytest.fixture
def officer(client):
    client.force_login(factories.user("officer"))
    return client


def url(name, *args):
    return reverse(f"staff:{name}", args=args)


def post(**values):
    given = {"title": "kulturchef", "from_date": "2019-01-31", "to_date": "", **AS_USUAL}
    who = {"holder-name": "Anna Ek", "holder-email": "Anna.Ek@Example.org", "holder-phone": ""}
    return {**given, **who, **values}


def errors(response, form="form"):
    return {name: list(found) for name, found in response.context[form].errors.items()}


def test_a_new_person_gets_a_post_and_both_stand_in_the_log_without_names(officer):
    party = factories.party()
    officer.post(url("mandate_add", party.pk), post())
    mandate = Mandate.objects.get()
    assert (mandate.person.email, mandate.label, mandate.party) == (
        "anna.ek@example.org",
        "kulturchef",
        party,
    )
    events = Event.objects.order_by("pk")
    assert [event.what for event in events] == ["person: la till", "uppdrag: la till"]
    assert not any("Anna" in str(event.detail) for event in events)


def test_an_address_already_there_raises_a_question_that_one_press_answers(officer):
    party, anna = factories.party(), factories.person(name="Anna Ek", email="anna.ek@example.org")
    asked = officer.post(url("mandate_add", party.pk), post(**{"holder-name": "Anna Eek"}))
    page = without_breaks(asked.content)
    assert "Ja, använd Anna Ek</button>" in page
    assert 'value="kulturchef"' in page
    assert errors(asked, "who") == {"email": ["Adressen hör till Anna Ek, som redan finns i registret."]}
    assert Mandate.objects.count() == 0
    officer.post(url("mandate_add", party.pk), post(**{"holder-person": anna.pk}))
    assert Mandate.objects.get().person == anna
    assert Person.objects.count() == 1


def test_somebody_in_the_register_is_found_and_chosen_without_script(officer):
    party, anna = factories.party(), factories.person(name="Åsa Öhrn", email="asa@example.org")
    factories.mandate(factories.party(name="Nacka"), anna, title="fritidschef")
    page = without_breaks(officer.get(url("mandate_add", party.pk), {"q": "ÖHRN"}).content)
    assert f'href="?person={anna.pk}"' in page
    assert "fritidschef, Nacka" in page
    page = without_breaks(officer.get(url("mandate_add", party.pk), {"person": anna.pk}).content)
    assert "Uppdraget ges till <strong>Åsa Öhrn</strong>" in page
    assert f'name="holder-person" value="{anna.pk}"' in page


@pytest.mark.parametrize("person", ["x", "999999", "-1", "٣", "9" * 40])
def test_a_person_who_is_not_there_is_nobody(officer, person):
    response = officer.get(url("mandate_add", factories.party().pk), {"person": person})
    assert response.context["who"].chosen is None


@pytest.mark.parametrize(
    ("values", "form", "wrong"),
    [
        ({"holder-email": "anna.example.org"}, "who", {"email": [EMAIL]}),
        ({"holder-email": f"a@{'ö' * 60}.example"}, "who", {"email": ["Det är inte en giltig e-postadress."]}),
        ({"holder-name": ""}, "who", {"name": ["Det här behöver fyllas i."]}),
        ({"holder-name": "=HYPERLINK()"}, "who", {"name": [FORMULA]}),
        ({"holder-name": "A\nBcc: x"}, "who", {"name": ["Texten får inte innehålla radbrytningar eller styrtecken."]}),
        ({"title": ""}, "form", {"title": ["Det här behöver fyllas i."]}),
        ({"title": "å" * 12_000}, "form", {"title": ["Texten får ha högst 120 tecken. Din har 12000. Korta den."]}),
        ({"to_date": "2018-01-01"}, "form", {"to_date": ["Slutet kan inte komma före början."]}),
        ({"from_date": "2019-02-30"}, "form", {"from_date": [DATE]}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_half_done(officer, values, form, wrong):
    response = officer.post(url("mandate_add", factories.party().pk), post(**values))
    assert errors(response, form) == wrong
    assert (Mandate.objects.count(), Person.objects.count(), Event.objects.count()) == (0, 0, 0)


def test_the_same_form_sent_twice_gives_one_post(officer):
    party, anna = factories.party(), factories.person(name="Anna Ek")
    values = post(**{"holder-person": anna.pk})
    officer.post(url("mandate_add", party.pk), values)
    response = officer.post(url("mandate_add", party.pk), values)
    assert errors(response) == {"__all__": ["Anna Ek har redan det uppdraget från den dagen."]}
    assert Mandate.objects.count() == 1


def successor(**values):
    return {"next-title": "kulturchef", "next-receives_invitations": "on", "next-from_date": "", **values}


def test_a_post_ends_and_the_former_holder_is_kept(officer):
    mandate = factories.mandate(factories.party())
    last = timezone.localdate() - timedelta(days=1)
    officer.post(url("mandate_end", mandate.pk), {"to_date": last, "seen_version": 1, **successor()})
    assert list(Mandate.objects.past()) == [mandate]
    page = officer.get(url("party_detail", mandate.party_id)).content.decode()
    assert "Tidigare uppdrag (1)" in page


def test_a_post_is_passed_on_in_one_go(officer):
    mandate = factories.mandate(factories.party(), from_date=date(2018, 1, 1))
    who = {"holder-name": "Bo Lind", "holder-email": "bo@example.org"}
    officer.post(
        url("mandate_end", mandate.pk), {"to_date": "2019-06-30", "seen_version": 1, **who, **successor()}
    )
    mandate.refresh_from_db()
    following = Mandate.objects.get(person__name="Bo Lind")
    assert (mandate.to_date, following.from_date) == (date(2019, 6, 30), date(2019, 7, 1))
    assert (following.party, following.title, following.receives_invitations) == (
        mandate.party,
        "kulturchef",
        True,
    )


def test_an_acting_successor_may_overlap(officer):
    mandate, bo = factories.mandate(factories.party(), from_date=date(2018, 1, 1)), factories.person()
    values = successor(**{"next-from_date": "2019-06-01", "next-acting": "on", "holder-person": bo.pk})
    officer.post(url("mandate_end", mandate.pk), {"to_date": "2019-06-30", "seen_version": 1, **values})
    assert Mandate.objects.get(person=bo).label == "tf kulturchef"
    assert Mandate.objects.current(date(2019, 6, 15)).count() == 2


def test_a_wrong_successor_leaves_the_post_as_it_was(officer):
    mandate = factories.mandate(factories.party())
    who = {"holder-name": "Bo Lind", "holder-email": "fel"}
    values = {"to_date": "2099-01-01", "seen_version": 1, **who, **successor(**{"next-title": "fritidschef"})}
    response = officer.post(url("mandate_end", mandate.pk), values)
    mandate.refresh_from_db()
    assert mandate.to_date is None
    assert errors(response, "who") == {"email": [EMAIL]}
    assert 'value="fritidschef"' in response.content.decode()


def test_a_post_cannot_end_before_it_began_or_end_twice(officer):
    mandate = factories.mandate(factories.party(), from_date=date(2020, 1, 1))
    end = url("mandate_end", mandate.pk)
    response = officer.post(end, {"to_date": "2019-12-31", "seen_version": 1})
    assert errors(response) == {"to_date": ["Sista dagen kan inte komma före uppdragets första dag."]}
    officer.post(end, {"to_date": "2020-12-31", "seen_version": 1})
    second = officer.post(end, {"to_date": "2021-12-31", "seen_version": 1})
    assert "sparade ändringar 18 november 2026 kl. 10.15" in errors(second)["__all__"][0]
    assert "Uppdraget slutar 31 december 2020." in officer.get(end, follow=True).content.decode()


def test_a_post_that_has_an_end_is_not_ended_again():
    mandate, by = factories.mandate(factories.party(), from_date=date(2020, 1, 1)), factories.user()
    nobody: dict[str, None] = {"successor": None, "person": None}
    ended = end_mandate(mandate, last_day=date(2020, 12, 31), seen_version=1, by=by, **nobody)
    with pytest.raises(NotAllowed, match="redan avslutat"):
        end_mandate(ended, last_day=date(2021, 12, 31), seen_version=2, by=by, **nobody)
    assert Mandate.objects.get().to_date == date(2020, 12, 31)


def test_a_changed_post_is_not_overwritten(officer):
    mandate = factories.mandate(factories.party(), title="kulturchef")
    values = {"from_date": "2019-01-01", "to_date": "", "seen_version": 1, **AS_USUAL}
    officer.post(url("mandate_change", mandate.pk), {**values, "title": "förvaltningschef"})
    response = officer.post(url("mandate_change", mandate.pk), {**values, "title": "fritidschef"})
    assert response.context["form"].conflicts == [("Uppdrag", "förvaltningschef")]
    assert 'value="fritidschef"' in response.content.decode()


def test_a_person_with_several_posts_gets_one_letter_and_one_change_of_address(officer):
    anna = factories.person(name="Anna Ek")
    for name in ("KLYS", "Skap", "Bilda"):
        factories.mandate(factories.party(name=name), anna)
    page = officer.get(url("person_detail", anna.pk)).content.decode()
    assert "Anna Ek har 3 uppdrag som får inbjudningar, men får ett enda brev för varje möte" in page
    page = officer.get(url("person_change", anna.pk)).content.decode()
    assert "Ändringen gäller alla uppdrag som Anna Ek har:" in page
    hint = re.search(r'id="id_email_helptext">([^<]*)', page)
    assert hint is not None
    assert "brev som inte har kommit fram skickas till den nya adressen" in hint[1]
    values = {"name": "Anna Ek", "email": "NY@Example.org", "phone": "+46 8 123", "seen_version": 1}
    officer.post(url("person_change", anna.pk), values)
    assert set(Mandate.objects.values_list("person__email", flat=True)) == {"ny@example.org"}


def test_a_coordinator_is_called_what_guests_read(officer):
    mandate = factories.mandate(
        factories.party(name="Bilda"), factories.person(name="Anna Ek"), coordinator=True
    )
    assert (
        "samordnare, svarar för hela parten"
        in officer.get(url("party_detail", mandate.party_id)).content.decode()
    )
    assert (
        "Samordnare, svarar för hela parten"
        in officer.get(url("mandate_change", mandate.pk)).content.decode()
    )


def test_two_people_cannot_share_an_address_whatever_its_case(officer):
    factories.person(name="Anna Ek", email="anna@example.org")
    bo = factories.person(name="Bo Lind")
    response = officer.post(
        url("person_change", bo.pk), {"name": "Bo", "email": "ANNA@example.org", "seen_version": 1}
    )
    assert errors(response) == {"email": ["Adressen hör redan till Anna Ek."]}
