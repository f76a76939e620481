"""Swedish sorting, searching and lower case in the database, and template filters for dates, times and numbers."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
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

from dialog_portal.base.typed_text import clean_line

register = template.Library()

DAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")
MONTHS = (
    "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november",
    "december",
)  # fmt: skip
AFTER_Z = {"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}", "œ": "}"}  # the three characters that follow z
# Letters with a stroke or a hook, which Unicode does not take apart into a letter and a mark
STROKES = {"đ": "d", "ð": "d", "ł": "l", "ŋ": "n", "ŧ": "t", "þ": "th"}
LOOK_ALIKES = {"\u00a0": " ", "\u2010": "-", "\u2011": "-", "\u2013": "-", "\u2019": "'"}
# Signs in the order of an index, before digits and letters; { and | and } make room for å, ä and ö
SIGNS_IN_ORDER = " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"
SORTED_AS = str.maketrans(
    {sign: chr(number) for number, sign in enumerate(SIGNS_IN_ORDER, start=1)}
    | {alike: chr(SIGNS_IN_ORDER.index(sign) + 1) for alike, sign in LOOK_ALIKES.items()}
    | AFTER_Z
    | STROKES
    | {"ü": "y", "ű": "y"}
)
SEARCHED_AS = str.maketrans(AFTER_Z | STROKES | LOOK_ALIKES)
WITHOUT_RINGS_AND_DOTS = str.maketrans("{|}", "aao")
MARKS = re.compile("[\u0300-\u036f]")
# How titles of meetings begin when they do not begin with a name
ORDINARY_FIRST_WORD = re.compile(
    r"(?:(?:Kommun|Region|Läns|Kultur|Folkbildnings|Samverkans|Informations|Års|Rundabords|Tema)?"
    r"(?:dialog|möte|samtal|samråd|konferens|träff|seminarium|avstämning|uppföljning|rundabord|tema)\w*"
    r"|(?:digital|plats meddelas|gemensam|årlig|årets|extra|första|andra|tredje|inledande|avslutande)\w*)(?![\w-])",
    re.IGNORECASE,
)
AFTER_Z = {"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}"}  # the three characters that follow z


def swedish_sort_key(text: str) -> str:
    """Return a key that sorts as a Swedish index: å, ä and ö last, ü as y, blanks before hyphens before letters.

    Accents count only between words that are else alike, and then case. PostgreSQL's ICU sorts the same way, so a list
    stands in one order wherever it is made: Upplands Väsby before Upplands-Bro.
    """
    whole = unicodedata.normalize("NFC", text)
    letters = MARKS.sub("", unicodedata.normalize("NFD", whole.casefold().translate(SORTED_AS)))
    return f"{letters}\0{unicodedata.normalize('NFD', whole.casefold())}\0{whole.swapcase()}"


def compare_swedish(left: str, right: str) -> int:
    """Return -1, 0 or 1 when the first text stands before, with or after the second in a Swedish index."""
    one, two = swedish_sort_key(left), swedish_sort_key(right)
    return (one > two) - (one < two)


def search_text(text: str) -> str:
    """Return the text as it is compared in a search: small letters without accents, å, ä and ö as letters of their own.

    A letter and its accent may have been typed as one character or as two (NFC or NFD).
    """
    letters = unicodedata.normalize("NFC", text.lower()).translate(SEARCHED_AS)
    return MARKS.sub("", unicodedata.normalize("NFD", letters))


def plain_search_text(text: str) -> str:
    """Return the text as `search_text` does, with å, ä and ö as a and o, for those whose keyboard lacks them."""
    return search_text(text).translate(WITHOUT_RINGS_AND_DOTS)


def is_typed_with_swedish_letters(word: str) -> bool:
    """Return whether å, ä or ö was typed: then they are meant, and ö does not find o."""
    return search_text(word) != plain_search_text(word)


def text_contains(text: str, word: str) -> bool:
    """Return whether a search for the word finds the text, by the same rule as `contains_text`."""
    read = search_text if is_typed_with_swedish_letters(clean_line(word)) else plain_search_text
    return read(clean_line(word)) in read(text)


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


def sql_translate(table: Mapping[int, str | int | None]) -> str:
    """Return the two texts of SQL's TRANSLATE for a table with one character for each: "'from', 'to'"."""
    pairs = {chr(old): new for old, new in table.items() if isinstance(new, str) and len(new) == 1}
    return ", ".join("'" + "".join(part).replace("'", "''") + "'" for part in (pairs, pairs.values()))


class SearchText(Func):
    """A text column as `search_text` returns it."""

    template = (
        "REGEXP_REPLACE(NORMALIZE(TRANSLATE(NORMALIZE("
        'LOWER((%(expressions)s) COLLATE "sv-SE-x-icu"), NFC), '
        f"{sql_translate(SEARCHED_AS)}), NFD), '[\u0300-\u036f]', '', 'g')"
    )
    sqlite = "search_text"

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template=f"{self.sqlite}(%(expressions)s)", **extra)


class PlainSearchText(SearchText):
    """A text column as `plain_search_text` returns it."""

    template = f"TRANSLATE({SearchText.template}, '{{|}}', 'aao')"
    sqlite = "plain_search_text"


def contains_text(text: str, *fields: str) -> Q:
    """Return a filter for rows where any of the fields contains the text; case and accents are ignored.

    å, ä and ö are ignored too unless one of them is typed. Example: `people.filter(contains_text("öhrn", "name"))`.
    """
    word = clean_line(text)
    exact = is_typed_with_swedish_letters(word)
    column, wanted = (SearchText, search_text(word)) if exact else (PlainSearchText, plain_search_text(word))
    return reduce(or_, (Q(Contains(column(F(field)), wanted)) for field in fields))


def add_swedish_to_sqlite(connection: Any, **kwargs: Any) -> None:
    """Give a new SQLite connection the collation and the functions named here; SQLite has none of them."""
    if connection.vendor == "sqlite":
        connection.connection.create_collation("swedish", compare_swedish)
        for name, function in SQLITE_FUNCTIONS.items():
            connection.connection.create_function(name, 1, none_of_null(function), deterministic=True)


def none_of_null(function: Callable[[str], str]) -> Callable[[str | None], str | None]:
    """Return the function for SQL: NULL gives NULL."""
    return lambda text: None if text is None else function(text)


SQLITE_FUNCTIONS: dict[str, Callable[[str], str]] = {
    "swedish_lower": str.lower,
    "search_text": search_text,
    "plain_search_text": plain_search_text,
}


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
    """Return the time in ISO 8601 for `<time datetime="…">`, in whole seconds as HTML wants it, and "" for None."""
    if when is None:
        return ""
    here = to_local_time(when)
    return here.isoformat(timespec="seconds") if isinstance(here, datetime) else here.isoformat()


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


def join_words(words: Iterable[str]) -> str:
    """Return words as in a sentence: "Nacka", "Nacka och Täby", "Nacka, Salem och Täby"."""
    *first, last = words
    return f"{', '.join(first)} och {last}" if first else last


@register.filter
def minutes_long(number: int | None) -> str:
    """Return a number of minutes as hours and minutes: 95 gives "1 h 35 min"; "–" for 0 and None."""
    if not number:
        return "–"
    hours, rest = divmod(number, 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)
