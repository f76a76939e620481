"""Which column of a file holds what: found by its heading, or chosen by hand."""

from __future__ import annotations

import re
from enum import StrEnum

from dialog_portal.base.swedish import plain_search_text


class Column(StrEnum):
    """What a column can hold; the value is its Swedish label."""

    PARTY = "Part"
    FULL_NAME = "Partens egen skrivning"
    CODE = "Kommunkod"
    CATEGORY = "Kategori"
    NAME = "Namn"
    FIRST_NAME = "Förnamn"
    LAST_NAME = "Efternamn"
    EMAIL = "E-postadress"
    PHONE = "Telefon"
    TITLE = "Uppdrag"
    ACTING = "Tillförordnad (ja eller nej)"
    RECEIVES = "Får inbjudningar (ja eller nej)"
    FROM_DATE = "Uppdraget från"
    TO_DATE = "Uppdraget till och med"


# The headings that people and programs write, without accents, blanks and signs
HEADINGS = {
    Column.PARTY: (
        "part parter organisation organisationsnamn kommun kommunnamn forening foretag arbetsplats myndighet company"
    ),
    Column.FULL_NAME: "partensegenskrivning egenskrivning officielltnamn",
    Column.CODE: "kommunkod kod",
    Column.CATEGORY: "kategori partskategori",
    Column.NAME: "namn person kontakt kontaktperson fullstandigtnamn visningsnamn name displayname",
    Column.FIRST_NAME: "fornamn firstname givenname",
    Column.LAST_NAME: "efternamn lastname surname",
    Column.EMAIL: (
        "epost epostadress epostadress1 emailadress email emailaddress mail mailadress mejl mejladress"
    ),
    Column.PHONE: "telefon telefon1 telefonnummer telefonarbete tel mobil mobiltelefon mobilnummer phone",
    Column.TITLE: "uppdrag titel befattning roll funktion jobtitle",
    Column.ACTING: "tillforordnadjaellernej tillforordnad tf",
    Column.RECEIVES: "farinbjudningarjaellernej farinbjudningar farinbjudan inbjudan",
    Column.FROM_DATE: "uppdragetfran fran franochmed from startdatum",
    Column.TO_DATE: "uppdragettillochmed till tillochmed tom slutdatum",
}
BY_HEADING = {word: column for column, words in HEADINGS.items() for word in words.split()}
PERSON_COLUMNS = (Column.NAME, Column.FIRST_NAME, Column.LAST_NAME, Column.EMAIL)


def column_of(heading: str) -> Column | None:
    """Return what a column with this heading holds; None when the heading is not known."""
    return BY_HEADING.get(re.sub(r"[^a-z0-9]", "", plain_search_text(heading)))


def match_columns(headings: list[str]) -> list[Column | None]:
    """Return what each column holds. Of two with the same meaning only the first is read."""
    found: list[Column | None] = []
    for heading in headings:
        column = column_of(heading)
        found.append(None if column in found else column)
    return found


def trouble_with(columns: list[Column | None]) -> str:
    """Return why rows with these columns say too little, as a Swedish sentence; empty when they say enough."""
    known = [column for column in columns if column]
    if twice := next((column for column in known if known.count(column) > 1), None):
        return f"Två kolumner är valda som {twice.lower()}. Välj bara en."
    if Column.PARTY not in known:
        return "Välj vilken kolumn som har partens namn."
    if any(column in known for column in PERSON_COLUMNS) and Column.EMAIL not in known:
        return "Välj vilken kolumn som har e-postadressen. Portalen skiljer personer åt på den."
    return ""
