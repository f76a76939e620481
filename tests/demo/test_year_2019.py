"""What is known of the dialogues of 2019 stands on the public site: for each fact the words that say it."""

from __future__ import annotations

import html
import re

import pytest
from django.urls import reverse
from django.utils.text import slugify

from dialog_portal.access.models import Role, User
from dialog_portal.demo import year
from dialog_portal.demo.people import SECOND, create_staff
from dialog_portal.demo.site import OLD_PAGES, add_redirects, publish_year_text
from meetings.seed import seed_tags
from minutes.publishing.bake import render_page
from parties.models import Category, Party
from parties.seed import ALLIANCE, CENTRES, KLYS, MUNICIPALITIES, SLB, STUDY_ASSOCIATIONS, seed_parties
from tests.minutes.publishing.conftest import public_root
from tests.pages import without_breaks

pytestmark = [pytest.mark.once, pytest.mark.django_db]
__all__ = ["public_root"]

# The number of the fact, and words of the page that say each part of it
FACTS: dict[str, tuple[str, ...]] = {
    "1 invited in May": (
        "I maj 2019 bjöd Region Stockholm in kommunernas",
        "förvaltningschefer och kultur- och fritidschefer",
    ),
    "2 the strategy": ("Kulturstrategi för Stockholmsregionen", "antogs i juni 2018", "RUFS 2050"),
    "3 two quotations": (
        "<blockquote><p>”en struktur för formaliserad dialog och samverkan mellan aktörer inom kulturområdet”",
        "<blockquote><p>”den kanske viktigaste förutsättningen för kulturstrategins genomförande”",
    ),
    "4 dialogues in 2019": (
        "under 2019 formaliserade dialoger med företrädare för det regionala kulturlivet",
    ),
    "5 once a year": (
        "en gång om året, på vintern eller våren",
        "större regional konferens",
        "till hösten",
        "verksamhet och budget",
    ),
    "6 purpose": (
        "övergripande syftet",
        "samordna utvecklingen",
        "kulturstrategin är vår gemensamma vägvisare",
    ),
    "7a tendencies": (
        "tendenser, utmaningar och möjligheter i det regionala konst- och kulturlivet",
        "kulturpolitikens förutsättningar",
    ),
    "7b perspectives": ("dela perspektiv och kunskap mellan det regionala kulturlivets parter",),
    "7c consult": (
        "samråda om processer och aktiviteter",
        "var för sig eller tillsammans, på kort och lång sikt",
        "i förhållande till strategin",
    ),
    "7d the region's role": ("utveckla regionens roll, stöd och främjande",),
    "8 the agenda": (
        "arbetar fram dagordningen i dialog med de parter som berörs",
        "FSKF, Föreningen för Storstockholms kultur- och fritidschefer",
    ),
    "9 ambition": (
        "kulturpolitiska möjligheter och utmaningar i kommunerna och i Stockholmsregionen",
        "allmänna tendenser",
    ),
    "10 notes": (
        "<h2>Dokumentation och utvärdering</h2>",
        "anteckningar vid mötet",
        "med e-post till deltagarna och publicerar dem",
    ),
    "11 the parties": (
        "Regionens 26 kommuner, företrädda av sina förvaltningschefer",
        "Regionala centrumbildningar för konst och kultur",
        "De fria kulturskaparna, organiserade i KLYS",
        "Föreningen Ideell kulturallians, som organiserar regionala organisationer i den ideella sektorn",
        "Stockholms läns bildningsförbund, som organiserar regionens studieförbund och folkhögskolor",
    ),
    "12 the page itself": (
        'href="#innehall"',
        "AKTNR 2692-11572",
        "Syntolkning: Människor sitter tillsammans runt ett bord",
    ),
}


@pytest.fixture
def staff() -> dict[str, User]:
    """Accounts, the register and the text of 2019, without its meetings."""
    made, _ = create_staff()
    seed_parties()
    seed_tags()
    publish_year_text(year.create_round(2019), made, at=year.stockholm_time(2019, 6, 3, 9))
    add_redirects(made[Role.OFFICER])
    return made


def page_of_2019() -> str:
    return html.unescape(without_breaks(render_page(reverse("public:year", args=[2019]))))


def test_every_fact_stands_on_the_page_of_2019(staff: dict[str, User]):
    page = page_of_2019()
    missing = {fact: [words for words in said if words not in page] for fact, said in FACTS.items()}
    assert {fact: words for fact, words in missing.items() if words} == {}


def test_the_parties_are_those_of_2019_under_their_names_of_then(staff: dict[str, User]):
    listed = set(
        re.findall(
            r"<li>(?:<strong>)?([^<]*)", page_of_2019().partition("Parterna 2019")[2].partition("Om sidan")[0]
        )
    )
    names = {row[1] for row in MUNICIPALITIES} | {*CENTRES, *KLYS, *ALLIANCE, *STUDY_ASSOCIATIONS, SLB}
    now = {"Fackförbundet Scen & Film", "Sveriges Scenkonstregissörer"}
    then = {
        "Teaterförbundet",
        "Svenska Regissörsföreningen",
        "KLYS",
        "Ideell kulturallians i region Stockholm",
    }
    assert listed == names - now | then
    assert "<h3>Studieförbunden</h3>" not in page_of_2019()


def test_the_register_of_a_year_costs_as_many_queries_with_a_hundred_parties_more(
    staff: dict[str, User], django_assert_num_queries, django_assert_max_num_queries
):
    with django_assert_max_num_queries(16) as few:
        page_of_2019()
    klys = Category.objects.get(slug="klys")
    for number in range(100):
        party = Party.objects.create(name=f"Förbund {number}", slug=f"forbund-{number}")
        klys.memberships.create(party=party, from_year=2018)
    with django_assert_num_queries(len(few)):
        page_of_2019()


def test_old_pages_lead_to_pages_that_the_demo_has(staff: dict[str, User]):
    titles = {title for _, title, *_ in year.MEETINGS_OF_2019}
    pages = {"/moten/2019/", *(f"/moten/2019/{slugify(title)}/" for title in titles)}
    assert {target for _, target, _ in OLD_PAGES} <= pages


def test_two_officers_share_the_work(staff: dict[str, User]):
    officers = User.objects.filter(role=Role.OFFICER)
    assert officers.count() == 2
    assert staff[Role.OFFICER] != staff[f"{SECOND}{Role.OFFICER}"]


def test_a_year_in_which_a_category_has_no_dialogue_has_a_round_table_with_it(staff: dict[str, User]):
    klys = Category.objects.get(slug="klys")
    titles = [year.title_in_year("Dialogmöte med KLYS", klys, one) for one in (2022, 2023, 2024)]
    assert titles == ["Dialogmöte med KLYS", "Dialogmöte med KLYS", "Rundabordssamtal med KLYS"]
