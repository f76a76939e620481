"""What the database itself refuses, tried by breaking it; and the structure of the region as seeded."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from dialog_portal.base.audit import Event
from parties.actions import parties as actions
from parties.models import Cadence, Category, FormerName, Mandate, Membership, Municipality, Party, Person
from parties.seed import seed_parties
from parties.views.saving import SIMULTANEOUS_SAVE, submit_forms
from tests import factories

pytestmark = pytest.mark.django_db


def refused(make_row):
    try:
        with transaction.atomic():
            make_row()
    except IntegrityError:
        return True
    return False


def test_the_database_refuses_what_must_never_be():
    party, kind, person = (
        factories.party(name="Skap", slug="skap"),
        factories.category(),
        factories.person(email="a@example.org"),
    )
    factories.membership(party, kind, from_year=2018)
    Municipality.objects.create(party=party, code="0114")
    FormerName.objects.create(party=party, name="A", until="2020-01-01")
    other = factories.party()
    wrong = [
        lambda: Party.objects.create(name="SKAP", slug="skap-2"),
        lambda: Party.objects.create(name="Annan", slug="skap"),
        lambda: Person.objects.create(name="B", email="A@example.org"),
        lambda: Municipality.objects.create(party=other, code="0114"),
        lambda: Municipality.objects.create(party=party, code="0115"),
        lambda: FormerName.objects.create(party=party, name="B", until="2020-01-01"),
        lambda: Membership.objects.create(party=party, category=kind, from_year=2018),
        lambda: Membership.objects.create(party=party, category=kind, from_year=2020, to_year=2019),
        lambda: Cadence.objects.create(category=kind, every=1, from_year=2020, to_year=2019),
        lambda: Category.objects.create(name="K", slug="k", from_year=2020, to_year=2019),
        lambda: Category.objects.create(name="K", slug="k", seats=0),
        lambda: Category.objects.create(name="K", slug="k", seats=51),
        lambda: Mandate.objects.create(
            party=party, person=person, title="x", from_date="2020-01-02", to_date="2020-01-01"
        ),
    ]
    assert [refused(row) for row in wrong] == [True] * len(wrong)


def test_what_a_rival_saved_in_between_becomes_a_sentence_not_a_crash(rf):
    class Form:
        def is_valid(self):
            return True

        def add_error(self, field, error):
            self.error = error

    form = Form()
    factories.party(name="Skap")

    @transaction.atomic
    def save():
        Event.objects.create(what="halvvägs")
        Party.objects.create(name="skap", slug="skap-2")

    assert submit_forms(rf.post("/"), form, save=save) is None
    assert (form.error, Event.objects.count()) == (SIMULTANEOUS_SAVE, 0)


def test_the_seed_is_the_region_and_may_be_sown_again():
    seed_parties()
    klys = Party.objects.get(slug="klys")
    actions.rename_party(
        klys, name="Klys", since=date(2024, 1, 1), seen_version=klys.version, by=factories.user()
    )
    seed_parties()
    counts = {kind.slug: kind.memberships.count() for kind in Category.objects.all()}
    assert counts == {
        "kommuner": 26,
        "centrumbildningar": 9,
        "klys": 16,
        "ideell-kulturallians": 16,
        "folkbildningen": 11,
        "studieforbunden": 10,
    }
    assert Municipality.objects.filter(in_county=True).count() == 26
    assert Municipality.objects.get(in_county=False).code == "0980"
    slb = Party.objects.get(name="Stockholms läns bildningsförbund")
    assert [m.category.slug for m in slb.memberships.filter(umbrella=False)] == ["ideell-kulturallians"]
    assert Person.objects.count() == 0


@pytest.mark.parametrize(
    ("year", "due"),
    [
        (2019, {"kommuner", "centrumbildningar", "klys", "ideell-kulturallians", "folkbildningen"}),
        (
            2023,
            {
                "kommuner",
                "centrumbildningar",
                "klys",
                "ideell-kulturallians",
                "folkbildningen",
                "studieforbunden",
            },
        ),
        (2024, {"kommuner", "studieforbunden"}),
    ],
)
def test_the_seeded_rhythm_is_the_regions(year, due):
    seed_parties()
    categories = Category.objects.prefetch_related("cadences")
    assert {c.slug for c in categories if any(row.is_due(year) for row in c.cadences.all())} == due
