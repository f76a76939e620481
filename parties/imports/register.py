"""The register as an import sees it: read once, then changed in memory, so that a row knows those above it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from dialog_portal.base.swedish import plain_search_text
from dialog_portal.base.typed_text import clean_line
from parties.models import Category, FormerName, Mandate, Membership, Municipality, Party, Person


def name_key(name: str) -> str:
    """Return what two spellings of one name have in common: case and blanks do not matter."""
    return clean_line(name).casefold()


@dataclass(eq=False)
class KnownParty:
    """A party of the register, or (`pk` is None) one that a row of the file adds."""

    name: str
    full_name: str = ""
    code: str = ""
    pk: int | None = None
    ended: bool = False
    categories: set[int] = field(default_factory=set)  # this year's


@dataclass(eq=False)
class KnownMandate:
    """A mandate that has not ended, in the register or added by a row of the file."""

    party: KnownParty
    title: str
    from_date: date
    to_date: date | None = None
    acting: bool = False
    receives_invitations: bool = True
    pk: int | None = None


@dataclass(eq=False)
class KnownPerson:
    """A person of the register, or one that a row of the file adds; `row` is the last row that was about them."""

    email: str
    name: str
    phone: str = ""
    pk: int | None = None
    mandates: list[KnownMandate] = field(default_factory=list)
    row: int | None = None

    def mandates_in(self, party: KnownParty) -> list[KnownMandate]:
        return [mandate for mandate in self.mandates if mandate.party is party]


class Register:
    """Every party, person, mandate and category, found by what a file calls them; a handful of queries."""

    def __init__(self, today: date, posts_in_file: set[tuple[str, str, str]] | None = None) -> None:
        self.today = today
        self.posts_in_file = (
            posts_in_file or set()
        )  # address, party and title that some row of the file names
        self.parties: dict[str, KnownParty] = {}
        self.by_code: dict[str, KnownParty] = {}
        self.by_other_name: dict[str, KnownParty] = {}
        self.look_alikes: dict[str, KnownParty] = {}
        self.people: dict[str, KnownPerson] = {}
        self.categories = {name_key(row.name): row for row in Category.objects.all()}
        known = self._read_parties()
        self._read_people(known)

    def _read_parties(self) -> dict[int, KnownParty]:
        known = {}
        for row in Party.objects.only("name", "full_name", "ended"):
            ended = row.ended is not None and row.ended <= self.today
            known[row.pk] = KnownParty(row.name, row.full_name, pk=row.pk, ended=ended)
            self.add_party(known[row.pk])
        for pk, code in Municipality.objects.values_list("party", "code"):
            known[pk].code = code
            self.by_code[code] = known[pk]
        for pk, name in FormerName.objects.values_list("party", "name"):
            self.by_other_name.setdefault(name_key(name), known[pk])
        years = Membership.objects.in_year(self.today.year).values_list("party", "category")
        for pk, category in years:
            known[pk].categories.add(category)
        return known

    def _read_people(self, parties: dict[int, KnownParty]) -> None:
        people = {}
        for row in Person.objects.only("name", "email", "phone"):
            people[row.pk] = KnownPerson(row.email, row.name, row.phone, row.pk)
            self.people[row.email.casefold()] = people[row.pk]
        for mandate in Mandate.objects.not_over().order_by("from_date", "pk"):
            people[mandate.person_id].mandates.append(
                KnownMandate(
                    parties[mandate.party_id],
                    mandate.title,
                    mandate.from_date,
                    mandate.to_date,
                    mandate.acting,
                    mandate.receives_invitations,
                    mandate.pk,
                )
            )

    def add_party(self, party: KnownParty) -> None:
        """Let later rows find the party by its name and by its own long name."""
        self.parties[name_key(party.name)] = party
        if party.full_name:
            self.by_other_name.setdefault(name_key(party.full_name), party)
        if party.code:
            self.by_code[party.code] = party
        self.look_alikes.setdefault(plain_search_text(party.name), party)

    def find_party(self, name: str) -> KnownParty | None:
        """Return the party with this name, long name or former name."""
        key = name_key(name)
        return self.parties.get(key) or self.by_other_name.get(key)

    def colleague(self, name: str, party: KnownParty, email: str) -> KnownPerson | None:
        """Return somebody else in the party with the same name: probably the same person with a new address."""
        key = name_key(name)
        return self.colleagues.get((id(party), key)) if email not in self.people else None

    @cached_property
    def colleagues(self) -> dict[tuple[int, str], KnownPerson]:
        """The people of the register by party and name."""
        return {
            (id(mandate.party), name_key(person.name)): person
            for person in self.people.values()
            for mandate in person.mandates
        }
