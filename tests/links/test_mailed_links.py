"""A link that a mail program made too long opens what was meant, and a lost guest finds the way to a new one."""

import re

import pytest
from django.test import Client

from dialog_portal.dashboard import error_pages
from dialog_portal.links import mailed_links, rate_limits
from dialog_portal.links.actions import token_for
from dialog_portal.links.mailed_links import without_signs_behind
from tests import factories

TOKEN = "aZ09_-" * 7
LINK = f"/svar/{TOKEN}"
SIGNS = [*".)]>,;:!?\"'”»* \xa0\u200b", "&gt;", ").", ">."]


@pytest.fixture
def guest(db):
    return factories.invitee(factories.invitation(factories.meeting()))


@pytest.mark.once
@pytest.mark.parametrize("page", ["/", "", "/ersattare/", "/ersattare", "/kalender.ics"])
def test_signs_behind_an_address_are_no_part_of_it(page):
    meant = f"{LINK}{page}" if page.endswith(("/", ".ics")) else f"{LINK}{page}/"
    found = {without_signs_behind(f"{LINK}{page}{sign}") for sign in SIGNS}
    assert found == {meant} == {without_signs_behind(meant)}


@pytest.mark.once
def test_what_is_glued_to_a_sign_goes_with_it_and_letters_stay():
    assert without_signs_behind(f"{LINK}>Svara här/nu") == f"{LINK}/"
    assert without_signs_behind(f"{LINK}a") == f"{LINK}a"
    assert without_signs_behind(f"/konto/inbjudan/{TOKEN}/).") == f"/konto/inbjudan/{TOKEN}/"
    assert without_signs_behind("/konto/losenord/nytt/1-abc-def/>") == "/konto/losenord/nytt/1-abc-def/"


@pytest.mark.once
def test_a_long_row_of_signs_is_read_at_once():
    assert without_signs_behind("/svar/" + ")" * 50_000 + "a") == "/svar/" + ")" * 50_000 + "a"


@pytest.mark.parametrize("behind", [".", ")", "%3E", "/)", "/&gt;.", "/ersattare/%3E", "]%20Svara"])
def test_a_link_with_a_sign_behind_it_opens_and_is_never_a_guess(guest, behind, monkeypatch):
    monkeypatch.setattr(rate_limits, "MAX_FAILURES_PER_MINUTE", 0)
    client = Client()
    assert client.get(f"/svar/{token_for(guest.link)}{behind}").status_code == 200
    assert client.head(f"/svar/{token_for(guest.link)}{behind}").status_code == 200


def test_control_without_reading_what_was_meant_it_does_not_open(guest, monkeypatch):
    monkeypatch.setattr(mailed_links, "without_signs_behind", lambda path: path)
    assert Client().get(f"/svar/{token_for(guest.link)})", follow=True).status_code == 404


@pytest.mark.parametrize("place", ["", "x", "{}/finns/inte/", "{}/ersattare/mer/", "x/y/z", "svar/{}/"])
def test_every_address_of_the_guests_leads_to_a_new_link(guest, place):
    answer = Client().get(f"/svar/{place.format(token_for(guest.link))}", follow=True)
    assert answer.status_code == 404
    assert "Be om en ny länk" in answer.content.decode()


def test_control_without_the_guests_own_page_a_stray_address_leads_to_the_public_start(guest, monkeypatch):
    monkeypatch.setattr(error_pages, "GUEST_PREFIXES", ("/nowhere/",))
    page = Client().get(f"/svar/{token_for(guest.link)}/finns/inte/").content.decode()
    assert ("Be om en ny länk" in page, "Till startsidan" in page) == (False, True)


@pytest.mark.parametrize(
    ("method", "kind", "status"),
    [("POST", "application/x-www-form-urlencoded; charset=zip", 400), ("PUT", "text/plain", 405)],
)
def test_what_cannot_be_read_leads_to_a_new_link_too(guest, method, kind, status):
    answer = Client().generic(method, "/svar/", b"lank=x", kind)
    assert (answer.status_code, "Be om en ny länk" in answer.content.decode()) == (status, True)
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("behind", ["", ").", "%3E"])
def test_the_answer_in_a_link_is_read_without_the_sign_behind_it(guest, behind):
    page = Client().get(f"/svar/{token_for(guest.link)}/?svar=nej{behind}").content.decode()
    assert re.findall(r'<button[^>]*value="(\w+)"[^>]*data-current', page) == ["nej"]
