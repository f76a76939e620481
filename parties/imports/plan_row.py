"""What one row would do to the register, with what the rows above it do already in place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from dialog_portal.base.swedish import day, plain_search_text
from parties.forms.plain import PERIOD_REVERSED
from parties.imports.columns import Column
from parties.imports.read_row import RowError, Values
from parties.imports.register import KnownMandate, KnownParty, KnownPerson, Register, name_key

PERSON_VALUES = (Column.NAME, Column.FIRST_NAME, Column.LAST_NAME, Column.EMAIL, Column.PHONE, Column.TITLE)
MANDATE_LABELS = {
    "title": "Uppdrag",
    "from_date": "Från",
    "to_date": "Till och med",
    "acting": "Tillförordnad",
    "receives_invitations": "Får inbjudningar",
}


@dataclass
class Operation:
    """One thing to write: `what` names it, `known` is the party, person or mandate, `values` what is set."""

    what: (
        str  # add_party, change_party, add_membership, add_person, change_person, add_mandate, change_mandate
    )
    known: Any
    values: dict[str, Any]
    owner: KnownPerson | None = None  # whose mandate

    @property
    def owner_pk(self) -> int:
        """The primary key of the person whose mandate it is; people are written before mandates."""
        if self.owner is None or self.owner.pk is None:
            raise ValueError("only a mandate has an owner, who is stored first")
        return self.owner.pk


class RowPlanner:
    """Compares one row with the register, which changes in memory only when the whole row is right."""

    def __init__(self, register: Register, number: int, values: Values) -> None:
        self.register, self.number, self.values = register, number, values
        self.operations: list[Operation] = []
        self.sentences: list[str] = []
        self.in_memory: list[Callable[[], None]] = []
        self.about = ""

    def plan(self) -> None:
        """Raise RowError when the row cannot be carried out."""
        name = self.values.get(Column.PARTY)
        if not name:
            raise RowError("Raden har ingen part.")
        party = self.register.find_party(name)
        self.about = party.name if party else name
        party = self.plan_known_party(party, name) if party else self.plan_new_party(name)
        self.plan_membership(party)
        if any(column in self.values for column in PERSON_VALUES):
            self.plan_person(party)

    def note(self, operation: Operation, sentence: str, change: Callable[[], None]) -> None:
        self.operations.append(operation)
        self.sentences.append(sentence)
        self.in_memory.append(change)

    # The party

    def plan_new_party(self, name: str) -> KnownParty:
        code = self.values.get(Column.CODE, "")
        if code in self.register.by_code:
            raise RowError(f"Kommunkoden {code} hör till {self.register.by_code[code].name}.")
        party = KnownParty(name, self.values.get(Column.FULL_NAME, ""), code)
        values = {"name": name, "full_name": party.full_name, "code": code, "in_county": True}
        self.note(Operation("add_party", party, values), "Ny part.", lambda: self.register.add_party(party))
        if alike := self.register.look_alikes.get(plain_search_text(name)):
            self.sentences.append(
                f"Liknar {alike.name}, som finns i registret. Är det samma: rätta namnet i filen."
            )
        return party

    def plan_known_party(self, party: KnownParty, written: str) -> KnownParty:
        if party.ended:
            raise RowError(f"{party.name} har upphört. Återuppta parten i registret om den ska få uppdrag.")
        if name_key(written) not in (name_key(party.name), name_key(party.full_name)):
            self.sentences.append(f"{written} heter {party.name} i registret.")
        code = self.values.get(Column.CODE, party.code)
        if code != party.code:
            raise RowError(
                f"Kommunkoden för {party.name} är {party.code or 'tom'} i registret, {code} i filen."
            )
        full_name = self.values.get(Column.FULL_NAME, party.full_name)
        if full_name != party.full_name:
            self.note(
                Operation("change_party", party, {"full_name": full_name}),
                changed("Egen skrivning", party.full_name, full_name),
                lambda: setattr(party, "full_name", full_name),
            )
        return party

    def plan_membership(self, party: KnownParty) -> None:
        written = self.values.get(Column.CATEGORY)
        if not written:
            return
        category = self.register.categories.get(name_key(written))
        if not category:
            raise RowError(
                f"Kategorin {written} finns inte i registret. Rätta den, eller lägg till kategorin först."
            )
        if category.pk not in party.categories:
            year = self.register.today.year
            self.note(
                Operation("add_membership", party, {"category": category, "from_year": year}),
                f"Hör till {category.name} från {year}.",
                lambda: party.categories.add(category.pk),
            )

    # The person and the mandate

    def plan_person(self, party: KnownParty) -> None:
        name, email = self.person_name(), self.values.get(Column.EMAIL)
        self.about = f"{name or email}, {party.name}"
        if not email:
            raise RowError("E-postadressen saknas. Portalen skiljer personer åt på den.")
        person = self.register.people.get(email)
        person = self.plan_known_person(person, name) if person else self.plan_new_person(party, name, email)
        self.in_memory.append(lambda: setattr(person, "row", self.number))
        self.plan_mandate(person, party)

    def person_name(self) -> str:
        parts = (self.values.get(Column.FIRST_NAME, ""), self.values.get(Column.LAST_NAME, ""))
        return str(self.values.get(Column.NAME) or " ".join(part for part in parts if part))

    def plan_new_person(self, party: KnownParty, name: str, email: str) -> KnownPerson:
        if not name:
            raise RowError("Namnet saknas.")
        if other := self.register.colleague(name, party, email):
            raise RowError(
                f"{other.name} finns redan i {party.name} med adressen {other.email}. Är det en ny adress: ändra den "
                "på personens sida, så får personen också nya länkar."
            )
        person = KnownPerson(email, name, self.values.get(Column.PHONE, ""))
        values = {"name": name, "email": email, "phone": person.phone}

        def add() -> None:
            self.register.people[email] = person

        self.note(Operation("add_person", person, values), f"Ny person, {email}.", add)
        return person

    def plan_known_person(self, person: KnownPerson, name: str) -> KnownPerson:
        wanted = {"name": name or person.name, "phone": self.values.get(Column.PHONE, person.phone)}
        values = {key: value for key, value in wanted.items() if value != getattr(person, key)}
        if values and person.row is not None:
            raise RowError(f"Rad {person.row} säger något annat om {person.name}, {person.email}.")
        self.about = self.about.replace(name or person.email, wanted["name"], 1)
        if values:
            labels = {"name": "Namn", "phone": "Telefon"}
            said = [changed(labels[key], getattr(person, key), value) for key, value in values.items()]
            self.note(
                Operation("change_person", person, values), " ".join(said), lambda: set_all(person, values)
            )
        return person

    def plan_mandate(self, person: KnownPerson, party: KnownParty) -> None:
        held, title = person.mandates_in(party), self.values.get(Column.TITLE, "")
        same = [one for one in held if name_key(one.title) == name_key(title)]
        renamed = [one for one in held if not self.is_in_file(person, one)]
        if same or len(renamed) == len(held) == 1:
            self.plan_known_mandate(person, (same or renamed)[0], title)
        elif title or not held:
            self.plan_new_mandate(person, party, title)

    def is_in_file(self, person: KnownPerson, mandate: KnownMandate) -> bool:
        """Return whether a row of the file names the mandate by its title; then no other row gives it a new one."""
        return (
            person.email,
            name_key(mandate.party.name),
            name_key(mandate.title),
        ) in self.register.posts_in_file

    def plan_new_mandate(self, person: KnownPerson, party: KnownParty, title: str) -> None:
        if not title:
            raise RowError(f"Uppdraget saknas, och {person.name} har inget uppdrag i {party.name}.")
        mandate = KnownMandate(
            party,
            title,
            self.values.get(Column.FROM_DATE, self.register.today),
            self.values.get(Column.TO_DATE),
            self.values.get(Column.ACTING, False),
            self.values.get(Column.RECEIVES, True),
        )
        check_days(mandate.from_date, mandate.to_date)
        letters = "" if mandate.receives_invitations else " Får inte inbjudningar."
        self.note(
            Operation("add_mandate", mandate, mandate_values(mandate), owner=person),
            f"Nytt uppdrag: {title} från {day(mandate.from_date)}.{letters}",
            lambda: person.mandates.append(mandate),
        )

    def plan_known_mandate(self, person: KnownPerson, mandate: KnownMandate, title: str) -> None:
        wanted = {
            "title": title or mandate.title,
            "from_date": self.values.get(Column.FROM_DATE, mandate.from_date),
            "to_date": self.values.get(Column.TO_DATE, mandate.to_date),
            "acting": self.values.get(Column.ACTING, mandate.acting),
            "receives_invitations": self.values.get(Column.RECEIVES, mandate.receives_invitations),
        }
        if name_key(wanted["title"]) == name_key(mandate.title):
            wanted["title"] = mandate.title
        check_days(wanted["from_date"], wanted["to_date"])
        values = {key: value for key, value in wanted.items() if value != getattr(mandate, key)}
        if values:
            said = [
                changed(MANDATE_LABELS[key], getattr(mandate, key), value) for key, value in values.items()
            ]
            self.note(
                Operation("change_mandate", mandate, values, owner=person),
                " ".join(said),
                lambda: set_all(mandate, values),
            )


def mandate_values(mandate: KnownMandate) -> dict[str, Any]:
    return {name: getattr(mandate, name) for name in MANDATE_LABELS}


def check_days(begin: date, end: date | None) -> None:
    if end and end < begin:
        raise RowError(PERIOD_REVERSED)


def set_all(known: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(known, name, value)


def changed(label: str, before: Any, after: Any) -> str:
    """Return a sentence about a changed value: "Telefon: 08-1 blir 08-2."."""
    return f"{label}: {shown(before)} blir {shown(after)}."


def shown(value: Any) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nej"
    return day(value) if isinstance(value, date) else value or "tomt"
