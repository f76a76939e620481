"""Swedish in one place: the order of letters, dates and times as they are written, and numbers with their word."""

import re
import unicodedata
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

from django import template
from django.db.backends.signals import connection_created
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce
from django.db.models.lookups import Contains
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

DAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")
MONTHS = (
    "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november",
    "december",
)  # fmt: skip
AFTER_Z = {"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}"}  # the three characters that follow z


def sort_key(text: str) -> str:
    """A key that sorts as a Swedish index: å, ä and ö last, blanks before hyphens before letters; case does not count.

    PostgreSQL's ICU sorts the same way, so Upplands Väsby comes before Upplands-Bro on both databases.
    """
    return "".join(AFTER_Z.get(char) or unicodedata.normalize("NFD", char)[0] for char in text.casefold())


def compare(left: str, right: str) -> int:
    """-1, 0 or 1: how two texts stand in a Swedish index."""
    one, two = (sort_key(left), left), (sort_key(right), right)
    return (one > two) - (one < two)


class SwedishOrder(Func):
    """Orders a text column as a Swedish reader expects, by ICU on PostgreSQL and by `compare` on SQLite."""

    template = '(%(expressions)s) COLLATE "sv-SE-x-icu"'

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="(%(expressions)s) COLLATE swedish", **extra)


def swedish(*fields: str) -> SwedishOrder:
    """For order_by: `parties.order_by(swedish("name"))`; of several fields the first that is not null counts."""
    return SwedishOrder(Coalesce(*fields) if len(fields) > 1 else F(fields[0]))


class SwedishLower(Func):
    """A text column in lower case, Å Ä Ö as well, whatever the database's own locale is."""

    template = 'LOWER((%(expressions)s) COLLATE "sv-SE-x-icu")'

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="swedish_lower(%(expressions)s)", **extra)


def contains_text(text: str, *fields: str) -> Q:
    """Rows in which a text stands in any of the fields, whatever its case: `people.filter(found("öhrn", "name"))`."""
    hits = (Q(Contains(SwedishLower(F(field)), text.lower())) for field in fields)
    return reduce(or_, hits)


def teach_sqlite(connection: Any, **kwargs: Any) -> None:
    """Give each new SQLite connection the Swedish order, and lower case beyond a-z."""
    if connection.vendor == "sqlite":
        connection.connection.create_collation("swedish", compare)
        connection.connection.create_function("swedish_lower", 1, lower_or_none, deterministic=True)


def lower_or_none(text: str | None) -> str | None:
    return text.lower() if text is not None else None


connection_created.connect(teach_sqlite, dispatch_uid="swedish order")


def to_local_time(moment: date | datetime) -> date | datetime:
    return (
        timezone.localtime(moment) if isinstance(moment, datetime) and timezone.is_aware(moment) else moment
    )


@register.filter
def day(moment: date | datetime | None) -> str:
    """31 januari 2019"""
    if moment is None:
        return ""
    here = to_local_time(moment)
    return f"{here.day} {MONTHS[here.month - 1]} {here.year}"


@register.filter
def weekday(moment: date | datetime | None) -> str:
    """torsdag 31 januari 2019"""
    return f"{DAYS[to_local_time(moment).weekday()]} {day(moment)}" if moment else ""


@register.filter
def clock(moment: datetime | None) -> str:
    """15.00"""
    return f"{to_local_time(moment):%H.%M}" if moment else ""


@register.filter
def moment(when: datetime | None) -> str:
    """31 januari 2019 kl. 15.00"""
    return f"{day(when)} kl. {clock(when)}" if when else ""


@register.filter
def iso(when: date | datetime | None) -> str:
    """The machine's form, for <time datetime>."""
    return to_local_time(when).isoformat() if when else ""


@register.filter
def span(begin: datetime, end: datetime) -> str:
    """torsdag 31 januari 2019 kl. 15.00–18.00; over midnight both days are written out."""
    if to_local_time(begin).timetuple()[:3] == to_local_time(end).timetuple()[:3]:
        return f"{weekday(begin)} kl. {clock(begin)}–{clock(end)}"
    return f"{weekday(begin)} kl. {clock(begin)} – {weekday(end)} kl. {clock(end)}"


@register.filter
def unbroken(text: str) -> SafeString:
    """For pages: no line is broken inside 09.00–12.00, or between a street and its number."""
    whole = re.sub(r" (\d+ ?[A-Za-z]?)$", "\N{NO-BREAK SPACE}\\1", text)
    clocks = re.sub(r"\d\d\.\d\d–\d\d\.\d\d", r'<span class="nowrap">\g<0></span>', escape(whole))
    return mark_safe(clocks)


@register.filter
def count(number: int, words: str) -> str:
    """A number with its word in the singular or the plural: `n|count:"part,parter"` is 0 parter, 1 part, 2 parter."""
    one, many = words.split(",")
    return f"{number} {one if number == 1 else many}"


@register.filter
def minutes_long(number: int | None) -> str:
    """95 -> 1 h 35 min"""
    if not number:
        return "–"
    hours, rest = divmod(number, 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)
