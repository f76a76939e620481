"""Two sets of notes to make PDFs of: one as they usually are, and one as bad as they get."""

from datetime import datetime
from zoneinfo import ZoneInfo

from minutes.document import Document, DocumentSection, PartyPresence

PARAGRAPH = (
    "Sparbetinget är två procent, men kulturskolan är fredad – till och med 2026 … enligt § 3, ½ tjänst. "
)
HOUR_LONG = "<p>" + PARAGRAPH * 122 + "</p>"  # over 12,000 characters
NO_SPACE = "<p>" + "Skärgårdskollektivtrafiksubventioneringsutredning" * 40 + "</p>"
TABLE = (
    "<table><tr><td>Vad<td>Vem<td>Klart<tr><td>Underlag om resebidrag för turnéer<td>Regionen<td>2025-04-30"
    "<tr><td>Namn på kontaktperson<td>Alla kommuner<td>omgående</table>"
)
LONG_TABLE = f"<table><tr><th>Kommun<th>Läget{'<tr><td>Norra Ör<td>Färjan kostar mer än gaget.' * 90}</table>"
WIDE_TABLE = f"<table>{('<tr>' + '<td>Kulturmiljöprogram' * 14) * 4}</table>"
NESTED = "<ul><li>Kö till kulturskolan" * 12 + "</ul>" * 12
LISTS = "<ol><li>Ett<ul><li>a</li><li>b<ol><li>i</li></ol></li></ul></li><li><p>Två</p><p>Mer om två</p></li></ol>"
PAGES_LONG_LIST = f"<ul>{('<li>' + f'<p>{PARAGRAPH * 20}</p>' * 3) * 8}</ul>"  # pages break inside its items
QUOTE = "<blockquote>”Mätbara effekter” är vad nämnden vill se.</blockquote>"
LINK = '<p>Se <a href="https://example.org/underlag?a=1&amp;b=åäö">underlaget</a>.</p>'


def group(party: str, *names: str) -> PartyPresence:
    return PartyPresence(party=party, names=names)


def section(number: int, heading: str, html: str) -> DocumentSection:
    return DocumentSection(number=str(number), heading=heading, html=html)


def normal(**values: object) -> Document:
    given: dict[str, object] = {
        "title": "Minnesanteckningar från dialogmöte med de regionala centrumbildningarna, 31 januari 2019",
        "meeting_title": "Dialogmöte med de regionala centrumbildningarna",
        "when": "torsdag 31 januari 2019 kl. 15.00–18.00",
        "where": "Usine konferens, sal Fatburen, Södermalmsallén 36",
        "diary_number": "KN 2019/123",
        "outside_reference": "FSKF 2019:4",
        "round_year": 2019,
        "host": "Region Stockholm",
        "present": (
            group("Hamnsunds dansscen", "Mirja Kääriäinen", "Gun-Britt von Sydæus"),
            group("Region Stockholm", "Ebba Wæhrens", "Zoë O’Hara-Nyberg", "Nils-Åke D’Ancona"),
        ),
        "absent": (group("Ekbackens filmrum"),),
        "sections": (
            section(1, "Välkomna", "<p>Alla presenterar sig. <b>Li Ek</b> är ny.</p>" + LINK),
            section(2, "Läget i verksamheterna", "<h2>Lokaler</h2><p>Hyrorna stiger.</p>" + LISTS + QUOTE),
            section(3, "Att ta vidare", TABLE),
        ),
        "approved_by": "Jörgen ”Jögge” Håål",
        "approved_at": datetime(2019, 2, 14, 9, 30, tzinfo=ZoneInfo("Europe/Stockholm")),
        "public_url": "https://dialog.example.org/2019/centrumbildningar/anteckningar/",
        "edition": 1,
        "reason": "",
        **values,
    }
    return Document(**given)  # type: ignore[arg-type]


def extreme() -> Document:
    """Forty sections with everything that makes a page hard to set."""
    hard = [
        HOUR_LONG,
        NO_SPACE,
        TABLE,
        LONG_TABLE,
        WIDE_TABLE,
        NESTED,
        LISTS,
        QUOTE + LINK,
        LISTS * 9,
        TABLE * 5,
    ]
    pieces = [f"<h3>Läge</h3>{piece}<h4>Sedan</h4><p>Ja.</p>" for piece in hard]
    short = ["<h2>Kort</h2><p>Inget att tillägga.</p>"] * 30
    return normal(
        meeting_title="Dialogmöte " + "med kommunerna i norra gruppen " * 9,
        present=tuple(group(f"Kommunen Ä{n}", *["Mirja Kääriäinen"] * (n % 7)) for n in range(60)),
        sections=tuple(
            section(n, "Punkt om bibliotek – och mer", html) for n, html in enumerate(pieces + short, 1)
        ),
        edition=2,
        reason="Ett namn var felstavat.",
    )
