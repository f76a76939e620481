"""One door for what people type: text, addresses and days are cleaned before anything compares or stores them."""

from __future__ import annotations

import unicodedata
from datetime import date
from email.header import Header
from importlib import import_module
from typing import Any

import pytest
from django import forms
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse

from dialog_portal.base.swedish import (
    compare_swedish,
    contains_text,
    swedish,
    swedish_sort_key,
    text_contains,
)
from dialog_portal.base.typed_fields import DayField
from dialog_portal.base.typed_text import (
    LATEST_DAY,
    MAX_COMPOSED_LINE,
    clean_address,
    clean_line,
    clean_paragraphs,
)
from dialog_portal.outbox.address_field import Address
from dialog_portal.outbox.inbox.incoming_letter import Mail
from meetings.models import Invitee, Meeting
from meetings.replies.forms.guest import SomebodyElse
from parties.models import Category, Mandate, Party, Person
from tests import factories
from tests.meetings.acting import signed_in, typed


def nfd(text: str) -> str:
    """The text as Macintosh programs write it: letters and their accents apart."""
    return unicodedata.normalize("NFD", text)


# --- Text ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        (nfd("Åsa Öhrn"), "Åsa Öhrn"),
        ("Anna\u200e Ek", "Anna Ek"),
        ("\ufeffAnna\u00a0 \u2009Ek\u3000", "Anna Ek"),
        ("sam\u00adarbete c\u200dd é\ufe0f", "samarbete cd é"),
        ("KN\u00a02019/123", "KN 2019/123"),
        ("Gárdi Ŋillá ז׳בוטינסקי 😀", "Gárdi Ŋillá ז׳בוטינסקי 😀"),
        ("Anna\r\nBcc: x", "Anna\r\nBcc: x"),
    ],
)
def test_a_line_is_composed_and_loses_what_is_not_seen(written: str, stored: str):
    assert clean_line(written) == clean_line(stored) == stored


def test_paragraphs_keep_their_lines():
    assert (
        clean_paragraphs("\n\r\nEtt\u200b \r\n\r\n  två\u00a0tre\u2028fyra\t\n\n") == "Ett\n\n  två tre\nfyra"
    )


def test_a_line_that_no_field_takes_is_not_composed():
    """Composing a million accents would take minutes."""
    endless = "e" + "\u0301\u0323" * MAX_COMPOSED_LINE
    assert clean_line(endless) == endless


@pytest.mark.django_db
@pytest.mark.parametrize("save", ["create", "update", "bulk"])
def test_a_row_is_cleaned_whoever_writes_it(save: str):
    party = factories.party(name="Ny")
    dirty = nfd("Nynäshamn") + "\u200b "
    if save == "create":
        party = factories.party(name=dirty)
        assert party.name == "Nynäshamn"
    elif save == "update":
        Party.objects.update(name=dirty)
    else:
        party.name = dirty
        Party.objects.bulk_update([party], ["name"])
    assert Party.objects.get(pk=party.pk).name == "Nynäshamn"
    assert Party.objects.filter(name=dirty).count() == 1


@pytest.mark.django_db
def test_what_a_letter_brings_is_cleaned_as_what_is_typed():
    subject = Header(f"{nfd('Åker')}\u200b bort", "utf-8").encode()
    mail = Mail(f"From: Ek <Anna.Ek@Kommun.example.>\r\nSubject: {subject}\r\n\r\nHej".encode())
    assert (mail.sender, mail.header("Subject")) == ("anna.ek@kommun.example", "Åker bort")


# --- Addresses -------------------------------------------------------------------------------------------------------

PLAIN = "anna.ek@kommun.example"
ADDRESSES = [
    "Ek, Anna <anna.ek@kommun.example>;",
    "anna.ek@kommun.example;",
    "<anna.ek@kommun.example>",
    "mailto:anna.ek@kommun.example",
    "anna.ek@kommun.example.",
    "anna.ek@kommun.example\u200b",
    "MAILTO:Anna.Ek@kommun.example?subject=Hej",
    "'anna.ek@kommun.example'",
    "Anna Ek <mailto:anna.ek@kommun.example>",
    "\u00a0anna.ek@kommun.example,",
]


@pytest.mark.parametrize("written", ADDRESSES)
def test_an_address_comes_out_of_what_stands_around_it(written: str):
    assert clean_address(written) == Address().clean(written) == PLAIN


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("anna@kommun.example; bo@kommun.example", "Skriv bara en adress."),
        ("Ek <anna@kommun.example>, Lind <bo@kommun.example>", "Skriv bara en adress."),
        ("anna ek@kommun.example", None),
        ("Ek, Anna", None),
        ("<>", None),
    ],
)
def test_what_is_no_single_address_is_refused(written: str, sentence: str | None):
    with pytest.raises(forms.ValidationError) as refusal:
        Address().clean(written)
    assert sentence in (None, *refusal.value.messages)


