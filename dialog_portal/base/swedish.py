"""Swedish sorting, searching and lower case in the database, and template filters for dates, times and numbers."""

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
# How titles of meetings begin when they do not begin with a name
ORDINARY_FIRST_WORD = re.compile(
    r"(?:(?:Kommun|Region|Läns|Kultur|Folkbildnings|Samverkans|Informations|Års|Rundabords|Tema)?"
    r"(?:dialog|möte|samtal|samråd|konferens|träff|seminarium|avstämning|uppföljning|rundabord|tema)\w*"
    r"|(?:digital|plats meddelas|gemensam|årlig|årets|extra|första|andra|tredje|inledande|avslutande)\w*)(?![\w-])",
    re.IGNORECASE,
)
AFTER_Z = {"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}"}  # the three characters that follow z


def swedish_sort_key(text: str) -> str:
    """Return a key that sorts as a Swedish index: å, ä and ö last, blanks before hyphens before letters, case ignored.

    PostgreSQL's ICU sorts the same way, so Upplands Väsby comes before Upplands-Bro on both databases.
    """
    return "".join(AFTER_Z.get(char) or unicodedata.normalize("NFD", char)[0] for char in text.casefold())


def compare_swedish(left: str, right: str) -> int:
    """Return -1, 0 or 1 when the first text stands before, with or after the second in a Swedish index."""
    one, two = (swedish_sort_key(left), left), (swedish_sort_key(right), right)
    return (one > two) - (one < two)


class SwedishOrder(Func):
    """ORDER BY expression: Swedish order, by ICU on PostgreSQL and by `compare_swedish` on SQLite."""

    template = '(%(expressions)s) COLLATE "sv-SE-x-icu"'

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="(%(expressions)s) COLLATE swedish", **extra)


def swedish(*fields: str) -> SwedishOrder:
    """Return an expression for order_by: `parties.order_by(swedish("name"))`.

    With several fields, each row is sorted by the first of them that is not null.
    """
    return SwedishOrder(Coalesce(*fields) if len(fields) > 1 else F(fields[0]))


class SwedishLower(Func):
    """A text column in lower case, including Å, Ä and Ö, independent of the database's own locale."""

    template = 'LOWER((%(expressions)s) COLLATE "sv-SE-x-icu")'

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="swedish_lower(%(expressions)s)", **extra)


def contains_text(text: str, *fields: str) -> Q:
    """Return a filter for rows where any of the fields contains the text; case is ignored.

    Example: `people.filter(contains_text("öhrn", "name"))`.
    """
    hits = (Q(Contains(SwedishLower(F(field)), text.lower())) for field in fields)
    return reduce(or_, hits)


def add_swedish_to_sqlite(connection: Any, **kwargs: Any) -> None:
    """Give a new SQLite connection the collation `swedish` and the function `swedish_lower`; SQLite has neither."""
    if connection.vendor == "sqlite":
        connection.connection.create_collation("swedish", compare_swedish)
        connection.connection.create_function("swedish_lower", 1, lower_or_none, deterministic=True)


def lower_or_none(text: str | None) -> str | None:
    """Return the text in lower case, and None for SQL's NULL."""
    return text.lower() if text is not None else None


connection_created.connect(add_swedish_to_sqlite, dispatch_uid="swedish order")


def to_local_time(moment: date | datetime) -> date | datetime:
    """Return an aware time in Stockholm's time zone; dates and naive times are returned unchanged."""
    if isinstance(moment, datetime) and timezone.is_aware(moment):
        return timezone.localtime(moment)
    return moment


@register.filter
def day(moment: date | datetime | None) -> str:
    """Return the date as "31 januari 2019", and "" for None."""
    if moment is None:
        return ""
    here = to_local_time(moment)
    return f"{here.day} {MONTHS[here.month - 1]} {here.year}"


@register.filter
def weekday(moment: date | datetime | None) -> str:
    """Return the date with its weekday, "torsdag 31 januari 2019", and "" for None."""
    return f"{DAYS[to_local_time(moment).weekday()]} {day(moment)}" if moment else ""


@register.filter
def clock(moment: datetime | None) -> str:
    """Return the time of day as "15.00", and "" for None."""
    return f"{to_local_time(moment):%H.%M}" if moment else ""


@register.filter
def moment(when: datetime | None) -> str:
    """Return date and time as "31 januari 2019 kl. 15.00", and "" for None."""
    return f"{day(when)} kl. {clock(when)}" if when else ""


@register.filter
def iso(when: date | datetime | None) -> str:
    """Return the time in ISO 8601 for `<time datetime="…">`, and "" for None."""
    return to_local_time(when).isoformat() if when else ""


@register.filter
def span(begin: datetime, end: datetime) -> str:
    """Return "torsdag 31 januari 2019 kl. 15.00–18.00"; when it ends on another day, both days are written out."""
    if to_local_time(begin).timetuple()[:3] == to_local_time(end).timetuple()[:3]:
        return f"{weekday(begin)} kl. {clock(begin)}–{clock(end)}"
    return f"{weekday(begin)} kl. {clock(begin)} – {weekday(end)} kl. {clock(end)}"


@register.filter
def unbroken(text: str) -> SafeString:
    """Return HTML in which no line breaks inside "09.00–12.00" or between a street and its number at the end."""
    whole = re.sub(r" (\d+ ?[A-Za-z]?)$", "\N{NO-BREAK SPACE}\\1", text)
    clocks = re.sub(r"\d\d\.\d\d–\d\d\.\d\d", r'<span class="nowrap">\g<0></span>', escape(whole))
    return mark_safe(clocks)


@register.filter
def in_sentence(title: str) -> str:
    """Return a title as it stands inside a sentence: "dialogmöte med kommunerna", but "KLYS årsmöte" as it is.

    Only a word that is known to be an ordinary noun loses its capital, because a title may begin with a name.
    """
    return title[:1].lower() + title[1:] if ORDINARY_FIRST_WORD.match(title) else title


@register.filter
def count(number: int, words: str) -> str:
    """Return a number with its word in singular or plural: `n|count:"part,parter"` gives 0 parter, 1 part, 2 parter."""
    one, many = words.split(",")
    return f"{number} {one if number == 1 else many}"


@register.filter
def minutes_long(number: int | None) -> str:
    """Return a number of minutes as hours and minutes: 95 gives "1 h 35 min"; "–" for 0 and None."""
    if not number:
        return "–"
    hours, rest = divmod(number, 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)
