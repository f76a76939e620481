"""A dialogue from plan to public page: officer, guests, approver and reader, each in a browser of their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from dialog_portal.access.models import Role
from dialog_portal.base.swedish import in_sentence
from dialog_portal.demo.clock import clock_at
from minutes.publishing.bake import public_file
from tests import factories, services
from tests.e2e.hands import Hands
from tests.e2e.post import files_in, link_in, text_of, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.once, pytest.mark.django_db(transaction=True)]
STOCKHOLM = ZoneInfo("Europe/Stockholm")
MEETING = "Dialogmöte med regionala centrumbildningar"
WHEN = "torsdag 31 januari 2019 kl. 15.00–18.00"
PARTIES = {
    "Centrum för fotografi": ("Disa Almlöf", "disa.almlof@example.org"),
    "Danscentrum Stockholm": ("Örjan Sjöö", "orjan.sjoo@example.org"),
    "Författarcentrum Öst": ("Yasmin Hägg", "yasmin.hagg@example.org"),
}
DISA, ORJAN, YASMIN = (address for _, address in PARTIES.values())


def on(year: int, month: int, day: int, hour: int = 9) -> datetime:
    return datetime(year, month, day, hour, tzinfo=STOCKHOLM)


def register() -> None:
    """The parties that are to be invited, with those who hold their mandates."""
    centres = factories.category(name="Regionala centrumbildningar", slug="centrumbildningar", from_year=2018)
    for name, (person, address) in PARTIES.items():
        party = factories.party(name=name)
        factories.membership(party, centres)
        factories.mandate(
            party,
            factories.person(name=person, email=address),
            title="verksamhetsledare",
            from_date="2017-01-01",
        )


def sign_in(page: Page, email: str) -> None:
    hands = Hands(page)
    page.goto("/arbete/")
    hands.write("E-post", email)
    hands.write("Lösenord", factories.PASSWORD)
    hands.follow("button", "Logga in")
    page.get_by_role("heading", level=1, name="Hej").wait_for()


def plan(page: Page) -> None:
    """A round, a meeting in it and its agenda."""
    hands = Hands(page)
    hands.follow("link", "Omgångar")
    hands.follow("link", "Lägg upp en omgång")
    hands.write("År", "2019")
    hands.write("Breven undertecknas av", "Ylva Norrby")
    hands.write("Undertecknarens titel", "förvaltningschef")
    hands.follow("button", "Spara omgången")
    hands.follow("link", "Lägg upp ett möte")
    hands.write("Rubrik", MEETING)
    for label, value in {"Dag": "2019-01-31", "Börjar": "15:00", "Slutar": "18:00"}.items():
        page.get_by_label(label, exact=True).fill(value)  # how a date is typed is up to each browser
    for label, text in {
        "Lokal": "Usine konferens",
        "Sal": "sal Fatburen",
        "Gatuadress": "Södermalmsallén 36",
    }.items():
        hands.write(label, text)
    hands.choose("Regionala centrumbildningar")
    hands.write("Yttre beteckning", "FSKF 2019:4")
    hands.follow("button", "Spara mötet")
    expect(page.locator(".lead")).to_contain_text("Torsdag 31 januari 2019 kl. 15.00–18.00")


def write_agenda(page: Page) -> None:
    """Three points, the last one moved up, all by keyboard; then it is settled."""
    hands = Hands(page)
    hands.follow("link", "Dagordning")
    for title, minutes in (
        ("Välkomna", "20"),
        ("Nästa steg", "40"),
        ("Läget hos centrumbildningarna", "120"),
    ):
        hands.write("Rubrik", title)
        hands.write("Minuter", minutes)
        with page.expect_navigation():
            page.keyboard.press("Enter")
    hands.follow("button", "Flytta upp Läget hos centrumbildningarna")
    expect(page.get_by_role("button", name="Flytta upp Läget")).to_be_focused()
    rows = page.get_by_role("row").filter(has=page.get_by_role("rowheader"))
    expect(rows).to_contain_text(["15.00", "15.20", "17.20"])
    expect(rows).to_contain_text(["Välkomna", "Läget hos", "Nästa steg"])
    hands.follow("button", "Lägg fast dagordningen")


def invite(page: Page) -> None:
    """Choose the parties, read what each will get, send, and watch the letters leave."""
    hands = Hands(page)
    hands.follow("link", "Inbjudna och svar")
    hands.follow("link", "Bjud in parter")
    for name in PARTIES:
        expect(page.get_by_label(name)).to_be_checked()
    hands.follow("button", "Spara på listan")
    hands.follow("link", "Förhandsgranska inbjudan")
    expect(page.locator(".lead")).to_have_text("3 brev till 3 personer hos 3 parter.")
    letter = page.frame_locator("iframe")
    expect(letter.get_by_role("heading", level=1)).to_have_text(f"Inbjudan till {in_sentence(MEETING)}")
    expect(letter.locator("body")).to_contain_text("Usine konferens, sal Fatburen, Södermalmsallén 36")
    hands.follow("button", "Skicka 3 brev")
    expect(page.locator("progress")).to_have_attribute("value", "3", timeout=20_000)  # without a reload


def answer(page: Page, link: str, button: str, outcome: str) -> None:
    """A guest opens the letter's link and presses one of the buttons."""
    hands = Hands(page)
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text(MEETING)
    expect(page.locator("main")).to_contain_text(WHEN)
    hands.follow("button", button)
    expect(page.get_by_role("heading", level=1)).to_have_text(outcome)