@pytest.mark.django_db
def test_outlooks_address_is_taken_where_it_is_typed_and_found_when_it_is_there_already():
    client, _ = signed_in()
    party = factories.party()
    post = {"holder-name": "Anna Ek", "title": "kulturchef", "from_date": "2019-01-31"}
    for written, name in ((ADDRESSES[0], "Anna Ek"), (ADDRESSES[3], "Annan Ek")):
        client.post(
            reverse("staff:mandate_add", args=[party.pk]),
            {**post, "holder-email": written, "holder-name": name},
        )
    assert [(row.name, row.email) for row in Person.objects.all()] == [("Anna Ek", PLAIN)]
    guest = {"organisation": "Folkets hus", "name": "Eva Lind", "email": "Lind, Eva <Eva@folkets.example>;"}
    client.post(reverse("staff:guest_add", args=[factories.meeting().pk]), guest)
    assert Invitee.objects.get().email == "eva@folkets.example"


@pytest.mark.django_db
def test_staff_sign_in_with_an_address_out_of_outlook(client: Any):
    user = factories.user()
    answer = client.post(
        reverse("account_login"), {"login": f"Ek <{user.email}>;", "password": factories.PASSWORD}
    )
    assert (answer.status_code, answer.wsgi_request.user) == (302, user)


def test_a_guests_name_loses_what_is_not_seen_instead_of_being_refused():
    typed = {"name": f"{nfd('Åsa')}\u200b Berg", "email": ADDRESSES[0]}
    form = SomebodyElse(typed, domains=[], only_these=False)
    assert form.is_valid()
    assert form.cleaned_data == {"name": "Åsa Berg", "email": PLAIN}


# --- Days ------------------------------------------------------------------------------------------------------------

YEAR = "Kontrollera årtalet. Dagen ska ligga mellan 2000 och 2100."
YEAR_OF_OLD = "Kontrollera årtalet. Dagen ska ligga mellan 1950 och 2100."


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"day": "0026-05-12"}, {"day": [YEAR]}),
        ({"day": "0001-01-03", "reply_on": ""}, {"day": [YEAR]}),
        ({"day": "9999-12-31"}, {"day": [YEAR]}),
        ({"day": "2026-12-10", "reply_on": "0026-12-01"}, {"reply_on": [YEAR]}),
        (
            {"day": "2027-03-10", "reply_on": "2025-03-01"},
            {"reply_on": ["Svarstiden går ut mer än ett år före mötet. Kontrollera årtalet."]},
        ),
    ],
)
def test_a_meeting_on_a_day_that_cannot_be_is_explained(values: dict[str, str], wrong: dict[str, list[str]]):
    round_ = factories.round_(year=2027)
    answer = signed_in()[0].post(reverse("staff:meeting_add", args=[2027]), typed(**values))
    assert {name: list(found) for name, found in answer.context["form"].errors.items()} == wrong
    assert round_.meetings.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("day", ["0026-01-01", "9999-12-31"])
def test_a_mandate_from_or_until_a_day_that_cannot_be_is_explained(day: str):
    client, _ = signed_in()
    mandate = factories.mandate(factories.party())
    added = client.post(
        reverse("staff:mandate_add", args=[mandate.party_id]), {"title": "kulturchef", "from_date": day}
    )
    who = {"holder-name": "Bo Lind", "holder-email": "bo@example.org", "next-title": "kulturchef"}
    ended = client.post(
        reverse("staff:mandate_end", args=[mandate.pk]),
        {"to_date": day, "seen_version": 1, "next-from_date": "", **who},
    )
    assert list(added.context["form"].errors["from_date"]) == [YEAR_OF_OLD]
    assert list(ended.context["form"].errors["to_date"]) == [YEAR_OF_OLD]
    assert Mandate.objects.get().to_date is None


@pytest.mark.django_db
def test_the_last_day_to_answer_is_never_past_unless_somebody_chose_it():
    factories.round_(year=2026)
    client, _ = signed_in()
    client.post(reverse("staff:meeting_add", args=[2026]), typed(day="2026-11-20"))  # in two days
    chosen = client.post(
        reverse("staff:meeting_add", args=[2026]),
        typed(title="Nästa", day="2026-12-20", reply_on="2026-11-02"),
        follow=True,
    )
    soon, late = Meeting.objects.order_by("starts_at")
    assert [f"{row.reply_by:%Y-%m-%d}" for row in (soon, late)] == ["2026-11-18", "2026-11-02"]
    assert "Svarstiden har redan gått ut." in chosen.content.decode()


