"""Demo people, all invented: staff accounts for the four roles, two of them officers, and holders of mandates."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import date
from itertools import cycle, islice
from unicodedata import normalize

from dialog_portal.access.models import Role, User
from parties.models import Mandate, Party, Person

FIRST_NAMES = """
    Åsa Mirja José Zoë Jörgen Gun-Britt Nils-Åke Per-Ola Ebba Klara Tomas Linnéa Örjan Yasmin Ingalill Mattias
    Berit Farid Ylva Håkan Selma Ulrika Göran Disa Leif Amina Torsten Vendela Bo Kerstin
""".split()
LAST_NAMES = """
    Öhrn Kääriäinen Lindqvist Sydæus Håål Ängström Wæhrens Übelacker Sjöö Ek Norrby Bergfalk Almlöf Törnqvist Hägg
    Rosenlund Dahlkvist Mårdh Vallgren Åhs Sahlin Grönvik Lövdahl Fjällborg Stenhammar Yxell Björnram Kvist Ramsell
""".split()
STAFF = (
    ("lasare@example.org", "Lena Ståhlberg", Role.READER, "utredare"),
    ("handlaggare@example.org", "Hampus Idström", Role.OFFICER, "handläggare"),
    ("handlaggare2@example.org", "Siri Malmgren", Role.OFFICER, "handläggare"),
    ("godkannare@example.org", "Gunilla Odefalk", Role.APPROVER, "enhetschef"),
    ("administrator@example.org", "Adam Rehnmark", Role.ADMINISTRATOR, "systemförvaltare"),
)
SECOND = "second "
PASS_PHRASE_WORDS = """
    bäck gren sten måne björk skär vind ljung kulle moln strand berg äng sjö tall sand hav kust lind rönn
""".split()


def create_staff() -> tuple[dict[str, User], str]:
    """Create the accounts; return them by role, with the random pass phrase that they share.

    The second person with a role is found under SECOND and the role.
    """
    phrase = " ".join(secrets.choice(PASS_PHRASE_WORDS) for _ in range(6))
    made: dict[str, User] = {}
    for email, name, role, title in STAFF:
        user = User.objects.create_user(email, name, role, phrase)
        User.objects.filter(pk=user.pk).update(title=title)
        made[f"{SECOND}{role}" if role in made else str(role)] = user
    return made, phrase


def name_pairs() -> Iterator[tuple[str, str]]:
    """Yield pairs of first and last names in a fixed order; the lists have different lengths, so pairs repeat late."""
    return zip(cycle(FIRST_NAMES), cycle(LAST_NAMES), strict=False)


def ascii_word(text: str) -> str:
    """Return the text in lower case with a-z and digits only, for use in an e-mail address."""
    plain = text.lower().replace("æ", "ae").replace("ø", "o")
    return "".join(char for char in normalize("NFD", plain) if char.isascii() and char.isalnum())


def create_mandate_holders(since: date) -> None:
    """Create one holder of a mandate for every party, and two for every municipality with two departments.

    `since` is the first day of their mandates. Some heads of municipalities are acting.
    """
    supply = name_pairs()
    for position, party in enumerate(Party.objects.active().in_order()):
        domain = f"{ascii_word(party.name)}.example"
        party.mail_domains = domain
        party.save(update_fields=["mail_domains"])
        municipal = hasattr(party, "municipality")
        titles = post_titles(position, municipal=municipal)
        for (first, last), title in zip(islice(supply, len(titles)), titles, strict=True):
            person = Person.objects.create(
                name=f"{first} {last}",
                email=f"{ascii_word(first)}.{ascii_word(last)}@{domain}",
                phone=f"08-1234{position:03}",
            )
            acting = municipal and position % 11 == 3
            Mandate.objects.create(person=person, party=party, title=title, acting=acting, from_date=since)


def post_titles(position: int, *, municipal: bool) -> list[str]:
    """Return the posts of a party; every fifth municipality has one head of culture and one of sports."""
    if not municipal:
        return ["verksamhetsledare" if position % 2 else "ordförande"]
    return ["kulturchef", "idrotts- och fritidschef"] if position % 5 == 0 else ["kultur- och fritidschef"]
