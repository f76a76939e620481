"""The one door for typed text: how it is cleaned before anything reads it, and what a line, a name, an address and a
day may be; and strangers' names in letters.

Forms clean through the fields of typed_fields.py, rows through the columns of typed_columns.py, an import and the
mail reader by calling `clean_line` and `clean_address`. So two texts that look alike are stored alike.
"""

import re
import unicodedata
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

EARLIEST_DAY, LATEST_DAY = (
    date(1950, 1, 1),
    date(2100, 12, 31),
)  # the days that can be typed; mandates may be old
LINE_BREAKS = {"\u2028", "\u2029", "\u0085"}
CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
DIRECTION_MARKS = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Characters. No name is longer, and normalising megabytes of text would take half a minute.
MAX_NAME_LENGTH = 1_000
MAX_NAME_IN_LETTER = 80  # characters of a stranger's name that are shown in a letter
# Over or under one letter: Vietnamese and vocalised Arabic need two, and two do not cover the lines around them
MAX_MARKS_ON_A_LETTER = 2
LINK_SIGNS = re.compile(r"[:/\\@<>{}\[\]|=?#%]")  # the signs that addresses and HTML tags are made of
DOT_BEFORE_WORD = re.compile(r"[.\u3002\u00b7]+(?=\w)")
# The full stop, and characters that look like one and that NFKC does not turn into one
FULL_STOPS = re.compile(r"[.\u3002\u06d4\u2027\u2e33\ua4f8]")
# NFKC would turn each of these accents into a blank and a combining mark
SPACING_ACCENTS = str.maketrans({"\u00b4": "'", "\u00a8": " ", "\u00af": " ", "\u00b8": " "})
NAME_SIGNS = " -\u2010\u2011\u2013'\u2018\u2019`.,()&\u00b7\u30fb\u05be\u05f3\u05f4"
INVISIBLE_LETTERS = re.compile(  # letters and marks according to Unicode, but nothing is drawn for them
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
TYPED_NUMBER = re.compile(
    r"^\s*(?:§+\s*\d{1,3}\s*[.):]?|\d{1,3}\s*§\s*[.):]?|\d{1,2}\s?(?:[.)](?!\d)|:(?=\s)))\s*(?=\S)"
)
# Nothing is drawn for these: Unicode's Default_Ignorable_Code_Point, the signs around notes between lines, and control
# characters. NUL is left in its place, so that Django refuses it: no keyboard and no clipboard writes it.
HIDDEN = re.compile(
    "[\x01-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Every blank of Unicode that does not break the line; several in a row are one
BLANKS = re.compile("[\t \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
BREAKS = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Characters of one line: no field takes a longer one, and composing a megabyte of accents would take minutes
MAX_COMPOSED_LINE = 20_000
BRACKETED = re.compile(r"<([^<>]*)>\s*$")
ROUTE_SIGNS = re.compile(r"[%!|/]")
DOMAIN_NAME = re.compile(r"\.\w{2,}|www\.", re.IGNORECASE)


def without_number(title: str) -> str:
    """Return a title without the number that a person typed before it: pages number points and sections themselves.

    "1. Mötet öppnas", "2) Val", "§ 3 Budget" and "4 § Övrigt" lose theirs; "3 frågor" and "1.5 miljoner" do not.
    """
    return TYPED_NUMBER.sub("", title, count=1) or title


def clean_line(text: str) -> str:
    """Return the text as it is stored: composed (NFC), without hidden signs, single blanks, none at the ends.

    Line breaks inside it stay, so that `one_line` refuses them.
    """
    return BLANKS.sub(" ", compose(text)).strip()


def clean_paragraphs(text: str) -> str:
    """Return the text as it is stored: as `clean_line` line by line, but blanks within a line are kept.

    Every kind of line break becomes a newline, and empty lines at both ends go.
    """
    lines = (BLANKS.sub(one_blank_each, compose(line)).rstrip() for line in BREAKS.split(text))
    return "\n".join(lines).strip("\n")


def one_blank_each(run: re.Match[str]) -> str:
    """Return an ordinary blank for each blank of a run."""
    return " " * len(run[0])


def compose(text: str) -> str:
    """Return the text in Unicode form NFC without hidden signs; one longer than MAX_COMPOSED_LINE is only stripped."""
    if len(text) > MAX_COMPOSED_LINE:
        return text.strip()
    return unicodedata.normalize("NFC", HIDDEN.sub("", text))


def clean_address(text: str) -> str:
    """Return the e-mail address in small letters, out of what mail programs and web pages put around it.

    Outlook copies `Ek, Anna <anna.ek@example.org>;`, a web page `mailto:anna.ek@example.org`, a sentence a full stop.
    What is no single address is returned cleaned but whole, so that the field refuses it.
    """
    line = clean_line(text).strip(" ;,")
    if found := BRACKETED.search(line):
        line = found[1] if line.count("<") == 1 else line
    line = re.sub(r"^mailto:([^?]*).*$", r"\1", line.strip(), flags=re.IGNORECASE | re.DOTALL)
    return unquote(line.strip(" ;,.")).lower()


def unquote(line: str) -> str:
    """Return the line without the apostrophes or quotation marks that some programs put around a whole address."""
    return line[1:-1] if len(line) > 1 and line[0] in "'\"" and line[0] == line[-1] else line


def is_same_text(one: str, other: str) -> bool:
    """Return whether two texts differ at most by what cleaning removes and by upper and lower case."""
    return clean_line(one).casefold() == clean_line(other).casefold()


def plausible_day(value: date, earliest: date = EARLIEST_DAY) -> None:
    """Raise ValidationError for a day before `earliest` or after LATEST_DAY: 0026 is a year typed with two digits."""
    if not earliest <= value <= LATEST_DAY:
        raise ValidationError(
            f"Kontrollera årtalet. Dagen ska ligga mellan {earliest.year} och {LATEST_DAY.year}.",
            code="year",
        )


def one_address(value: str) -> None:
    """Raise ValidationError for several addresses in one field."""
    if value.count("@") > 1 and re.search(r"@.*[\s;,].*@", value):
        raise ValidationError("Skriv bara en adress.", code="several")


def one_line(value: str) -> None:
    """Raise ValidationError for line breaks, control characters and characters that reverse the direction of text.

    With a line break in a name, a stranger could add headers to a letter.
    """
    if CONTROL_CHARACTERS.search(value):
        raise ValidationError("Texten får inte innehålla radbrytningar eller styrtecken.", code="one_line")
    if DIRECTION_MARKS.search(value):
        raise ValidationError(
            "Texten får inte innehålla osynliga tecken som vänder på texten.", code="one_line"
        )


def only_a_name(value: str) -> None:
    """Raise ValidationError for a name that a mail program could show as a link, because we sign the letters it is in.

    The name is checked as a mail program may read it: look-alike characters count as what they look like. A text longer
    than MAX_NAME_LENGTH is not checked here, because its field refuses it for its length.
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
    """Return whether the character is a mark without width, of which any number could be placed on one letter."""
    return unicodedata.category(char) in {"Mn", "Me"}


def is_invisible(char: str) -> bool:
    """Return whether nothing is drawn for the character itself: control and format characters, invisible letters."""
    return unicodedata.category(char)[0] == "C" or bool(INVISIBLE_LETTERS.match(char))


def is_name_character(char: str) -> bool:
    """Return whether a name may contain the character: a letter or mark of any script, or a sign such as a hyphen.

    Digits are refused, because mail programs make links of telephone numbers.
    """
    return unicodedata.category(char)[0] in "LM" or char in NAME_SIGNS


def fold_lookalikes(text: str) -> str:
    """Return the text in Unicode's form NFKC, which replaces look-alikes such as full-width letters."""
    return unicodedata.normalize("NFKC", text.translate(SPACING_ACCENTS))


def unquoted_address(value: str) -> None:
    """Raise ValidationError for an address in quotation marks.

    The standard allows them, but hardly any server accepts them and readers are misled by them.
    """
    if value.startswith('"') and is_address(value):  # the field itself refuses what is not an address
        raise ValidationError("Skriv adressen utan citattecken, som namn@example.org.", code="one_address")


def no_routing_signs(value: str) -> None:
    """Raise ValidationError for %, !, | or / before the @.

    Some servers read these signs as an address to forward to, a command to run or a file to write.
    """
    if ROUTE_SIGNS.search(value.rpartition("@")[0]):
        raise ValidationError("Delen före @ får inte innehålla %, !, | eller /.", code="no_old_route")


def is_address(value: str) -> bool:
    """Return whether Django accepts the text as an e-mail address."""
    try:
        validate_email(value)
    except ValidationError:
        return False
    return True


def name_without_links(name: str) -> str:
    """Return a stranger's name so that no mail program makes a link of it: one line, at most MAX_NAME_IN_LETTER long.

    Mail programs make links of bare domain names too, so a full stop is always followed by a blank. When nothing is
    left of the name, "N. N." is returned.
    """
    seen = "".join(
        " " * char.isspace() if is_invisible(char) else char
        for char in fold_lookalikes(name[:MAX_NAME_LENGTH])
    )
    words = " ".join(DOT_BEFORE_WORD.sub(". ", LINK_SIGNS.sub(" ", FULL_STOPS.sub(".", seen))).split())
    short = words if len(words) <= MAX_NAME_IN_LETTER else words[: MAX_NAME_IN_LETTER - 1].rstrip() + "…"
    return short or "N. N."
