"""The lists of a meeting and of a category as files: who is in them, who must not be, and that no text is a formula."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from dialog_portal.access.models import Role
from dialog_portal.base.formulas import inert, without_text_sign
from dialog_portal.base.spreadsheet import Sheet, csv_bytes, xlsx_bytes
from meetings.lists.sheets import EMPTY_LINES, LISTS, NAME_WITHHELD
from meetings.models import Answer, Channel, Invitee, Meeting, Need
from parties.imports.read_file import read_table
from tests import factories
from tests.meetings.acting import letter, signed_in
from tests.parties.imports.files import upload, verdicts

pytestmark = pytest.mark.django_db


PHONE = "telefon, noterat av personalen"


def says(invitee: Invitee, answer: str = Answer.YES, **values: Any) -> Invitee:
    invitee.replies.create(answer=answer, channel=Channel.PHONE, **values)
    return invitee


def come(meeting: Meeting, party: str, name: str, **values: Any) -> Invitee:
    return says(
        factories.invitee(factories.invitation(meeting, factories.party(name=party)), name=name, **values)
    )


def as_csv(client: Client, address: str) -> list[list[str]]:
    body = client.get(address).content.decode()
    assert body.startswith("\ufeff")
    return list(csv.reader(StringIO(body[1:]), delimiter=";"))


def fetched(client: Client, meeting: Meeting, name: str) -> list[list[str]]:
    """The rows of a list; as workbook and as text they are the same."""
    address = reverse("staff:invitation_list_file", args=[meeting.pk, f"{name}.csv"])
    rows = as_csv(client, address)
    answer = client.get(address.replace(".csv", ".xlsx"))
    book = load_workbook(BytesIO(answer.content))
    cells = [[str(cell if cell is not None else "") for cell in row] for row in book.active.values]  # type: ignore[union-attr]
    assert cells == rows
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    return rows[1:]


def test_the_list_of_invited_says_what_everybody_answered_in_swedish_order():
    client, _ = signed_in()
    meeting = factories.meeting()
    come(meeting, "Österåker", "Bo Lind", email="bo@o.example", title="chef")
    silent = factories.invitation(meeting, factories.party(name="Åmål"))
    letter(factories.invitee(silent, name="Öster Ek", email="o@a.example"))
    factories.invitee(silent, name="Örjan Ek", email="or@a.example")
    says(factories.invitee(silent, name="Åke Ek", email="ak@a.example"), Answer.NO, note="Ringde")
    assert fetched(client, meeting, "inbjudna") == [
        ["Åmål", "Åke Ek", "", "ak@a.example", "kommer inte", "2026-11-18 10:15", PHONE, "", "", "Ringde"],
        ["Åmål", "Örjan Ek", "", "or@a.example", "inte inbjuden än", "", "", "", "", ""],
        ["Åmål", "Öster Ek", "", "o@a.example", "har inte svarat", "", "", "", "", ""],
        ["Österåker", "Bo Lind", "chef", "bo@o.example", "kommer", "2026-11-18 10:15", PHONE, "", "", ""],
    ]  # fmt: skip


def test_who_waits_and_who_stands_in_for_whom_is_said():
    client, _ = signed_in()
    meeting = factories.meeting()
    party = factories.invitation(meeting, factories.party(name="Salem"), seats=1)
    chief = says(factories.invitee(party, name="Anna"), Answer.SUBSTITUTE)
    says(factories.invitee(party, name="Bo", substitute_for=chief))
    says(factories.invitee(party, name="Cia"))
    rows = fetched(client, meeting, "inbjudna")
    assert [(row[1], row[4], row[7], row[8]) for row in rows] == [
        ("Anna", "skickar ersättare", "", ""),
        ("Bo", "kommer", "", "Anna"),
        ("Cia", "kommer", "1", ""),
    ]
    assert [row[1] for row in fetched(client, meeting, "vard")] == ["Bo"]


@pytest.mark.parametrize("name", ["vard", "narvaro"])
def test_lists_for_others_name_nobody_protected_and_hold_no_addresses(name: str):
    client, _ = signed_in()
    meeting = factories.meeting()
    hidden = factories.person(name="Hemliga Hanna", email="hanna@salem.example", protected=True)
    come(meeting, "Salem", "Hemliga Hanna", email=hidden.email, person=hidden, title="chef")
    come(
        meeting, "Tyresö", "hemliga hanna", email="annan@tyreso.example"
    )  # a substitute has no link to the register
    come(meeting, "Vallentuna", "H. Berg", email="gammal@salem.example", person=hidden)  # as before a change
    come(meeting, "Värmdö", "Bo Lind", title="chef")
    factories.invitee(factories.invitation(meeting), name="Tyst")
    rows = fetched(client, meeting, name)
    assert [row[:3] for row in rows if row[0]] == [
        ["Salem", NAME_WITHHELD, ""],
        ["Tyresö", NAME_WITHHELD, ""],
        ["Vallentuna", NAME_WITHHELD, ""],
        ["Värmdö", "Bo Lind", "chef"],
    ]
    assert "@" not in str(rows)
    assert len(rows) == 4 + (EMPTY_LINES if name == "narvaro" else 0)


def test_the_kitchen_gets_totals_of_those_who_come_and_no_names():
    client, _ = signed_in()
    meeting = factories.meeting(serves_meal=True)
    for name, food in (("Anna Ek", "Vegetariskt"), ("Bo Lind", "vegetariskt "), ("Cia Ö", "=Nötter")):
        Need.objects.create(
            invitee=come(meeting, f"Part {name}", name), food=food, access="Hörslinga" * (name == "Cia Ö")
        )
    absent = says(factories.invitee(factories.invitation(meeting), name="Dan"), Answer.NO)
    Need.objects.create(invitee=absent, food="Glutenfritt")
    address = reverse("staff:invitation_list_file", args=[meeting.pk, "mat.csv"])
    assert as_csv(client, address)[1:] == [
        ["Kommer", "", "3"],
        ["Mat", "Vegetariskt", "2"],
        ["Mat", "'=Nötter", "1"],
        ["Tillgänglighet", "Hörslinga", "1"],
    ]


FORMULAS = ["=1+1", "+46 8 123", "-1", "@SUM(A1)", "\t=1", "＝1+1", "＠x", '=HYPERLINK("https://x.example")']


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula_and_none_is_lost(text: str):
    sheet = Sheet("Prov [1]", ("Vad",), [[text]])
    cell = load_workbook(BytesIO(xlsx_bytes(sheet))).worksheets[0]["A2"]
    assert (cell.value, cell.data_type, bool(cell.quotePrefix)) == (text, "s", True)
    written = csv_bytes(sheet)
    assert inert(text) == "'" + text
    assert ("'" + text).replace('"', '""') in written.decode()
    if not text.startswith("\t"):
        assert without_text_sign(read_table(BytesIO(written), len(written)).rows[1][0]) == text


def test_a_categorys_addresses_are_those_that_get_its_invitations_and_can_be_read_in_again():
    client, _ = signed_in()
    kind, other = factories.category(name="Kommuner"), factories.category()
    for name, category, values in (
        ("Österåker", kind, {}),
        ("Åmål", kind, {}),
        ("Nacka", other, {}),
        ("Salem", kind, {"receives_invitations": False}),
    ):
        party = factories.party(name=name)
        factories.membership(party, category)
        factories.mandate(party, factories.person(name=f"Chef {name}", phone="+46 8 1"), **values)
    address = reverse("staff:category_addresses", args=[kind.pk, "adresser.csv"])
    rows = as_csv(client, address)
    assert [row[:3] for row in rows[1:]] == [
        ["Åmål", "Chef Åmål", "kulturchef"],
        ["Österåker", "Chef Österåker", "kulturchef"],
    ]
    assert rows[1][4] == "'+46 8 1"
    again = upload(client, client.get(address).content, "adresser.csv")
    assert verdicts(again) == [("same", []), ("same", [])]


def test_the_page_leads_to_every_list_and_a_reader_does_not_see_it():
    client, _ = signed_in()
    meeting = factories.meeting()
    factories.invitee(factories.invitation(meeting))
    page = client.get(reverse("staff:invitation_lists", args=[meeting.pk])).content.decode()
    files = [f"{name}.{kind}" for name in LISTS for kind in ("xlsx", "csv")]
    assert [file for file in files if f"listor/{file}" not in page] == []
    invitations = reverse("staff:invitations", args=[meeting.pk])
    assert "/listor/" in client.get(invitations).content.decode()
    reader, _ = signed_in(Role.READER)
    assert "/listor/" not in reader.get(invitations).content.decode()
    for wrong in ("inbjudna.pdf", "alla.csv", "inbjudna"):
        assert client.get(reverse("staff:invitation_list_file", args=[meeting.pk, wrong])).status_code == 404


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_for_three_people_and_sixty(name: str):
    meeting = factories.meeting()

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            LISTS[name].sheet(Meeting.objects.get(pk=meeting.pk))
        return len(seen)

    costs = []
    for people in (3, 57):
        for _ in range(people):
            says(factories.invitee(factories.invitation(meeting)))
        costs.append(cost())
    assert costs[0] == costs[1]
