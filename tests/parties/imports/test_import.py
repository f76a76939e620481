"""Contacts and parties from a file: shown row by row before anything is written, carried out, and undone as a whole."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db.models import CASCADE
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dialog_portal.base.audit import Event
from parties.actions.parties import add_membership
from parties.imports import actions
from parties.imports.undo import USES_OF_PARTY
from parties.imports.write import MODELS
from parties.models import (
    ImportedRow,
    ImportState,
    Mandate,
    Membership,
    Municipality,
    Party,
    Person,
    RegisterImport,
)
from tests import factories
from tests.access.test_unsaved_text import browser_of
from tests.meetings.acting import signed_in
from tests.parties.imports.files import ANNA, HEADINGS, apply, lines, upload, verdicts, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return signed_in()[0]


def salem() -> Party:
    return factories.municipality("Salem", "0128")


def register() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Party, Person, Mandate, Membership))


def test_a_file_is_shown_row_by_row_and_nothing_is_written_before_the_press(client: Client):
    party, kind = salem(), factories.category(name="Kommuner")
    bo = factories.person(name="Bo Lind", email="bo@salem.example", phone="08-1")
    factories.mandate(party, bo, title="fritidschef")
    before = register()
    answer = upload(
        client,
        workbook(
            [*HEADINGS, "Kategori"],
            [*ANNA, "kommuner"],
            ["SALEM", "Bo Lind", "Fritidschef", "bo@salem.example", "08-2", ""],
            ["Salem", "Bo Lind", "fritidschef", "bo@salem.example", "", "Kommuner"],
            ["Nykvarn", "", "", "", "", ""],
            ["Salem", "Cia", "chef", "cia@", "", ""],
        ),
    )
    today = "18 november 2026"
    assert verdicts(answer) == [
        ("new", ["Hör till Kommuner från 2026.", f"Ny person, {ANNA[3]}.", f"Nytt uppdrag: kulturchef från {today}."]),
        ("changed", ["Telefon: 08-1 blir 08-2."]),
        ("same", []),
        ("new", ["Ny part."]),
        ("error", ["E-postadress: Skriv en fullständig e-postadress, som namn@example.org."]),
    ]  # fmt: skip
    page = answer.content.decode()
    said = "5 rader: 2 ger något nytt, 1 ändrar något, 1 finns redan, 1 har fel."
    assert said in " ".join(page.split())
    assert register() == before
    done = apply(client, answer)
    assert register() == (2, 2, 2, 1)
    bo.refresh_from_db()
    assert (bo.phone, party.memberships.get().category) == ("08-2", kind)
    assert "2 rader gav något nytt" in " ".join(done.content.decode().split())
    assert RegisterImport.objects.get().rows is None


def test_an_import_is_undone_as_a_whole(client: Client):
    party = factories.party(name="Salem", full_name="Salem")
    mandate = factories.mandate(party, factories.person(name="Bo", email="bo@salem.example"), title="chef")
    factories.category(name="Kommuner")
    mandate.refresh_from_db()
    was = [Party.objects.get(pk=party.pk).full_name, str(mandate.person), mandate.title, mandate.from_date]
    before = register()
    answer = upload(
        client,
        workbook(
            [*HEADINGS, "Kategori", "Egen skrivning", "Från"],
            [*ANNA, "Kommuner", "Salems kommun", "2020-01-01"],
            ["Salem", "Bo Lind", "fritidschef", "bo@salem.example", "", "", "", date(2019, 5, 1)],
            ["Ny part", "Cia Ek", "chef", "cia@ny.example", "", "", "", ""],
        ),
    )
    apply(client, answer)
    changed = Mandate.objects.get(pk=mandate.pk)
    assert [str(changed.party.full_name), str(changed.person), changed.title, changed.from_date] == [
        "Salems kommun", "Bo Lind", "fritidschef", date(2019, 5, 1)
    ]  # fmt: skip
    undo = reverse("staff:import_undo", args=[RegisterImport.objects.get().pk])
    page = client.post(undo, follow=True).content.decode()
    assert "Importen är ångrad." in page
    back = Mandate.objects.get(pk=mandate.pk)
    assert [back.party.full_name, str(back.person), back.title, back.from_date] == was
    assert (register(), ImportedRow.objects.count()) == (before, 0)
    assert "redan ångrad" in client.post(undo, follow=True).content.decode()


@pytest.mark.parametrize("use", ["changed", "invited", "mandate", "member", "group"])
def test_what_has_been_used_since_keeps_the_whole_import(client: Client, use: str):
    apply(client, upload(client, workbook(HEADINGS, ANNA, ["Bro", "Bo", "chef", "bo@bro.example", ""])))
    anna = Person.objects.get(name="Anna Ek")
    name = "Anna Ek"
    if use == "changed":
        Person.objects.filter(pk=anna.pk).update(version=2)
    elif use == "invited":
        factories.invitee(factories.invitation(factories.meeting()), person=anna)
    elif use == "mandate":
        factories.mandate(factories.party(), anna)
    elif use == "member":
        name = "Salem"
        membership = Membership(
            party=Party.objects.get(name=name), category=factories.category(), from_year=2018
        )
        add_membership(membership, by=factories.user())
    else:
        name = "Salem"
        factories.meeting().round.groups.create(name="Södra").parties.add(Party.objects.get(name="Salem"))
    before = register()
    undo = reverse("staff:import_undo", args=[RegisterImport.objects.get().pk])
    page = client.post(undo, follow=True).content.decode()
    assert f"har ändrats eller använts sedan dess: {name}" in page
    assert (register(), RegisterImport.objects.get().state) == (before, ImportState.IMPORTED)


def test_nothing_that_an_import_did_not_add_is_deleted_with_what_it_added():
    """Every relation by which the database would delete more is a use that keeps the party, or part of the party."""
    silent = {
        f"{model.__name__}.{relation.name}"
        for model in MODELS.values()
        for relation in model._meta.related_objects
        if getattr(relation, "on_delete", CASCADE) in (CASCADE, None)
    }
    assert silent == {"Party.municipality", *(f"Party.{use}" for use in USES_OF_PARTY)}


def test_columns_with_other_headings_are_chosen_by_hand(client: Client):
    salem()
    rows = (["A", "B", "C", "D"], ["Salem", "Anna Ek", "anna.ek@salem.example", "chef"])
    answer = upload(client, lines(*rows), "lista.csv")
    form = answer.context["form"]
    assert answer.redirect_chain[-1][0].endswith("/kolumner/")
    assert form["column-2"].help_text == "Till exempel: anna.ek@salem.example"
    place = reverse("staff:import_columns", args=[RegisterImport.objects.get().pk])
    chosen = {"column-0": "PARTY", "column-1": "NAME", "column-2": "-", "column-3": "-", "has_header": "on"}
    wrong = client.post(place, chosen)
    assert "Välj vilken kolumn som har e-postadressen." in wrong.content.decode()
    twice = client.post(place, {**chosen, "column-2": "NAME"})
    assert "Två kolumner är valda som namn." in twice.content.decode()
    right = {**chosen, "column-2": "EMAIL", "column-3": "TITLE"}
    assert [verdict for verdict, _ in verdicts(client.post(place, right, follow=True))] == ["new"]
    headless = client.post(place, {**right, "has_header": ""}, follow=True)
    assert [verdict for verdict, _ in verdicts(headless)] == ["error", "new"]


def test_a_title_above_the_headings_is_left_out(client: Client):
    salem()
    answer = upload(client, workbook(["Kontakter 2026"], [], HEADINGS, ANNA))
    assert [(row.number, row.verdict) for row in answer.context["page_obj"]] == [(4, "new")]


def test_rows_know_those_above_them(client: Client):
    salem()
    answer = upload(
        client,
        workbook(
            HEADINGS,
            ANNA,
            ["Salem", "Anna Ek", "fritidschef", "Ek, Anna <Anna.Ek@salem.example>;", ""],
            ANNA,
            ["Nytt", "Anna Ek", "ordförande", "anna.ek@salem.example", ""],
            ["nytt ", "Bo", "ledamot", "bo@nytt.example", ""],
            ["Salem", "Anna Berg", "kulturchef", "anna.ek@salem.example", ""],
        ),
    )
    assert [verdict for verdict, _ in verdicts(answer)] == ["new", "new", "same", "new", "new", "error"]
    assert verdicts(answer)[5][1] == ["Rad 5 säger något annat om Anna Ek, anna.ek@salem.example."]
    apply(client, answer)
    assert (Party.objects.count(), Person.objects.count(), Mandate.objects.count()) == (2, 2, 4)


def test_a_post_gets_a_new_title_only_when_no_row_names_it(client: Client):
    party = salem()
    held = factories.mandate(
        party, factories.person(name="Anna Ek", email=ANNA[3], phone=ANNA[4]), title="kulturchef"
    )
    renamed = upload(client, workbook(HEADINGS, [*ANNA[:2], "förvaltningschef", *ANNA[3:]]))
    both = upload(client, workbook(HEADINGS, [*ANNA[:2], "förvaltningschef", *ANNA[3:]], ANNA))
    assert verdicts(renamed) == [("changed", ["Uppdrag: kulturchef blir förvaltningschef."])]
    assert [verdict for verdict, _ in verdicts(both)] == ["new", "same"]
    apply(client, both)
    assert set(party.mandates.values_list("title", flat=True)) == {"kulturchef", "förvaltningschef"}
    held.refresh_from_db()
    assert held.title == "kulturchef"


def test_what_cannot_be_carried_out_is_an_error_with_its_reason(client: Client):
    party = salem()
    factories.mandate(party, factories.person(name="Eva Ek", email="eva@old.example"))
    gone = factories.party(name="Gamla", ended=timezone.localdate() - timedelta(days=1))
    heads = [*HEADINGS, "Kod", "Kategori", "Från", "Till", "Tf"]
    empty, anna = [""] * 5, ["Salem", "Anna", "chef", "a@x.example", ""]
    rows = [
        (["", "Anna", "chef", "a@x.example", "", *empty], "Raden har ingen part."),
        (["Salem", "Anna", "chef", "", "", *empty], "E-postadressen saknas. Portalen skiljer personer åt på den."),
        (["Salem", "", "chef", "a@x.example", "", *empty], "Namnet saknas."),
        (["Salem", "Anna", "", "a@x.example", "", *empty], "Uppdraget saknas, och Anna har inget uppdrag i Salem."),
        (["Salem", "Eva Ek", "chef", "eva@new.example", "", *empty], "Eva Ek finns redan i Salem med adressen"),
        ([gone.name, "Anna", "chef", "a@x.example", "", *empty], "Gamla har upphört."),
        (["Salem", "", "", "", "", "0114", "", "", "", ""], "Kommunkoden för Salem är 0128 i registret, 0114 i filen."),
        (["Ny", "", "", "", "", "0128", "", "", "", ""], "Kommunkoden 0128 hör till Salem."),
        (["Ny", "", "", "", "", "12", "", "", "", ""], "Kommunkod: Kommunkoden är fyra siffror"),
        (["Salem", "", "", "", "", "", "Kommunner", "", "", ""], "Kategorin Kommunner finns inte i registret."),
        ([*anna, "", "", "0026-01-01", "", ""], "Uppdraget från: Kontrollera årtalet."),
        ([*anna, "", "", "31/1 2019", "", ""], "Uppdraget från: Skriv ett datum som finns"),
        ([*anna, "", "", "2020-01-01", "2019-01-01", ""], "Slutet kan inte komma före början."),
        ([*anna, "", "", "", "", "kanske"], "Tillförordnad: Skriv ja eller nej."),
        (["=1+1", "", "", "", "", *empty], "Part: Texten får inte börja med ="),
        (["Salem", "A" * 121, "chef", "a@x.example", "", *empty], "Namn: Texten får ha högst 120 tecken."),
    ]  # fmt: skip
    answer = upload(client, lines(heads, *(row for row, _ in rows)), "fel.csv")
    found = verdicts(answer)
    assert [verdict for verdict, _ in found] == ["error"] * len(rows)
    assert [why for (_, why), (_, said) in zip(found, rows, strict=True) if not why[0].startswith(said)] == []
    refused = apply(client, answer)
    assert "Filen innehåller inget nytt att importera." in refused.content.decode()
    assert RegisterImport.objects.get().state == ImportState.UPLOADED


def test_codes_come_back_from_a_spreadsheet_with_their_zero(client: Client):
    answer = upload(client, lines(["Kommun", "Kommunkod"], ["Salem", "128"], ["Nacka", "182,0"]), "k.csv")
    apply(client, answer)
    assert set(Municipality.objects.values_list("code", flat=True)) == {"0128", "0182"}


def test_a_party_that_looks_like_another_is_pointed_out(client: Client):
    factories.party(name="Nynäshamn")
    factories.party(name="Scen & Film").former_names.create(name="Teaterförbundet", until="2021-01-01")
    answer = upload(client, workbook(["Part"], ["Nynashamn"], ["TEATERFÖRBUNDET"]))
    assert verdicts(answer) == [
        ("new", ["Ny part.", "Liknar Nynäshamn, som finns i registret. Är det samma: rätta namnet i filen."]),
        ("same", ["TEATERFÖRBUNDET heter Scen & Film i registret."]),
    ]


def test_names_written_apart_are_the_same_name(client: Client):
    factories.party(name="Nynäshamn")
    rows = ["Nynäshamn", "Åsa Öhrn", "chef", "asa@n.example", ""]
    data = unicodedata.normalize("NFD", "\r\n".join(";".join(row) for row in (HEADINGS, rows))).encode()
    apply(client, upload(client, data, "mac.csv"))
    assert (Party.objects.count(), Person.objects.get().name) == (1, "Åsa Öhrn")


def test_the_same_file_twice_leads_to_the_first_or_says_that_all_is_there(client: Client):
    salem()
    data = workbook(HEADINGS, ANNA)
    first, second = upload(client, data), upload(client, data)
    assert first.context["import"] == second.context["import"]
    assert "Filen är redan uppladdad." in second.content.decode()
    apply(client, second)
    third = upload(client, data)
    page = " ".join(third.content.decode().split())
    assert "Samma fil har redan importerats av" in page
    assert "Det finns inget att importera: allt som går att läsa finns redan i registret." in page
    assert [verdict for verdict, _ in verdicts(third)] == ["same"]


def test_a_register_that_changed_meanwhile_is_shown_before_anything_is_written(client: Client):
    party = salem()
    answer = upload(client, workbook(HEADINGS, ANNA))
    factories.mandate(party, factories.person(name="Anna E", email=ANNA[3]), title="kulturchef")
    before = register()
    refused = apply(client, answer)
    assert "Registret har ändrats sedan du såg listan." in refused.content.decode()
    assert (register(), verdicts(refused)[0][0]) == (before, "changed")
    done = apply(client, refused)
    again = client.post(reverse("staff:import_apply", args=[done.context["import"].pk]), follow=True)
    assert "Filen är redan importerad eller kastad." in again.content.decode()


def test_what_a_rival_saves_at_the_same_moment_becomes_a_sentence_and_nothing_is_half_done(
    client: Client, monkeypatch: pytest.MonkeyPatch
):
    answer = upload(client, workbook(HEADINGS, ANNA))
    write = actions.write

    def after_a_rival(*args: Any, **values: Any) -> None:
        factories.person(email=ANNA[3])
        write(*args, **values)

    monkeypatch.setattr(actions, "write", after_a_rival)
    assert "Registret har ändrats sedan du såg listan." in apply(client, answer).content.decode()
    assert (Party.objects.count(), RegisterImport.objects.get().state) == (0, ImportState.UPLOADED)


def test_a_file_can_be_discarded_and_is_then_gone(client: Client):
    stored = upload(client, workbook(HEADINGS, ANNA)).context["import"]
    client.post(reverse("staff:import_discard", args=[stored.pk]))
    page = client.get(reverse("staff:import_detail", args=[stored.pk])).content.decode()
    assert "Filen är kastad." in page
    assert RegisterImport.objects.get().rows is None
    columns = client.get(reverse("staff:import_columns", args=[stored.pk]))
    assert columns["Location"].endswith(f"/import/{stored.pk}/")


def test_uploads_and_what_was_there_before_are_forgotten_in_time(client: Client, pinned_clock: Any):
    done = apply(client, upload(client, workbook(HEADINGS, ANNA))).context["import"]
    upload(client, workbook(HEADINGS, ["Bro", "Bo", "chef", "bo@bro.example", ""]))
    assert actions.forget_imports() == 0
    pinned_clock.shift(timedelta(days=31))
    assert actions.forget_imports() == 2
    assert set(RegisterImport.objects.values_list("rows", "state")) == {
        (None, "imported"),
        (None, "discarded"),
    }
    client, _ = signed_in()
    page = client.post(reverse("staff:import_undo", args=[done.pk]), follow=True).content.decode()
    assert "äldre än 30 dagar" in page


def test_uploaded_people_are_encrypted_and_the_log_has_no_names(client: Client):
    stored = upload(client, workbook(HEADINGS, ANNA)).context["import"]
    assert b"anna" not in bytes(RegisterImport.objects.get(pk=stored.pk).rows or b"anna").lower()
    apply(client, upload(client, workbook(HEADINGS, ANNA)))
    assert not any("Anna" in str(event.detail) for event in Event.objects.all())
    assert [event.what for event in Event.objects.order_by("pk")] == [
        "part: la till", "person: la till", "uppdrag: la till", "import: läste in"
    ]  # fmt: skip


def test_columns_that_are_given_back_after_signing_in_are_not_chosen_by_that(client: Client):
    salem()
    upload(client, lines(["A", "B", "C"], ["Salem", "Anna Ek", "anna.ek@salem.example"]), "lista.csv")
    stored = RegisterImport.objects.get()
    place = reverse("staff:import_columns", args=[stored.pk])
    browser = browser_of(stored.by)
    asked = browser.post(
        place, {"column-0": "PARTY", "column-1": "NAME", "column-2": "EMAIL", "has_header": "on"}
    )
    browser.force_login(stored.by, backend="django.contrib.auth.backends.ModelBackend")
    page = browser.get(parse_qs(urlsplit(asked["Location"]).query)["next"][0])
    assert (page.status_code, page.context["form"].is_bound) == (200, True)
    assert RegisterImport.objects.get().columns == stored.columns