def note_who_came(page: Page) -> None:
    hands = Hands(page)
    hands.follow("link", MEETING)
    hands.follow("button", "Markera som genomfört")
    hands.follow("link", "Närvaro")
    expect(page.get_by_label("Disa Almlöf")).to_be_checked()
    expect(page.get_by_label("Örjan Sjöö")).not_to_be_checked()
    hands.choose("Yasmin Hägg")  # she had not answered, and came
    hands.follow("button", "Spara närvaron")
    expect(page.get_by_text("2 personer deltog").first).to_be_visible()


def write_notes(page: Page) -> None:
    """In the rich text field, by keyboard alone: a bold word and a list; Tab leads out again."""
    hands = Hands(page)
    hands.follow("link", "Minnesanteckningar")
    hands.follow("button", "Börja anteckna")
    hands.follow("link", "Anteckna Välkomna")
    for text, last in (
        ("Ordföranden hälsade välkommen.", False),
        ("Läget är", False),
        ("Vi ses igen.", True),
    ):
        hands.reach(page.get_by_role("textbox", name="Anteckningar"))
        page.keyboard.type(text)
        if text == "Läget är":
            type_formatted(page)
        hands.follow("button", "Spara" if last else "Spara och gå till")
    expect(page.locator(".prose strong")).to_have_text("ansträngt")
    expect(page.locator(".prose li")).to_have_text(["Fler söker stöd.", "Färre får det."])


def type_formatted(page: Page) -> None:
    keys = page.keyboard
    keys.type(" ")
    keys.press("Control+B")
    keys.type("ansträngt")
    keys.press("Control+B")
    keys.press("Enter")
    keys.type("- Fler söker stöd.")
    keys.press("Enter")
    keys.type("Färre får det.")


def approve(page: Page) -> None:
    """Another person reads what the officer wrote, and approves exactly that."""
    hands = Hands(page)
    hands.follow("link", MEETING)
    if page.get_by_role("heading", level=1, name="Minnesanteckningar").count() == 0:
        hands.follow("link", "Minnesanteckningar")
    hands.follow("link", "Läs och fastställ")
    expect(page.get_by_text("Fler söker stöd.")).to_be_visible()
    hands.follow("button", "Fastställ anteckningarna")
    expect(page.get_by_text("Anteckningarna är fastställda")).to_be_visible()


def read_in_public(page: Page, mailed: bytes) -> None:
    """From the start page to the notes and their PDF, which is the one that was mailed."""
    page.goto("/")
    page.get_by_role("link", name="2019", exact=True).click()
    page.get_by_role("link", name=MEETING, exact=True).click()
    expect(page.locator("main")).to_contain_text("FSKF 2019:4")
    page.get_by_role("link", name="Läs minnesanteckningarna").click()
    expect(page.locator("main")).to_contain_text(WHEN.capitalize())
    expect(page.get_by_text("Fler söker stöd.")).to_be_visible()
    # Associations' people are not named in public
    expect(page.locator("main")).not_to_contain_text("Disa Almlöf")
    pdf = page.get_by_role("link", name="Hämta som PDF").get_attribute("href")
    assert page.request.get(str(pdf)).body() == mailed


def test_a_dialogue_goes_from_plan_to_published_notes(
    people: Callable[..., Page], portal: str, letters_leave: services.Mailbox
):
    officer = factories.user(email="hampus.idstrom@example.org", name="Hampus Idström")
    approver = factories.user(Role.APPROVER, email="gunilla.odefalk@example.org", name="Gunilla Odefalk")
    with clock_at(on(2018, 12, 10)):
        register()
        page = people()
        sign_in(page, officer.email)
        plan(page)
        write_agenda(page)
        invite(page)
    with clock_at(on(2018, 12, 12)):
        guest = people(java_script_enabled=False)
        answer(guest, link_in(wait_for(letters_leave, DISA, 1), portal), "Ja Jag kommer", "Du är anmäld")
        answer(
            guest,
            link_in(wait_for(letters_leave, ORJAN, 1), portal),
            "Nej Jag kan inte komma",
            "Du har tackat nej",
        )
        assert guest.context.cookies() == []
        receipt = wait_for(letters_leave, DISA, 2)
        assert "Vi har noterat att du kommer." in text_of(receipt)
        assert "dialogmote.ics" in files_in(receipt)
    with clock_at(on(2019, 1, 31, 18)):
        page = people()
        sign_in(page, officer.email)
        note_who_came(page)
        write_notes(page)
        Hands(page).follow("button", "Dela utkastet")
    with clock_at(on(2019, 2, 4)):
        other = people()
        sign_in(other, approver.email)
        approve(other)
        sign_in(page := people(), officer.email)
        page.goto(other.url)
        hands = Hands(page)
        hands.follow("link", "Förhandsgranska utskicket")
        hands.follow("button", "Skicka 2 brev")
        letter = wait_for(letters_leave, YASMIN, 2)
        assert "Fler söker stöd." in text_of(letter)
        other.reload()
        Hands(other).follow("link", "Granska och publicera")
        Hands(other).follow("button", "Publicera utgåva 1")
        expect(other.get_by_text("Anteckningarna är publicerade.")).to_be_visible()
        services.wait_until(public_file("/").is_file, "the worker's public pages")
    (pdf,) = [data for name, data in files_in(letter).items() if name.endswith(".pdf")]
    read_in_public(people(java_script_enabled=False), pdf)
