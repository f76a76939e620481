"""Invented people: staff of the kulturförvaltning, and somebody who holds a mandate at every party."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import date
from itertools import cycle, islice
from unicodedata import normalize

from dialog_portal.access.models import Role, User
from parties.models import Mandate, Party, Person

FIRST = """
    Åsa Mirja José Zoë Jörgen Gun-Britt Nils-Åke Per-Ola Ebba Klara Tomas Linnéa Örjan Yasmin Ingalill Mattias
    Berit Farid Ylva Håkan Selma Ulrika Göran Disa Leif Amina Torsten Vendela Bo Kerstin
""".split()
LAST = """
    Öhrn Kääriäinen Lindqvist Sydæus Håål Ängström Wæhrens Übelacker Sjöö Ek Norrby Bergfalk Almlöf Törnqvist Hägg
    Rosenlund Dahlkvist Mårdh Vallgren Åhs Sahlin Grönvik Lövdahl Fjällborg Stenhammar Yxell Björnram Kvist Ramsell
""".split()
STAFF = (
    ("lasare@example.org", "Lena Ståhlberg", Role.READER, "utredare"),
    ("handlaggare@example.org", "Hampus Idström", Role.OFFICER, "handläggare"),
    ("godkannare@example.org", "Gunilla Odefalk", Role.APPROVER, "enhetschef"),
    ("administrator@example.org", "Adam Rehnmark", Role.ADMINISTRATOR, "systemförvaltare"),
)
PASS_PHRASE_WORDS = """
    bäck gren sten måne björk skär vind ljung kulle moln strand berg äng sjö tall sand hav kust lind rönn
""".split()


def staff() -> tuple[dict[str, User], str]:
    """The four accounts by role, and the pass phrase they share."""
    phrase = " ".join(secrets.choice(PASS_PHRASE_WORDS) for _ in range(6))
    made = {role: User.objects.create_user(email, name, role, phrase) for email, name, role, _ in STAFF}
    for email, _, _, title in STAFF:
        User.objects.filter(email=email).update(title=title)
    return {str(role): user for role, user in made.items()}, phrase


def names() -> Iterator[tuple[str, str]]:
    """First and last names in a fixed order that repeats itself only after hundreds."""
    return zip(cycle(FIRST), cycle(LAST), strict=False)


def ascii_word(text: str) -> str:
    """A word as it stands in an address."""
    plain = text.lower().replace("æ", "ae").replace("ø", "o")
    return "".join(char for char in normalize("NFD", plain) if char.isascii() and char.isalnum())


def holders(since: date) -> None:
    """One holder for every party, two for a few municipalities with two departments, one who is acting."""
    supply = names()
    for position, party in enumerate(Party.objects.active().in_order()):
        domain = f"{ascii_word(party.name)}.example"
        party.mail_domains = domain
        party.save(update_fields=["mail_domains"])
        municipal = hasattr(party, "municipality")
        titles = titles_of(position, municipal=municipal)
        for (first, last), title in zip(islice(supply, len(titles)), titles, strict=True):
            person = Person.objects.create(
                name=f"{first} {last}",
                email=f"{ascii_word(first)}.{ascii_word(last)}@{domain}",
                phone=f"08-1234{position:03}",
            )
            acting = municipal and position % 11 == 3
            Mandate.objects.create(person=person, party=party, title=title, acting=acting, from_date=since)


def titles_of(position: int, *, municipal: bool) -> list[str]:
    """The posts of a party: every fifth municipality has one head for culture and one for sports."""
    if not municipal:
        return ["verksamhetsledare" if position % 2 else "ordförande"]
    return ["kulturchef", "idrotts- och fritidschef"] if position % 5 == 0 else ["kultur- och fritidschef"]
