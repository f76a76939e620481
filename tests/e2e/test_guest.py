"""A guest's whole path, without account, script or cookie, by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from playwright.sync_api import Page, expect

from dialog_portal.demo.clock import clock_at
from dialog_portal.links.actions import token_for
from dialog_portal.links.human_press import TIME_TO_READ
from meetings.models import Invitee, Meeting, MeetingState
from meetings.planning.actions.meetings import cancel_meeting
from tests import factories, services
from tests.e2e.hands import Hands
from tests.e2e.post import files_in, link_in, text_of, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.once_on_sqlite, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def invited() -> Invitee:
    party = factories.municipality("Nynäshamn", "0192", mail_domains="nynashamn.example")
    meeting = factories.meeting(title="Dialogmöte i söder", state=MeetingState.INVITED, serves_meal=True)
    factories.item(meeting, title="Läget i kommunerna")
    return factories.invitee(
        factories.invitation(meeting, party), name="Nina Lund", email="nina.lund@nynashamn.example"
    )


@pytest.fixture
def guest(people: Callable[..., Page], portal: str) -> Iterator[Page]:
    """A guest's browser, which runs no script; whoever sets a cookie fails the test."""
    page = people(java_script_enabled=False)
    set_cookies: list[str] = []
    page.on(
        "response", lambda answer: set_cookies.append(answer.url) if "set-cookie" in answer.headers else None
    )
    yield page
    assert (set_cookies, page.context.cookies()) == ([], [])


def says(page: Page, heading: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)


def open_link(page: Page, portal: str, person: Invitee) -> Hands:
    page.goto(f"{portal}/svar/{token_for(person.link)}/")
    return Hands(page)


def test_a_guest_answers_changes_hands_over_and_takes_back(
    guest: Page,
    portal: str,
    invited: Invitee,
    letters_leave: services.Mailbox,
    pinned_clock: time_machine.Traveller,
):
    nina, sune = invited.email, "sune.berg@nynashamn.example"
    hands = open_link(guest, portal, invited)
    says(guest, "Dialogmöte i söder")
    hands.follow("button", "Ja Jag kommer")
    says(guest, "Du är anmäld")
    assert "dialogmote.ics" in files_in(wait_for(letters_leave, nina, 1))

    hands.follow("button", "Nej Jag kan inte komma")
    says(guest, "Gäller nej?")
    pinned_clock.shift(2 * TIME_TO_READ)
    hands.follow("button", "Nej Jag kan inte komma")
    says(guest, "Du har tackat nej")
    assert "Vi har noterat att du inte kommer." in text_of(wait_for(letters_leave, nina, 2))

    hands.follow("button", "Ersättare")
    says(guest, "Vem kommer i ditt ställe?")
    hands.write("Personens namn", "Sune Berg")
    hands.write("Personens e-postadress", "sune.berg")
    hands.follow("button", "Skicka inbjudan")
    expect(guest.get_by_label("Personens namn")).to_have_value("Sune Berg")
    expect(guest.locator(".field__error")).to_contain_text("Skriv en hel e-postadress")
    hands.write("Personens e-postadress", sune)
    hands.follow("button", "Skicka inbjudan")
    expect(guest.locator("main")).to_contain_text("Sune Berg har fått en egen inbjudan")

    own = link_in(wait_for(letters_leave, sune, 1), portal)
    guest.goto(own)
    Hands(guest).follow("button", "Ja Jag kommer")
    says(guest, "Du är anmäld")

    hands = open_link(guest, portal, invited)
    expect(guest.locator("main")).to_contain_text("Sune Berg har svarat ja.")
    hands.follow("button", "Ta tillbaka platsen")
    says(guest, "Tar du tillbaka platsen?")
    pinned_clock.shift(2 * TIME_TO_READ)
    hands.follow("button", "Ta tillbaka platsen")
    says(guest, "Du är anmäld")
    wait_for(letters_leave, sune, 3)  # the invitation, a receipt, and that the seat was taken back
    guest.goto(own)
    says(guest, "Länken fungerar inte")


def test_the_first_answer_is_seen_at_once_on_a_small_telephone(guest: Page, portal: str, invited: Invitee):
    """With a name, a title and a place that each take two lines."""
    Invitee.objects.filter(pk=invited.pk).update(name="Anna-Karin Lundström-Ek")
    Meeting.objects.filter(pk=invited.meeting_id).update(
        title="Dialogmöte med kommunerna i söder", venue="Nynäshamns folkets hus", room="Stora salen"
    )
    guest.set_viewport_size({"width": 360, "height": 640})
    open_link(guest, portal, invited)
    box = guest.get_by_role("button", name="Ja Jag kommer").bounding_box()
    assert box is not None
    # Wholly, and with something below it to show that the page goes on
    assert box["y"] + box["height"] <= 580
    expect(guest.locator("main")).to_contain_text("Svara senast")


def test_the_button_to_press_again_is_seen_at_once_on_a_small_telephone(
    guest: Page, portal: str, invited: Invitee
):
    Meeting.objects.filter(pk=invited.meeting_id).update(title="Dialogmöte med kommunerna i söder")
    guest.set_viewport_size({"width": 360, "height": 640})
    hands = open_link(guest, portal, invited)
    hands.follow("button", "Ja Jag kommer")
    hands.follow("button", "Nej Jag kan inte komma")
    says(guest, "Gäller nej?")
    box = guest.get_by_role("button", name="Nej Jag kan inte komma – tryck en gång till").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 640


def test_after_the_deadline_the_page_says_so_and_has_no_buttons(guest: Page, portal: str, invited: Invitee):
    with clock_at(invited.meeting.reply_by + timedelta(minutes=1)):
        open_link(guest, portal, invited)
        expect(guest.get_by_text("Det går inte längre att svara eller ändra här")).to_be_visible()
        expect(guest.locator("main").get_by_role("button")).to_have_count(0)


def test_a_cancelled_meeting_says_so_and_why(guest: Page, portal: str, invited: Invitee):
    cancel_meeting(invited.meeting, reason="Lokalen är inte längre tillgänglig.", by=factories.user())
    open_link(guest, portal, invited)
    expect(guest.get_by_text("Mötet blir inte av")).to_contain_text("Lokalen är inte längre tillgänglig.")
    expect(guest.locator("main").get_by_role("button")).to_have_count(0)
