"""Seeds the register with Region Stockholm's real categories, municipalities and organisations; no people.

The lists come from the organisations' own public pages. Two organisations have not published the day when they changed
their names, so 1 January is used. After the first start, staff keep the register up to date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.text import slugify

from parties.models import FIRST_YEAR, Cadence, Category, FormerName, Membership, Municipality, Party

NEW_CADENCES_YEAR = 2023  # from this year on, only categories with `yearly` still meet every year

MUNICIPALITIES = (
    ("0114", "Upplands Väsby", "Upplands Väsby kommun"),
    ("0115", "Vallentuna", "Vallentuna kommun"),
    ("0117", "Österåker", "Österåkers kommun"),
    ("0120", "Värmdö", "Värmdö kommun"),
    ("0123", "Järfälla", "Järfälla kommun"),
    ("0125", "Ekerö", "Ekerö kommun"),
    ("0126", "Huddinge", "Huddinge kommun"),
    ("0127", "Botkyrka", "Botkyrka kommun"),
    ("0128", "Salem", "Salems kommun"),
    ("0136", "Haninge", "Haninge kommun"),
    ("0138", "Tyresö", "Tyresö kommun"),
    ("0139", "Upplands-Bro", "Upplands-Bro kommun"),
    ("0140", "Nykvarn", "Nykvarns kommun"),
    ("0160", "Täby", "Täby kommun"),
    ("0162", "Danderyd", "Danderyds kommun"),
    ("0163", "Sollentuna", "Sollentuna kommun"),
    ("0180", "Stockholm", "Stockholms stad"),
    ("0181", "Södertälje", "Södertälje kommun"),
    ("0182", "Nacka", "Nacka kommun"),
    ("0183", "Sundbyberg", "Sundbybergs stad"),
    ("0184", "Solna", "Solna stad"),
    ("0186", "Lidingö", "Lidingö stad"),
    ("0187", "Vaxholm", "Vaxholms stad"),
    ("0188", "Norrtälje", "Norrtälje kommun"),
    ("0191", "Sigtuna", "Sigtuna kommun"),
    ("0192", "Nynäshamn", "Nynäshamns kommun"),
)
CENTRES = (
    "Centrum för dramatik",
    "Centrum för fotografi",
    "Danscentrum Stockholm",
    "Författarcentrum Öst",
    "Illustratörcentrum",
    "Konsthantverkscentrum",
    "Konstnärscentrum Öst",
    "Musikcentrum Öst",
    "Teatercentrum Östra",
)
KLYS = (
    "Dramatikerförbundet",
    "Fackförbundet Scen & Film",
    "Föreningen Svenska Tonsättare",
    "Konstnärernas Riksorganisation",
    "Läromedelsförfattarna",
    "Musikerförbundet",
    "Oberoende Filmares Förbund",
    "Skap",
    "Svenska Fotografers Förbund",
    "Svenska Journalistförbundet",
    "Svenska Tecknare",
    "Sveriges Författarförbund",
    "Sveriges Scenkonstregissörer",
    "Sveriges Yrkesmusikerförbund",
    "Unionen, klubbarna vid SR, SVT och UR",
)
SLB = "Stockholms läns bildningsförbund"
STUDY_ASSOCIATIONS = (
    "ABF Stockholms län",
    "Bilda",
    "Folkuniversitetet",
    "Ibn Rushd",
    "Kulturens Bildningsverksamhet",
    "Medborgarskolan Stockholms län",
    "Sensus Stockholms län",
    "Studiefrämjandet Stockholms län",
    "Studieförbundet NBV Stockholms län",
    "Studieförbundet Vuxenskolan Stockholms län",
)
ALLIANCE = (
    "ABF Stockholms län",
    "ATR-distriktet Stockholm",
    "Folkets Hus och Parker, Östra regionen",
    "Föreningsarkiven i Stockholms län",
    "Hela Sverige ska leva Stockholms län",
    "Medborgarskolan Stockholms län",
    "Riksförbundet Sveriges konstföreningar, Stockholmsdistriktet",
    "Riksteatern Stockholms län",
    "Sensus Stockholms län",
    "Skådebanan Stockholms län",
    "Stockholms läns bygdegårdsdistrikt",
    SLB,
    "Studiefrämjandet Stockholms län",
    "Studieförbundet NBV Stockholms län",
    "Studieförbundet Vuxenskolan Stockholms län",
)
FULL_NAMES = {
    "Dramatikerförbundet": "Sveriges Dramatikerförbund",
    "KLYS": "Konstnärliga och Litterära Yrkesutövares Samarbetsnämnd",
    "Föreningen Svenska Tonsättare": "Föreningen Svenska Tonsättare (FST)",
    "Konstnärernas Riksorganisation": "Konstnärernas Riksorganisation (KRO)",
    "Kulturens Bildningsverksamhet": "Kulturens Bildningsverksamhet (Kulturens)",
    "Oberoende Filmares Förbund": "Oberoende Filmares Förbund (OFF)",
    "Skap": "Skap, Sveriges kompositörer och textförfattare",
    "Sveriges Yrkesmusikerförbund": "Sveriges Yrkesmusikerförbund (SYMF)",
}
FORMER_NAMES = (
    ("Fackförbundet Scen & Film", "Teaterförbundet", date(2021, 1, 1)),
    ("Sveriges Scenkonstregissörer", "Svenska Regissörsföreningen", date(2021, 1, 1)),
)
NOTES = {
    "Region Gotland": "Med i FSKF men utanför Stockholms län. Räknas därför inte till länets 26 kommuner.",
    "FSKF": "Kommunernas dagordning stäms av med FSKF, som också har Region Gotland i sin krets.",
}


@dataclass(frozen=True)
class CategorySeed:
    """A category with its members, its umbrella body, and the body that its agenda is agreed with."""

    name: str
    slug: str
    members: tuple[str, ...]
    umbrella: str = ""
    agenda_body: str = ""
    from_year: int = FIRST_YEAR
    yearly: bool = False


CATEGORY_SEEDS = (
    CategorySeed(
        "Kommuner", "kommuner", tuple(name for _, name, _ in MUNICIPALITIES), agenda_body="FSKF", yearly=True
    ),
    CategorySeed("Regionala centrumbildningar", "centrumbildningar", CENTRES),
    CategorySeed("KLYS och dess medlemmar", "klys", KLYS, umbrella="KLYS"),
    CategorySeed(
        "Ideell kulturallians",
        "ideell-kulturallians",
        ALLIANCE,
        umbrella="Ideell kulturallians i region Stockholm",
    ),
    CategorySeed(SLB, "folkbildningen", STUDY_ASSOCIATIONS, umbrella=SLB),
    CategorySeed(
        "Studieförbunden",
        "studieforbunden",
        STUDY_ASSOCIATIONS,
        from_year=NEW_CADENCES_YEAR,
        yearly=True,
    ),
)


@transaction.atomic
def seed_parties() -> None:
    """Add what is missing. Existing rows are not changed, so it can be run again at any time."""
    for code, name, full_name in MUNICIPALITIES:
        Municipality.objects.get_or_create(code=code, defaults={"party": get_or_add_party(name, full_name)})
    for position, kind in enumerate(CATEGORY_SEEDS, start=1):
        seed_category(kind, position)
    gotland = get_or_add_party("Region Gotland")
    Municipality.objects.get_or_create(code="0980", defaults={"party": gotland, "in_county": False})
    get_or_add_party("FSKF")
    for name, former, until in FORMER_NAMES:
        FormerName.objects.get_or_create(party=get_or_add_party(name), until=until, defaults={"name": former})


def get_or_add_party(name: str, full_name: str = "") -> Party:
    """Return the party with the slug of this name, created if missing; the slug stays when staff rename the party."""
    full = full_name or FULL_NAMES.get(name, "")
    values = {"name": name, "full_name": full, "note": NOTES.get(name, "")}
    return Party.objects.get_or_create(slug=slugify(name)[:75], defaults=values)[0]


def seed_category(kind: CategorySeed, position: int) -> None:
    """Create a category with its cadences and members. An existing category is not changed, because staff keep it."""
    values = {
        "name": kind.name,
        "position": position,
        "agenda_body": kind.agenda_body,
        "from_year": kind.from_year,
    }
    category, new = Category.objects.get_or_create(slug=kind.slug, defaults=values)
    if not new:
        return
    for every, from_year, to_year in cadences_of(kind):
        Cadence.objects.create(category=category, every=every, from_year=from_year, to_year=to_year)
    umbrellas = [kind.umbrella] if kind.umbrella else []
    for name in (*umbrellas, *kind.members):
        Membership.objects.create(
            party=get_or_add_party(name),
            category=category,
            umbrella=name == kind.umbrella,
            from_year=kind.from_year,
        )


def cadences_of(kind: CategorySeed) -> list[tuple[int, int, int | None]]:
    """Return tuples of how often the category meets (in years), from which year, and until which year or None."""
    if kind.yearly:
        return [(1, kind.from_year, None)]
    return [(1, kind.from_year, NEW_CADENCES_YEAR - 1), (2, NEW_CADENCES_YEAR, None)]
