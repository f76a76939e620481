"""The demo's rounds: 2019 as it can be read today, and one that is under way with a meeting in every stage."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.demo.clock import days
from dialog_portal.demo.story import Story, at, tell
from meetings.models import FocusArea, Group, Round, RoundPurpose
from parties.models import Category, Party

PLACES = (
    ("Kulturhuset Ankaret", "Stora salen", "Hamngatan 2"),
    ("Biblioteket Lyktan", "Hörsalen", "Torget 5"),
    ("Folkets hus Eken", "Lilla scenen", "Storgatan 11"),
    ("Kulturskolan Noten", "Orkestersalen", "Skolvägen 3"),
)
FRIDAY = 4
OFFICE = ("Kulturförvaltningen", "Sal Mälaren", "Fleminggatan 20")


def new_round(year: int, **values: object) -> Round:
    made = Round.objects.create(year=year, signer="Ylva Norrby", signer_title="förvaltningschef", **values)
    made.purposes.set(RoundPurpose.objects.filter(from_year__lte=year).exclude(to_year__lt=year))
    made.focus_areas.set(FocusArea.objects.all())
    return made


def members(category: Category, year: int) -> list[Party]:
    return list(Party.objects.active().of_category(category, year).in_order())


def stockholm(year: int, month: int, day: int, hour: int) -> datetime:
    return datetime(year, month, day, hour, tzinfo=ZoneInfo(settings.TIME_ZONE))


def the_year_2019(staff: dict[str, User]) -> None:
    """The round of 2019 with the two meetings whose facts are known; what was said there is invented."""
    made = new_round(
        2019,
        intro="År 2019 möttes kulturförvaltningen och det regionala kulturlivets parter för första gången var för sig.",
        outside_reference="AKTNR 2692-11572",
        conference_on=stockholm(2019, 11, 14, 9).date(),
        conference_place="Stockholmstinget",
    )
    centres, municipal = Category.objects.get(slug="centrumbildningar"), Category.objects.get(slug="kommuner")
    tell(
        Story(
            made,
            "Dialogmöte med regionala centrumbildningar",
            stockholm(2019, 1, 31, 15),
            centres,
            members(centres, 2019),
            "published",
            place=("Usine konferens", "sal Fatburen", "Södermalmsallén 36"),
            outside_reference="AKTNR 2605-10597",
            staff=staff,
        )
    )
    tell(
        Story(
            made,
            "Dialogmöte med länets kommuner",
            stockholm(2019, 5, 16, 9),
            municipal,
            members(municipal, 2019),
            "published",
            place=OFFICE,
            outside_reference="AKTNR 2692-11572",
            staff=staff,
        )
    )


def working_day(today: datetime, offset: int) -> datetime:
    """So many days from today, or a little farther: nobody meets on a Saturday or Sunday."""
    day = today + days(offset)
    while day.weekday() > FRIDAY:
        day += days(1 if offset > 0 else -1)
    return day


def the_current_year(staff: dict[str, User]) -> None:
    """A round around today with a meeting in every stage."""
    today = timezone.localtime()
    year = today.year
    made = new_round(year, intro="Årets dialoger förs i fyra kommungrupper och med parterna var för sig.")
    municipal, groups = municipal_groups(made, year)
    stages = (("held", -1), ("draft", -6), ("invited", 9), ("invited", 24))
    for (group, parties), (stage, offset), place in zip(groups, stages, PLACES, strict=True):
        tell(
            Story(
                made,
                f"Kommundialog, {group.name.lower()}",
                at(working_day(today, offset), 9),
                municipal,
                parties,
                stage,
                place=place,
                host=group.host,
                group=group,
                staff=staff,
            )
        )
    others = (
        ("ideell-kulturallians", "Dialogmöte med Ideell kulturallians", "circulated", -14, False),
        ("studieforbunden", "Dialogmöte med studieförbunden", "approved", -21, False),
        ("centrumbildningar", "Dialogmöte med regionala centrumbildningar", "distributed", -30, False),
        ("klys", "Dialogmöte med KLYS", "announced", 55, False),
        ("folkbildningen", "Dialogmöte med Stockholms läns bildningsförbund", "planned", 75, False),
        ("centrumbildningar", "Rundabordssamtal om arbetsmarknaden", "invited", 40, True),
        ("centrumbildningar", "Rundabordssamtal om scenkonst", "published", -60, False),
    )
    for slug, title, stage, offset, cancelled in others:
        category = Category.objects.get(slug=slug)
        begins = at(working_day(today, offset), 13)
        tell(
            Story(
                made,
                title,
                begins,
                category,
                members(category, year),
                stage,
                place=OFFICE,
                cancelled=cancelled,
                staff=staff,
            )
        )


def municipal_groups(made: Round, year: int) -> tuple[Category, list[tuple[Group, list[Party]]]]:
    """The 26 municipalities in four invented groups, each with a host."""
    category = Category.objects.get(slug="kommuner")
    parties = members(category, year)
    groups = []
    for number, name in enumerate(("Norra gruppen", "Södra gruppen", "Östra gruppen", "Västra gruppen")):
        chosen = parties[number::4]
        group = Group.objects.create(round=made, name=name, host=chosen[0])
        group.parties.set(chosen)
        groups.append((group, chosen))
    return category, groups
