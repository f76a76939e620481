"""Demo rounds: 2019, all published, and the current year with a meeting in every stage."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.demo.clock import days
from dialog_portal.demo.story import Story, at_hour, tell_story
from meetings.models import FocusArea, Group, Round, RoundPurpose
from parties.models import Category, Party

PLACES = (
    ("Kulturhuset Ankaret", "Stora salen", "Hamngatan 2"),
    ("Biblioteket Lyktan", "Hörsalen", "Torget 5"),
    ("Folkets hus Eken", "Lilla scenen", "Storgatan 11"),
    ("Kulturskolan Noten", "Orkestersalen", "Skolvägen 3"),
)
FRIDAY = 4  # datetime.weekday()
OFFICE = ("Kulturförvaltningen", "Sal Mälaren", "Fleminggatan 20", "Stockholm")
FATBUREN = ("Usine konferens", "sal Fatburen", "Södermalmsallén 36", "Stockholm")
# Category, title, start (month, day, hour), place, and the outside reference
MEETINGS_OF_2019 = (
    (
        "centrumbildningar",
        "Dialogmöte med regionala centrumbildningar",
        (1, 31, 15),
        FATBUREN,
        "AKTNR 2605-10597",
    ),
    ("kommuner", "Dialogmöte med länets kommuner", (5, 16, 9), OFFICE, "AKTNR 2692-11572"),
)
# The stage of each municipal meeting, and how many days from today it is
GROUP_STAGES = (("held", -1), ("draft", -6), ("invited", 9), ("invited", 24))
# Category, title, stage, how many days from today, and whether it was cancelled
OTHER_MEETINGS = (
    ("ideell-kulturallians", "Dialogmöte med Ideell kulturallians", "circulated", -14, False),
    ("studieforbunden", "Dialogmöte med studieförbunden", "approved", -21, False),
    ("centrumbildningar", "Dialogmöte med regionala centrumbildningar", "distributed", -30, False),
    ("klys", "Dialogmöte med KLYS", "announced", 55, False),
    ("folkbildningen", "Dialogmöte med Stockholms läns bildningsförbund", "planned", 75, False),
    ("centrumbildningar", "Rundabordssamtal om arbetsmarknaden", "invited", 40, True),
    ("centrumbildningar", "Rundabordssamtal om scenkonst", "published", -60, False),
)


def create_round(year: int, **values: object) -> Round:
    """Create a round with the purposes of its year and all focus areas."""
    made = Round.objects.create(year=year, signer="Ylva Norrby", signer_title="förvaltningschef", **values)
    made.purposes.set(RoundPurpose.objects.filter(from_year__lte=year).exclude(to_year__lt=year))
    made.focus_areas.set(FocusArea.objects.all())
    return made


def active_members(category: Category, year: int) -> list[Party]:
    """Return the parties of a category in a year that have not ended, in Swedish order."""
    return list(Party.objects.active().of_category(category, year).in_order())


def stockholm_time(year: int, month: int, day: int, hour: int) -> datetime:
    """Return a full hour in Stockholm."""
    return datetime(year, month, day, hour, tzinfo=ZoneInfo(settings.TIME_ZONE))


def create_year_2019(staff: dict[str, User]) -> None:
    """Create the round of 2019 with two meetings. Their dates and places are public facts, their notes are invented."""
    made = create_round(
        2019,
        intro="År 2019 möttes kulturförvaltningen och det regionala kulturlivets parter för första gången var för sig.",
        outside_reference="AKTNR 2692-11572",
        conference_on=stockholm_time(2019, 11, 14, 9).date(),
        conference_place="Stockholmstinget",
    )
    for slug, title, begins, place, reference in MEETINGS_OF_2019:
        category = Category.objects.get(slug=slug)
        tell_story(
            Story(
                made,
                title,
                stockholm_time(2019, *begins),
                category,
                active_members(category, 2019),
                "published",
                place=place,
                outside_reference=reference,
                staff=staff,
            )
        )


def working_day(today: datetime, offset: int) -> datetime:
    """Return the day so many days from today, or the next weekday further away from today if it is a weekend."""
    day = today + days(offset)
    while day.weekday() > FRIDAY:
        day += days(1 if offset > 0 else -1)
    return day


def create_current_year(staff: dict[str, User]) -> None:
    """Create the round of the current year with a meeting in every stage."""
    today = timezone.localtime()
    intro = "Årets dialoger förs i fyra kommungrupper och med parterna var för sig."
    made = create_round(today.year, intro=intro)
    create_municipal_meetings(made, today, staff)
    create_other_meetings(made, today, staff)


def create_municipal_meetings(made: Round, today: datetime, staff: dict[str, User]) -> None:
    """Create one meeting for each group of municipalities, at its host."""
    category, groups = create_municipal_groups(made, made.year)
    for (group, parties), (stage, offset), place in zip(groups, GROUP_STAGES, PLACES, strict=True):
        tell_story(
            Story(
                made,
                f"Kommundialog, {group.name.lower()}",
                at_hour(working_day(today, offset), 9),
                category,
                parties,
                stage,
                place=(*place, str(group.host)),
                host=group.host,
                group=group,
                staff=staff,
            )
        )


def create_other_meetings(made: Round, today: datetime, staff: dict[str, User]) -> None:
    """Create the meetings with all other parties, at the region's office."""
    for slug, title, stage, offset, cancelled in OTHER_MEETINGS:
        category = Category.objects.get(slug=slug)
        tell_story(
            Story(
                made,
                title,
                at_hour(working_day(today, offset), 13),
                category,
                active_members(category, made.year),
                stage,
                place=OFFICE,
                cancelled=cancelled,
                staff=staff,
            )
        )


def create_municipal_groups(made: Round, year: int) -> tuple[Category, list[tuple[Group, list[Party]]]]:
    """Divide the 26 municipalities into four invented groups, each with a host; return the category and the groups."""
    category = Category.objects.get(slug="kommuner")
    parties = active_members(category, year)
    groups = []
    for number, name in enumerate(("Norra gruppen", "Södra gruppen", "Östra gruppen", "Västra gruppen")):
        chosen = parties[number::4]
        group = Group.objects.create(round=made, name=name, host=chosen[0])
        group.parties.set(chosen)
        groups.append((group, chosen))
    return category, groups
