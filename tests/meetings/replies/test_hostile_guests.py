"""What a stranger with a link, or without one, can send: it costs little, breaks nothing and is answered in Swedish."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dialog_portal.base.swedish import span
from dialog_portal.base.typed_text import only_a_name
from dialog_portal.links import guest_view
from dialog_portal.links.actions import token_for
from dialog_portal.outbox.draft import check_deliverable
from dialog_portal.outbox.models import Letter, Wanted
from meetings.invitations.forms import FreeGuest
from meetings.models import Invitee, Meeting, MeetingState, Need, SubstituteRequest
from meetings.replies.forms.coordinator import NO_CHANGE
from meetings.replies.forms.guest import OwnAddress, SomebodyElse
from meetings.replies.forms.staff import NoteReply
from meetings.replies.party_domains import party_domains
from minutes.publishing import bake
from tests import factories
from tests.meetings.acting import change_meeting, signed_in

pytestmark = pytest.mark.django_db
UTF8_ONLY = "dialog_portal.base.utf8_only.utf8_only"
LABEL = "ö" * 62  # a domain may be that long in letters, but not in the ASCII that machines write it in


@pytest.fixture
def chief() -> Invitee:
    party = factories.party(mail_domains="nynashamn.example")
    return factories.invitee(
        factories.invitation(factories.meeting(), party), email="nina.lund@nynashamn.example"
    )


def asks(chief: Invitee, email: str, name: str = "Sune Berg") -> Any:
    """What the form about a substitute is answered with."""
    typed = {"lank": token_for(chief.link), "svar": "ersattare", "name": name, "email": email}
    return Client(raise_request_exception=False).post("/svar/", typed)


# --- Size ------------------------------------------------------------------------------------------------------------


def test_a_name_of_a_million_ligatures_is_not_even_read(chief: Invitee):
    before = time.process_time()
    answer = asks(chief, "sune@nynashamn.example", "\ufdfa" * 1_290_000)
    assert (answer.status_code, time.process_time() - before < 1) == (413, True)
    assert "Det du skickade är för stort" in answer.content.decode()
    assert (answer["Referrer-Policy"], chief.replies.count()) == ("no-referrer", 0)


def test_what_its_field_finds_too_long_is_not_folded():
    before = time.process_time()
    form = SomebodyElse({"name": "\ufdfa" * 400_000, "email": "a@b.example"}, domains=[], only_these=False)
    assert form.errors == {"name": ["Namnet får ha högst 80 tecken."]}
    assert time.process_time() - before < 0.5


@pytest.mark.parametrize(("size", "status"), [(0, 303), (1, 413)])
def test_a_form_may_be_as_large_as_the_limit(chief: Invitee, size: int, status: int):
    body = f"lank={token_for(chief.link)}&svar=ja&x=".encode()
    body += b"x" * (guest_view.MAX_FORM_BYTES - len(body) + size)
    answer = Client().post("/svar/", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == status


def test_a_coordinator_of_three_hundred_people_stays_far_below_the_limit():
    row = f"svar-12345678={NO_CHANGE}&sett-12345678=12345678&"
    assert len(row) * 300 + 100 < guest_view.MAX_FORM_BYTES / 4


# --- Alphabets -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("codec", ["zip", "undefined", "punycode", "idna", "rot13", "iso-8859-1"])
@pytest.mark.parametrize("address", ["/svar/", "/svar/ny-lank/", "/konto/logga-in/", "/"])
def test_a_form_in_another_alphabet_is_a_bad_request(address: str, codec: str):
    body = b'--a\r\nContent-Disposition: form-data; name="lank"\r\n\r\nhej\xe4=\r\n--a--\r\n'
    kind = f"multipart/form-data; charset={codec}; boundary=a"
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    answer = client.generic("POST", address, body, content_type=kind)
    assert (answer.status_code, "Vi kunde inte läsa" in answer.content.decode()) == (400, True)


def test_control_without_the_guard_it_is_an_error_of_ours(settings):
    settings.MIDDLEWARE = [name for name in django_settings.MIDDLEWARE if name != UTF8_ONLY]
    body = b'--a\r\nContent-Disposition: form-data; name="lank"\r\n\r\nhej\r\n--a--\r\n'
    kind = "multipart/form-data; charset=zip; boundary=a"
    answer = Client(raise_request_exception=False).generic("POST", "/svar/", body, content_type=kind)
    assert answer.status_code == 500


@pytest.mark.parametrize("name", ["utf-8", "UTF8", "no-such-alphabet"])
def test_utf8_under_any_name_is_read(chief: Invitee, name: str):
    body = f'--a\r\nContent-Disposition: form-data; name="lank"\r\n\r\n{token_for(chief.link)}\r\n--a--\r\n'
    kind = f"multipart/form-data; charset={name}; boundary=a"
    assert Client().generic("POST", "/svar/", body, content_type=kind).status_code == 422


# --- Addresses -------------------------------------------------------------------------------------------------------


def test_an_address_is_measured_in_the_letters_that_it_is_stored_in():
    email = f"x@{'.'.join(['İ' * 60] * 4)}.example"
    assert (len(email) <= 254, len(email.lower()) > 254) == (True, True)
    answer = Client(raise_request_exception=False).post("/svar/ny-lank/", {"email": email})
    assert (answer.status_code, Wanted.objects.count()) == (422, 0)
    for form in (OwnAddress, FreeGuest, NoteReply):
        assert "email" in form({"email": email}).errors


def test_an_address_is_stored_in_small_letters():
    Client().post("/svar/ny-lank/", {"email": " Nina.Lund@Nynashamn.Example "})
    assert list(Wanted.objects.values_list("address", flat=True)) == ["nina.lund@nynashamn.example"]


@pytest.mark.parametrize("domain", [f"{LABEL}.nynashamn.example", f"{LABEL}.elsewhere.example"])
def test_an_address_that_no_letter_reaches_is_refused_at_its_field(chief: Invitee, domain: str):
    answer = asks(chief, f"x@{domain}")
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"email": ["Det är inte en giltig e-postadress."]}
    assert (SubstituteRequest.objects.count(), Letter.objects.count()) == (0, 0)


def test_what_is_no_address_is_said_once():
    assert OwnAddress({"email": "nina"}).errors == {
        "email": ["Skriv en hel e-postadress, som namn@kommun.example."]
    }
    assert OwnAddress({"email": ""}).errors == {"email": ["Skriv din e-postadress."]}


@pytest.mark.parametrize("first", ["a%b.example", "b.example!a", "|a", "/tmp/a", "a/b"])
def test_an_address_that_sends_on_is_refused(first: str):
    email = f"{first}@nynashamn.example"
    check_deliverable(email)  # what is registered by staff still gets its letters
    assert OwnAddress({"email": email}).errors == {
        "email": ["Delen före @ får inte innehålla %, !, | eller /."]
    }


@pytest.mark.parametrize("first", ["o'brien", "anna.ek+dialog", "anna_ek", "anna-ek"])
def test_ordinary_addresses_are_not(first: str):
    assert OwnAddress({"email": f"{first}@nynäshamn.example"}).is_valid()


def test_an_older_wish_that_no_letter_reaches_can_only_be_refused(chief: Invitee):
    wish = SubstituteRequest.objects.create(
        invitee=chief, name="Sune Berg", email=f"x@{LABEL}.elsewhere.example", at=timezone.now()
    )
    client, _ = signed_in()
    client.raise_request_exception = False
    typed = {"namn": wish.name, "adress": wish.email}
    address = reverse("staff:substitute_decide", args=[wish.pk])
    answer = client.post(address, {**typed, "beslut": "ja"}, follow=True)
    wish.refresh_from_db()
    assert (answer.status_code, wish.decided_at) == (200, None)
    assert "Inget brev kan nå x@" in answer.content.decode()
    client.post(address, {**typed, "beslut": "nej"})
    wish.refresh_from_db()
    assert wish.approved is False


@pytest.mark.parametrize(
    "domain", ["pm.me", "outlook.se", "hotmail.co.uk", "gmx.net", "aol.com", "fastmail.com"]
)
def test_who_writes_from_everybodys_domain_has_none_of_their_own(domain: str):
    guest = factories.invitee(factories.invitation(factories.meeting()), email=f"klas@{domain}")
    assert party_domains(guest) == []


def test_control_an_address_that_no_letter_reaches_is_one_by_its_looks():
    with pytest.raises(ValidationError):
        check_deliverable(f"x@{LABEL}.elsewhere.example")


@pytest.mark.parametrize("letters", [200, 300, 5_000])
def test_an_address_longer_than_any_file_name_is_not_found(letters: int):
    bake.public_file("/moten/2019/").parent.mkdir(parents=True, exist_ok=True)
    answer = Client(raise_request_exception=False).get(f"/moten/2019/{'a' * letters}/")
    assert answer.status_code == 404


# --- Pages that were opened before something changed -----------------------------------------------------------------


def move(chief: Invitee) -> None:
    """What saving another time does to a meeting, as far as a page can see it."""
    meeting = chief.meeting
    meeting.starts_at += timedelta(days=3)
    meeting.ends_at += timedelta(days=3)
    meeting.sequence += 1
    meeting.save()


def hidden(chief: Invitee, name: str = "reply") -> dict[str, str]:
    """The hidden fields of the last form on a page."""
    page = Client().get(reverse(f"guest:{name}", args=[token_for(chief.link)])).content.decode()
    return dict(re.findall(r'type="hidden" name="(lank|sett)" value="([^"]+)"', page))


@pytest.mark.parametrize("press", ["ja", "nej", "ersattare", "tillbaka"])
def test_a_press_on_a_page_with_the_old_time_is_shown_the_new_one(chief: Invitee, press: str):
    before = hidden(chief)
    move(chief)
    answer = Client().post("/svar/", {**before, "svar": press})
    words = answer.content.decode()
    assert (answer.status_code, chief.replies.count()) == (409, 0)
    assert f"Nu gäller {span(chief.meeting.starts_at, chief.meeting.ends_at)}" in words
    assert hidden(chief)["sett"] == "1"
    assert Client().post("/svar/", {**hidden(chief), "svar": "ja"}).status_code == 303


def test_a_press_on_a_page_with_the_time_that_holds_again_counts(chief: Invitee):
    before, meeting = hidden(chief), chief.meeting
    Meeting.objects.update(state=MeetingState.INVITED)
    for later in (timedelta(days=3), timedelta()):
        change_meeting(meeting, starts_at=meeting.starts_at + later, ends_at=meeting.ends_at + later)
    answer = Client().post("/svar/", {**before, "svar": "ja"})
    assert (hidden(chief)["sett"], answer.status_code, chief.replies.count()) == ("2", 303, 1)


@pytest.mark.parametrize(("name", "press"), [("substitute", "ersattare"), ("colleague", "kollega")])
def test_who_has_typed_a_name_is_shown_the_new_time_and_keeps_the_name(chief: Invitee, name: str, press: str):
    Client().post("/svar/", {"lank": token_for(chief.link), "svar": "ja"})
    before = hidden(chief, name)
    move(chief)
    typed = {"svar": press, "name": "Sune Berg", "email": "sune@nynashamn.example"}
    answer = Client().post("/svar/", {**before, **typed})
    assert (answer.status_code, Invitee.objects.count()) == (409, 1)
    assert "Mötet har fått ny tid" in answer.content.decode()
    assert 'value="Sune Berg"' in answer.content.decode()
    assert Client().post("/svar/", {**hidden(chief, name), **typed}).status_code == 303


def test_a_coordinator_is_shown_the_new_time_and_keeps_what_was_chosen(chief: Invitee):
    person, party = factories.person(name="Kim Alm"), chief.invitation.party
    assert party is not None
    factories.mandate(party, person, coordinator=True)
    kim = factories.invitee(chief.invitation, person=person, name="Kim Alm", email=person.email)
    before = hidden(kim, "coordinator")
    move(kim)
    chosen = {f"svar-{chief.pk}": "ja", f"sett-{chief.pk}": "0"}
    answer = Client().post(reverse("guest:coordinate"), {**before, **chosen})
    assert (answer.status_code, chief.replies.count()) == (409, 0)
    assert "Mötet har fått ny tid" in answer.content.decode()
    assert "checked" in answer.content.decode().partition('value="ja"')[2].partition(">")[0]
    again = Client().post(reverse("guest:coordinate"), {**hidden(kim, "coordinator"), **chosen})
    assert (again.status_code, chief.replies.count()) == (303, 1)


@pytest.mark.parametrize("seen", [None, "", "x", "-1", "9" * 30, "٣"])
def test_a_form_that_does_not_say_what_it_showed_is_let_by(chief: Invitee, seen: str | None):
    """As pages that stood open when the portal began to ask."""
    move(chief)
    said = {} if seen is None else {"sett": seen}
    answer = Client().post("/svar/", {"lank": token_for(chief.link), "svar": "ja", **said})
    assert (answer.status_code, chief.replies.count()) == (303, 1)


def test_control_without_the_question_an_old_page_answers_for_the_new_time(chief: Invitee, monkeypatch):
    before = hidden(chief)
    move(chief)
    monkeypatch.setattr("meetings.replies.views.answer.change_since_shown", lambda *_: "")
    assert Client().post("/svar/", {**before, "svar": "ja"}).status_code == 303


# --- Scripts ---------------------------------------------------------------------------------------------------------

SCRIPT = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}


def test_a_script_changes_no_needs(chief: Invitee):
    """A receipt is sent for an answer, but none for these: nobody would see that they were changed."""
    Client().post("/svar/", {"lank": token_for(chief.link), "svar": "ja"})
    typed = {"lank": token_for(chief.link), "svar": "behov", "food": "", "access": "Hörslinga"}
    asked = Client().post("/svar/", typed, headers=SCRIPT)
    assert (asked.status_code, Need.objects.count()) == (200, 0)
    assert "Tryck på knappen en gång till" in asked.content.decode()
    assert "Hörslinga" in asked.content.decode()
    assert Client().post("/svar/", typed, headers={**SCRIPT, "Sec-Fetch-User": "?1"}).status_code == 303
    assert Need.objects.get().access == "Hörslinga"


# --- Names and numbers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["..", "-- ", "\u00b7", "()", "\u0301", " - . "])
def test_a_name_has_a_letter(chief: Invitee, name: str):
    answer = asks(chief, "sune@nynashamn.example", name)
    assert (answer.status_code, "name" in answer.context["form"].errors) == (422, True)


@pytest.mark.parametrize("name", ["Bo", "Ö", "李", "O'Brien", "J.-P. Ek"])
def test_a_short_name_is_one(name: str):
    only_a_name(name)


def fields(chief: Invitee, many: int) -> Any:
    body = f"lank={token_for(chief.link)}&svar=ja" + "&svar-12345678=-&sett-12345678=1" * (many // 2)
    return Client().post("/svar/", body, content_type="application/x-www-form-urlencoded")


def test_a_coordinator_of_six_hundred_is_read(chief: Invitee):
    assert fields(chief, 1200).status_code == 303


def test_control_with_djangos_limit_the_form_is_a_bad_request(chief: Invitee, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
    assert fields(chief, 1200).status_code == 400
