"""Demo rounds: 2019, all published, and the current year with a meeting in every stage."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from dialog_portal.access.models import Role, User
from dialog_portal.demo.clock import clock_at, days
from dialog_portal.demo.site import (
    add_redirects,
    publish_year_text,
    report_barrier,
    write_accessibility_draft,
)
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
OFFICE = ("Kulturförvaltningen", "Sal Mälaren", "Södermalmsallén 36", "Stockholm")
FATBUREN = ("Usine konferens", "sal Fatburen", "Södermalmsallén 36", "Stockholm")
# The category of each, its title, when it began as month, day and hour, and where
MEETINGS_OF_2019 = (
    ("centrumbildningar", "Dialogmöte med regionala centrumbildningar", (1, 31, 15), FATBUREN),
    ("kommuner", "Dialogmöte med länets kommuner", (5, 16, 9), OFFICE),
)
GROUPS = ("Norra gruppen", "Södra gruppen", "Östra gruppen", "Västra gruppen")
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
    ("centrumbildningar", "Rundabordssamtal om stöd och förmedling", "published", -60, False),
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
        conference_on=stockholm_time(2019, 11, 14, 9).date(),
        conference_place="Stockholmstinget",
    )
    for slug, title, begins, place in MEETINGS_OF_2019:
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
                staff=staff,
            )
        )
    publish_year_text(made, staff, at=stockholm_time(2019, 6, 3, 9))
    add_redirects(staff[Role.OFFICER])


def working_day(today: datetime, offset: int) -> datetime:
    """Return the day so many days from today, or the next weekday further away from today if it is a weekend."""
    day = today + days(offset)
    while day.weekday() > FRIDAY:
        day += days(1 if offset > 0 else -1)
    return day


def create_current_year(staff: dict[str, User]) -> None:
    """Create a meeting in every stage around today, each in the round of its own year."""
    today = timezone.localtime()
    rounds = {today.year: create_round(today.year)}
    create_municipal_meetings(rounds, today, staff)
    create_other_meetings(rounds, today, staff)
    for made in rounds.values():
        publish_year_text(made, staff, at=today - days(100))
    write_accessibility_draft(staff)
    with clock_at(today - days(2)):
        report_barrier()


def round_on(rounds: dict[int, Round], day: datetime) -> Round:
    """Return the round of a day's year, created if it is missing."""
    if day.year not in rounds:
        rounds[day.year] = create_round(day.year)
    return rounds[day.year]


def create_municipal_meetings(rounds: dict[int, Round], today: datetime, staff: dict[str, User]) -> None:
    """Divide the 26 municipalities into four invented groups, and create the meeting of each at its host."""
    category = Category.objects.get(slug="kommuner")
    parties = active_members(category, today.year)
    for number, (name, (stage, offset), place) in enumerate(zip(GROUPS, GROUP_STAGES, PLACES, strict=True)):
        begins = at_hour(working_day(today, offset), 9)
        group = create_group(round_on(rounds, begins), name, parties[number::4])
        tell_story(
            Story(
                group.round,
                f"Kommundialog, {name.lower()}",
                begins,
                category,
                parties[number::4],
                stage,
                place=(*place, str(group.host)),
                host=group.host,
                group=group,
                staff=staff,
            )
        )


def create_group(made: Round, name: str, parties: list[Party]) -> Group:
    """Create a group of parties, of which the first is the host."""
    group = Group.objects.create(round=made, name=name, host=parties[0])
    group.parties.set(parties)
    return group


def create_other_meetings(rounds: dict[int, Round], today: datetime, staff: dict[str, User]) -> None:
    """Create the meetings with all other parties, at the region's office."""
    for slug, title, stage, offset, cancelled in OTHER_MEETINGS:
        category = Category.objects.get(slug=slug)
        begins = at_hour(working_day(today, offset), 13)
        made = round_on(rounds, begins)
        tell_story(
            Story(
                made,
                title_in_year(title, category, made.year),
                begins,
                category,
                active_members(category, made.year),
                stage,
                place=OFFICE,
                cancelled=cancelled,
                staff=staff,
            )
        )


def title_in_year(title: str, category: Category, year: int) -> str:
    """Return the title of a meeting: in a year when its category has no dialogue it is a round table."""
    due = any(cadence.is_due(year) for cadence in category.cadences.all())
    return title if due else title.replace("Dialogmöte", "Rundabordssamtal")
