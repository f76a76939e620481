"""What the law asks of the statement of accessibility and of the words about personal data."""

from __future__ import annotations

import html
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from minutes.models import PublicText, TextKind
from minutes.public_texts import actions
from minutes.publishing.bake import render_page
from minutes.publishing.standard_texts import STANDARD
from tests.meetings.acting import signed_in
from tests.minutes.public_texts.texts import publish, write
from tests.pages import without_breaks

pytestmark = [pytest.mark.once, pytest.mark.django_db]

# What the supervisor asks for, and words of the standard statement that answer it
ASKED_OF_THE_STATEMENT = {
    "the public actor": "Region Stockholm, kulturförvaltningen",
    "the digital service": "Dialogportalen, med webbplatsen om dialogmöten",
    "compliance in the fixed words": "<strong>delvis förenlig</strong>",
    "the standard": "EN 301 549 version 3.2.1",
    "what is not accessible": "skärmläsarna NVDA, JAWS, VoiceOver och TalkBack",
    "its reason": "Skäl: Sidorna är ännu inte prövade av människor",
    "since when, until when": "Känd sedan 22 november 2026. Ska vara åtgärdad 30 juni 2027.",
    "date of the assessment": '<dt>Bedömd</dt> <dd><time datetime="2026-11-22">22 november 2026</time>',
    "date of the update": '<dt>Senast uppdaterad</dt> <dd><time datetime="2026-11-22">22 november 2026</time>',
    "the method": "självskattning",
    "where to report": 'href="/tillganglighet/rapportera/"',
    "who answers, how soon": "svarar inom 14 dagar",
    "in another format": "Du kan få innehållet i en annan form",
    "the supervisor": "Myndigheten för digital förvaltning (Digg) har tillsyn",
    "the complaint": 'href="https://www.digg.se/tdosanmalan"',
    "disproportionate burden, 12 §": "12 § i lagen",
    "outside the law, 9 §": "9 §",
}
# Articles of the GDPR, and words of the standard text that answer them
ASKED_OF_PERSONAL_DATA = {
    "13.1 a controller": "Kulturnämnden i Region Stockholm är personuppgiftsansvarig",
    "13.1 b officer": "dataskyddsombud",
    "13.1 c purposes": "bjuda in till dialogmöten",
    "13.1 c ground": "artikel 6.1 e",
    "13.1 e recipients, processors": "personuppgiftsbiträden",
    "13.1 f other countries": "utanför EU och EES",
    "13.2 a times": "raderas 14 dagar efter mötet",
    "13.2 b rights": "få fel uppgifter rättade",
    "13.2 c consent taken back": "ta tillbaka det när du vill",
    "13.2 d IMY": "Integritetsskyddsmyndigheten (IMY)",
    "13.2 e must it be given": "Du måste inte lämna några uppgifter",
    "13.2 f automatic decisions": "Inga beslut om dig fattas automatiskt",
    "14.1 d categories": "Namn, uppdrag, organisation, e-postadress och telefonnummer",
    "14.2 f sources": "från kommuners och organisationers webbplatser",
    "9 health": "uttryckliga samtycke (artikel 9.2 a)",
    "9 union, belief": "fackligt medlemskap, politisk åsikt eller tro",
    "cookies": '<h2 id="kakor">Kakor</h2>',
}


@pytest.mark.parametrize(
    ("name", "asked"),
    [("accessibility", ASKED_OF_THE_STATEMENT), ("personal_data", ASKED_OF_PERSONAL_DATA)],
)
def test_the_standard_words_have_what_the_law_asks_for(name: str, asked: dict[str, str]):
    page = html.unescape(without_breaks(render_page(reverse(f"public:{name}"))))
    assert [what for what, words in asked.items() if words not in page] == []


def test_the_contact_is_the_address_that_the_portal_has_now(settings: Any):
    settings.MAIL_REPLY_TO = "kultur@region.example"
    for name in ("accessibility", "personal_data"):
        page = render_page(reverse(f"public:{name}")).decode()
        assert ('href="mailto:kultur@region.example"' in page, "{kontakt}" in page) == (True, False)


def statement_form(**typed: Any) -> dict[str, Any]:
    return {**STANDARD[TextKind.ACCESSIBILITY], "owner": "", "seen_version": "0", **typed}


def test_every_part_of_the_statement_is_data_with_a_date():
    client, _ = signed_in()
    url = reverse("staff:public_text_change", args=["tillganglighet"])
    changed = statement_form(
        standard="EN 301 549 version 4.1.1",
        supervisor="Post- och telestyrelsen",
        supervisor_url="https://tillsyn.example/anmal",
        compliance="fully",
        assessed_on="2027-03-01",
        method="external",
        answer_days="5",
        defect_1_what="",
        defect_2_what="Kartan saknar text.",
        defect_3_what="Tabellen är trång.",
        defect_3_why="Den har många kolumner.",
        defect_3_found_on="2027-02-01",
    )
    assert client.post(url, changed).status_code == 302
    publish(actions.text_of(TextKind.ACCESSIBILITY))
    page = without_breaks(render_page(reverse("public:accessibility")))
    for words in (
        "EN 301 549 version 4.1.1",
        '<a href="https://tillsyn.example/anmal">',
        "<strong>helt förenlig</strong>",
        "utomstående",
        "inom 5 dagar",
        "Kartan saknar text.",
        "Känd sedan 1 februari 2027.",
        f'<time datetime="{timezone.localdate().isoformat()}">',
    ):
        assert words in page
    assert ("Digg" in page, "NVDA" in page) == (False, False)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"defect_3_what": "Ny brist."}, "Skriv skälet till bristen."),
        ({"defect_3_what": "Ny brist.", "defect_3_why": "Skäl."}, "Ange sedan när"),
        ({"assessed_on": "1026-01-01"}, "assessed_on"),
        ({"assessed_on": "igår"}, "Skriv ett datum som finns"),
        ({"supervisor_url": "javascript:alert(1)"}, "supervisor_url"),
        ({"answer_days": "0"}, "answer_days"),
        ({"owner": "999999"}, "owner"),
    ],
)
def test_a_statement_that_lacks_something_is_not_saved(typed: dict[str, str], sentence: str):
    client, _ = signed_in()
    url = reverse("staff:public_text_change", args=["tillganglighet"])
    response = client.post(url, statement_form(**typed))
    page = response.content.decode()
    assert (sentence in page or sentence in response.context["form"].errors, PublicText.objects.count()) == (
        True,
        0,
    )


def test_a_defect_that_is_mended_is_taken_out_and_room_is_left_for_new_ones():
    client, _ = signed_in()
    write(TextKind.ACCESSIBILITY, defect_1_what="")
    page = client.get(reverse("staff:public_text_change", args=["tillganglighet"])).content.decode()
    assert ('name="defect_4_what"' in page, 'name="defect_5_what"' in page) == (True, False)


def test_an_update_is_dated_by_its_publication_and_not_by_its_assessment():
    assessed = date(2026, 10, 1)
    publish(write(TextKind.ACCESSIBILITY, assessed_on=assessed.isoformat()))
    page = without_breaks(render_page(reverse("public:accessibility")))
    today = timezone.localdate()
    assert (f'datetime="{assessed}"' in page, f'datetime="{today}"' in page) == (True, True)
    assert today - assessed > timedelta(days=1)
