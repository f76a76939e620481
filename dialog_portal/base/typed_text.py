"""What a line of typed text may hold."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

LINE_BREAKS = {"\u2028", "\u2029", "\u0085"}
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
DIRECTION_MARKS = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Characters; no name has as many, and to fold megabytes of them would take half a minute
MAX_NAME_LENGTH = 1_000
LONGEST_NAME = 80  # characters of a stranger's name that stand in a letter
# Over or under one letter: what Vietnamese and pointed Arabic need, and what does not blot a page
MAX_MARKS_ON_A_LETTER = 2
LINK_SIGNS = re.compile(r"[:/\\@<>{}\[\]|=?#%]")  # what addresses and tags are built of
DOT_BEFORE_WORD = re.compile(r"[.\u3002\u00b7]+(?=\w)")
# What NFKC leaves of full stops and what passes for one
FULL_STOPS = re.compile(r"[.\u3002\u06d4\u2027\u2e33\ua4f8]")
# NFKC puts blanks in them
ACCENTS = str.maketrans({"\u00b4": "'", "\u00a8": " ", "\u00af": " ", "\u00b8": " "})
NAME_SIGNS = " -\u2010\u2011\u2013'\u2018\u2019`.,()&\u00b7\u30fb\u05be\u05f3\u05f4"
INVISIBLE_LETTERS = re.compile(  # what Unicode calls letters and marks but nobody sees
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
ROUTE_SIGNS = re.compile(r"[%!|/]")
DOMAIN_NAME = re.compile(r"\.\w{2,}|www\.", re.IGNORECASE)


def one_line(value: str) -> None:
    """Refuse line breaks and control characters, which would let a name write headers of its own in a letter."""
    if CONTROL.search(value):
        raise ValidationError("Texten får inte innehålla radbrytningar eller styrtecken.", code="one_line")
    if DIRECTION_MARKS.search(value):
        raise ValidationError(
            "Texten får inte innehålla osynliga tecken som vänder på texten.", code="one_line"
        )


def only_a_name(value: str) -> None:
    """Refuse what a mail program would turn into a link: the name goes into letters that we sign.

    It is read as a mail program may read it, with look-alikes folded to what they look like. What is longer than
    LONGEST is not read at all: its field refuses it for that.
    """
    if len(value) > MAX_NAME_LENGTH:
        return
    one_line(value)
    if any(is_invisible(char) for char in value):
        raise ValidationError(
            "Namnet innehåller tecken som inte syns. Skriv det i fältet i stället för att klistra in det.",
            code="unseen",
        )
    read = FULL_STOPS.sub(".", fold_lookalikes(value))
    if DOMAIN_NAME.search(read) or not all(is_name_character(char) for char in read):
        raise ValidationError("Skriv bara personens namn, utan adress eller länk.", code="only_a_name")
    if not any(unicodedata.category(char).startswith("L") for char in read):
        raise ValidationError("Skriv personens namn.", code="only_a_name")
    if "m" * (MAX_MARKS_ON_A_LETTER + 1) in "".join("m" if is_combining_mark(char) else "-" for char in read):
        raise ValidationError(
            f"Namnet har fler än {MAX_MARKS_ON_A_LETTER} tecken över eller under samma bokstav.",
            code="only_a_name",
        )


def is_combining_mark(char: str) -> bool:
    """A mark that takes no room of its own, so that any number of them fits on one letter."""
    return unicodedata.category(char) in {"Mn", "Me"}


def is_invisible(char: str) -> bool:
    """A character that turns, joins or controls others, or only looks like nothing."""
    return unicodedata.category(char)[0] == "C" or bool(INVISIBLE_LETTERS.match(char))


def is_name_character(char: str) -> bool:
    """A letter or a mark of any script, or what stands between the parts of a name; digits may be a telephone's."""
    return unicodedata.category(char)[0] in "LM" or char in NAME_SIGNS


def fold_lookalikes(text: str) -> str:
    """The text with characters that only look different made the same (Unicode's NFKC)."""
    return unicodedata.normalize("NFKC", text.translate(ACCENTS))


def one_address(value: str) -> None:
    """Refuse an address in quotation marks: the standard knows them, hardly any server does, and they fool readers."""
    if value.startswith('"') and is_address(value):  # what is no address at all is said by the field itself
        raise ValidationError("Skriv adressen utan citattecken, som namn@example.org.", code="one_address")


def no_old_route(value: str) -> None:
    """Refuse an address whose first part some servers read as a way to send on, or as a command or a file."""
    if ROUTE_SIGNS.search(value.rpartition("@")[0]):
        raise ValidationError("Delen före @ får inte innehålla %, !, | eller /.", code="no_old_route")


def is_address(value: str) -> bool:
    try:
        validate_email(value)
    except ValidationError:
        return False
    return True


def unlinkable(name: str) -> str:
    """A name that a stranger typed, safe in a letter that we sign: on one line, cut, with nothing that becomes a link.

    Mail programs make links of bare domains too, so a full stop is always followed by a blank.
    """
    seen = "".join(
        " " * char.isspace() if is_invisible(char) else char
        for char in fold_lookalikes(name[:MAX_NAME_LENGTH])
    )
    words = " ".join(DOT_BEFORE_WORD.sub(". ", LINK_SIGNS.sub(" ", FULL_STOPS.sub(".", seen))).split())
    short = words if len(words) <= LONGEST_NAME else words[: LONGEST_NAME - 1].rstrip() + "…"
    return short or "N. N."
