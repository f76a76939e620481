"""Whom the dialogues of a year are held with: its categories, what each stands for, and the parties in each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q

from dialog_portal.base.swedish import swedish_sort_key
from meetings.models import Meeting
from minutes.publishing.texts import Content
from parties.models import Category, Membership, in_year


@dataclass(frozen=True)
class CategoryOfYear:
    """A category as it was in a year. `umbrellas` speak for the other parties."""

    name: str
    about: str
    umbrellas: list[str]
    parties: list[str]


def category_field(category: Category) -> str:
    """Return the name of the field in which a year's text says what a category stands for."""
    return f"category_{category.pk}"


def categories_due(year: int) -> list[Category]:
    """Return the categories that meet in a year, by their cadence or because they have a meeting then, in order."""
    met = set(Meeting.objects.filter(round__year=year).order_by().values_list("categories", flat=True))
    rows = Category.objects.filter(in_year(year)).prefetch_related("cadences")
    return [row for row in rows if row.pk in met or any(one.is_due(year) for one in row.cadences.all())]


def categories_of_year(year: int, content: Content) -> Iterator[CategoryOfYear]:
    """Yield the categories of a year with their parties, under the names that these had at the end of it."""
    last_day = date(year, 12, 31)
    active = Membership.objects.in_year(year).filter(
        Q(party__ended__isnull=True) | Q(party__ended__gt=date(year, 1, 1))
    )
    members = Prefetch("memberships", active.select_related("party").prefetch_related("party__former_names"))
    due = [row.pk for row in categories_due(year)]
    for category in Category.objects.filter(pk__in=due).prefetch_related(members):
        names: dict[bool, list[str]] = {True: [], False: []}
        for row in category.memberships.all():
            names[row.umbrella].append(row.party.name_on(last_day))
        about = content.get(category_field(category), "")
        yield CategoryOfYear(
            category.name, about, *(sorted(names[kind], key=swedish_sort_key) for kind in (True, False))
        )
