"""What the lists of a meeting hold.

The host's list and the one to sign lie open before people from outside the authority, so nobody with protected
personal data is named in them. Food and access needs are health data: the kitchen's list has totals and no names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dialog_portal.base.spreadsheet import Sheet, Value
from dialog_portal.base.swedish import day, swedish_sort_key
from meetings.models import Meeting, Need
from meetings.replies.guest_list import GuestRow, guest_rows, with_replies
from meetings.replies.need_totals import need_totals
from parties.protected_people import protected_by_sign, signs_of

EMPTY_LINES = 10  # of the list to sign, for those who come without being on it
NAME_WITHHELD = "Deltagare med skyddade uppgifter"


def rows_in_order(meeting: Meeting) -> list[GuestRow]:
    """Return everybody on the list of invited, by organisation and name in Swedish order."""
    rows = guest_rows(with_replies(meeting.invitations.all()))
    return sorted(
        rows, key=lambda row: (swedish_sort_key(str(row.invitation)), swedish_sort_key(row.invitee.name))
    )


def seated_rows(meeting: Meeting) -> list[GuestRow]:
    """Return those who have a seat."""
    return [row for row in rows_in_order(meeting) if row.is_seated]


def title(name: str, meeting: Meeting) -> str:
    return f"{name}, {meeting} {day(meeting.starts_at)}"


def invited_sheet(meeting: Meeting) -> Sheet:
    """Return everybody who is invited, with what they answered and how."""
    names = dict(meeting.invitees.values_list("pk", "name"))
    header = (
        "Organisation", "Namn", "Uppdrag", "E-postadress", "Svar", "Svarade", "Hur svaret kom", "Plats i kön",
        "Ersättare för", "Anteckning",
    )  # fmt: skip
    return Sheet(
        title("Inbjudna och svar", meeting),
        header,
        [invited_row(row, names) for row in rows_in_order(meeting)],
    )


def invited_row(row: GuestRow, names: dict[int, str]) -> list[Value]:
    """Return one invited person; without an answer that counts, the answer's columns are empty."""
    who, said = row.invitee, row.last
    answer = (
        [said.get_answer_display(), said.at, said.get_channel_display()]
        if said
        else ["inte inbjuden än" if row.is_not_invited else "har inte svarat", "", ""]
    )
    return [
        str(row.invitation),
        who.name,
        who.title,
        who.email,
        *answer,
        row.queue or "",
        names.get(who.substitute_for_id or 0, ""),
        said.note if said else "",
    ]


def named_outside(rows: list[GuestRow]) -> list[list[Value]]:
    """Return organisation, name and post of each row; of somebody who may be protected only the organisation."""
    hidden = protected_by_sign().keys()
    return [
        [str(row.invitation), NAME_WITHHELD, ""]
        if hidden & signs_of(row.invitee.person_id, row.invitee.name, row.invitee.email)
        else [str(row.invitation), row.invitee.name, row.invitee.title]
        for row in rows
    ]


def host_sheet(meeting: Meeting) -> Sheet:
    """Return those who come, for the host: no addresses, and nothing about their needs."""
    return Sheet(
        title("Värdens lista", meeting),
        ("Organisation", "Namn", "Uppdrag"),
        named_outside(seated_rows(meeting)),
    )


def catering_sheet(meeting: Meeting) -> Sheet:
    """Return how many come, and how many of them need what."""
    rows = seated_rows(meeting)
    needs = list(Need.objects.filter(invitee__in=[row.invitee.pk for row in rows]))
    totals: list[list[Value]] = [["Kommer", "", len(rows)]]
    totals += [["Mat", text, number] for text, number in need_totals(need.food for need in needs)]
    totals += [
        ["Tillgänglighet", text, number] for text, number in need_totals(need.access for need in needs)
    ]
    return Sheet(title("Mat och tillgänglighet", meeting), ("Vad", "Önskemål", "Antal"), totals)


def signing_sheet(meeting: Meeting) -> Sheet:
    """Return those who come with a place for their signature, and empty lines for others."""
    rows: list[list[Value]] = [[*named, ""] for named in named_outside(seated_rows(meeting))]
    empty: list[list[Value]] = [["", "", "", ""]] * EMPTY_LINES
    header = ("Organisation", "Namn", "Uppdrag", "Underskrift")
    return Sheet(title("Närvarolista", meeting), header, rows + empty)


@dataclass(frozen=True)
class ListKind:
    """A list that can be fetched: its name in the address, what it is called, what is in it, and how it is made."""

    name: str
    label: str
    about: str
    sheet: Callable[[Meeting], Sheet]


LISTS = {
    kind.name: kind
    for kind in (
        ListKind(
            "inbjudna",
            "Inbjudna och svar",
            "Alla på listan, med adress och svar. Bara för er.",
            invited_sheet,
        ),
        ListKind("vard", "Värdens lista", "De som har plats: organisation, namn och uppdrag.", host_sheet),
        ListKind(
            "mat",
            "Mat och tillgänglighet",
            "Hur många som kommer och vad de behöver, utan namn.",
            catering_sheet,
        ),
        ListKind(
            "narvaro",
            "Närvarolista",
            "De som har plats, med rad för underskrift och tomma rader.",
            signing_sheet,
        ),
    )
}