def test_the_browser_knows_the_days_that_can_be_typed():
    class Any(forms.Form):
        day = DayField(earliest=date(2000, 1, 1))

    assert 'min="2000-01-01" max="2100-12-31"' in str(Any()["day"])
    assert date(2100, 12, 31) == LATEST_DAY


# --- Order and search ------------------------------------------------------------------------------------------------

IN_ORDER = [
    "Anna Ek", "Anna-Bo Ek", "Anna, Bo", "anna.b", "Anna's", "Anna (vik.)", "Anna & Bo", "1 maj", "2 a", "Abel",
    "Andre", "André", "andrea", "Çelik", "Đoarvi", "Eva", "Gösta", "Łukasz", "Müller", "Mö", "Ŋillá", "Upplands Väsby",
    "Upplands-Bro", "Vera", "Werner", "Ydre", "Übel", "Zita", "Åsa", nfd("Åsb"), "Äsb", "Ærlig", "Öhrn", "Østen",
]  # fmt: skip


@pytest.mark.django_db
def test_names_stand_in_one_order_in_the_register_and_wherever_a_program_sorts():
    for name in reversed(IN_ORDER):
        factories.person(name=name)
    listed = list(Person.objects.order_by(swedish("name")).values_list("name", flat=True))
    assert listed == sorted(listed, key=swedish_sort_key)


def test_the_order_is_a_swedish_index():
    last = ["Ydre", "Übel", "Zita", "Åsa", "Äsb", "Ärlig", "Öhrn"]
    assert sorted(last, key=swedish_sort_key) == [
        "Übel", "Ydre", "Zita", "Åsa", "Ärlig", "Äsb", "Öhrn"
    ]  # fmt: skip
    assert compare_swedish(nfd("Åsa"), "Åsa") == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("öhrn", True), (nfd("ÖHRN"), True), ("ohrn", True), ("eric", True), ("ÉRIC", True), ("gardi", True),
        ("öhr\u200bn", True), ("asa öhrn", True), ("ähr", False), ("erök", False), ("doarvi", True),
    ],
)  # fmt: skip
def test_a_search_folds_accents_and_finds_letters_however_they_are_composed(word: str, found: bool):
    name = "Åsa Öhrn Éric Gárdi Đoarvi"
    person = factories.person(name="X")
    with connection.cursor() as cursor:  # as a row from before names were composed
        cursor.execute("UPDATE parties_person SET name = %s WHERE id = %s", [nfd(name), person.pk])
    assert [Person.objects.matching(word).exists(), all(text_contains(name, w) for w in word.split())] == [
        found
    ] * 2
    assert Person.objects.filter(contains_text(word, "name")).exists() is (found and " " not in word)


@pytest.mark.django_db
def test_o_does_not_come_back_for_somebody_who_typed_an_umlaut():
    factories.person(name="Olle Ohrn")
    assert Person.objects.matching("öhrn").count() == 0


# --- Duplicates ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("written", [nfd("nynäshamn"), "Nynäs\u200bhamn", " NYNÄSHAMN\u00a0"])
def test_a_name_that_only_looks_different_is_taken(written: str):
    client, _ = signed_in()
    factories.party(name="Nynäshamn")
    factories.category(name="Nynäshamn")
    party = {"name": written, "in_county": "on"}
    answer = client.post(reverse("staff:party_add"), party)
    assert list(answer.context["form"].errors) == ["name"]
    kind = {"name": written, "seats": 3, "position": 1, "from_year": 2020, "cadences-TOTAL_FORMS": 0}
    answer = client.post(reverse("staff:category_add"), {**kind, "cadences-INITIAL_FORMS": 0})
    assert list(answer.context["form"].errors) == ["name"]
    assert (Party.objects.count(), Category.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_an_upgrade_composes_the_names_of_the_register_and_takes_nobodys():
    """Rows of 1.0.0, put there past the columns that clean them."""
    rows = {factories.party(name="a").pk: nfd("Österåker"), factories.party(name="b").pk: nfd("Åmål")}
    factories.party(name="Åmål")
    with connection.cursor() as cursor:
        for pk, name in rows.items():
            cursor.execute("UPDATE parties_party SET name = %s WHERE id = %s", [name, pk])
    compose_names = import_module("parties.migrations.0004_names_are_composed").compose_names
    compose_names(MigrationExecutor(connection).loader.project_state().apps, None)
    names = list(Party.objects.order_by("pk").values_list("name", flat=True))
    assert names == ["Österåker", nfd("Åmål"), "Åmål"]
