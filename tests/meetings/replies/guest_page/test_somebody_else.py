"""Substitutes and colleagues, named on the page: what is refused, and what is never shown."""

import re

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from dialog_portal.links.human_press import TIME_TO_READ
from dialog_portal.outbox.content import read_content
from dialog_portal.outbox.encrypted_bytes import decrypt_letter
from dialog_portal.outbox.mime import parse_message
from dialog_portal.outbox.models import Letter
from meetings.models import Answer, Channel, Invitee, Reply
from meetings.replies.actions.answer import store_answer
from meetings.replies.actions.substitutes import hand_over
from tests import factories
from tests.meetings.replies.guest_page.guest import SCRIPT, address, buttons, look, press
from tests.pages import without_breaks

pytestmark = pytest.mark.django_db


def test_the_substitute_button_leads_to_a_form_and_stores_nothing(chief):
    response = press(chief, svar="ersattare")
    assert (response.status_code, response["Location"]) == (303, address(chief, "substitute"))
    assert Reply.objects.count() == 0
    assert "Vem kommer i ditt ställe?" in look(chief, name="substitute")
    assert "@nynashamn.example" in look(chief, name="substitute")


def test_a_substitute_is_asked_and_the_page_becomes_one_to_read_with_a_way_back(chief):
    press(chief, svar="ersattare", name="Sune Berg", email="sune@nynashamn.example")
    assert "Vi har frågat Sune Berg" in look(chief)
    assert buttons(chief) == ["tillbaka", "ersattare", "nej"]
    deputy = chief.substitutes.get()
    assert buttons(deputy) == ["ja", "nej"]
    press(deputy, svar="ja")
    assert "Sune Berg kommer i ditt ställe" in look(chief)
    press(chief, svar="tillbaka")
    assert "Tar du tillbaka platsen?" in look(chief)
    assert "Jag kommer själv – tryck en gång till" in look(chief)
    with time_machine.travel(timezone.now() + TIME_TO_READ):
        press(chief, svar="tillbaka")
    assert "Du är anmäld" in look(chief)
    assert Client().get(address(deputy)).status_code == 404


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"name": "", "email": "sune@nynashamn.example"}, "name", "Skriv personens namn"),
        ({"name": "Sune Berg", "email": "sune"}, "email", "Skriv en hel e-postadress"),
        ({"name": "vinn.example/nu", "email": "sune@nynashamn.example"}, "name", "Skriv bara personens namn"),
        (
            {"name": "Sune Berg", "email": '"sune.berg"@nynashamn.example'},
            "email",
            "Skriv adressen utan citattecken",
        ),
        (
            {"name": "Sune\r\nBcc: x@elsewhere.example", "email": "sune@nynashamn.example"},
            "name",
            "radbrytningar",
        ),
        ({"name": "S" * 81, "email": "sune@nynashamn.example"}, "name", "högst 80 tecken"),
        (
            {"name": "Sune Berg", "email": "sune@nynashamn.example\nBcc: x@elsewhere.example"},
            "email",
            "Skriv bara en adress",
        ),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(chief, fields, field, words):
    response = press(chief, svar="ersattare", **fields)
    body = without_breaks(response.content)
    assert response.status_code == 422
    assert re.search(rf'id="id_{field}_error">[^/]*<li>.*?{words}', body)
    assert re.search(rf'<input[^>]*name="{field}"[^>]*aria-describedby="[^"]*id_{field}_error', body)
    assert 'value="Sune' in body or fields["name"] != "Sune Berg"
    assert (Reply.objects.count(), Invitee.objects.count(), Letter.objects.count()) == (0, 1, 0)


def test_a_substitute_from_elsewhere_is_said_to_wait_and_no_seat_is_promised(chief):
    assert "Hör ersättaren till Nynäshamns kommun hålls platsen" in look(chief, name="substitute")
    press(chief, svar="ersattare", name="Maj Berg", email="maj@elsewhere.example")
    text = look(chief)
    assert "Du har bett om en ersättare" in text
    assert "Ingen plats hålls under tiden." in text
    assert "Kommer du?" not in text
    assert "Någon annan kommer i mitt ställe – du har bett om Maj Berg" in text


def test_where_no_domain_is_known_no_seat_is_promised_on_the_form(chief):
    chief.invitation.party.mail_domains = ""
    chief.invitation.party.save()
    Invitee.objects.filter(pk=chief.pk).update(email="nina@gmail.com")
    text = look(chief, name="substitute")
    assert ("hålls platsen" in text, "Innan inbjudan går frågar vi handläggaren" in text) == (False, True)


def test_a_script_cannot_name_a_substitute(chief):
    response = press(chief, SCRIPT, svar="ersattare", name="Sune Berg", email="sune@nynashamn.example")
    assert "Tryck på knappen en gång till" in without_breaks(response.content)
    assert (Invitee.objects.count(), Letter.objects.count()) == (1, 0)


def test_a_colleague_can_be_brought_while_there_are_seats(chief):
    press(chief, svar="ja")
    assert "Ta med en kollega" in look(chief)
    press(chief, svar="kollega", name="Eva Sand", email="eva@nynashamn.example")
    assert Invitee.objects.get(email="eva@nynashamn.example").invitation == chief.invitation


def test_the_page_names_the_colleague_who_was_just_invited_and_nobody_else(chief):
    press(chief, svar="ja")
    response = press(chief, svar="kollega", name="Eva Sand", email="eva@nynashamn.example")
    query = "?" + response["Location"].partition("?")[2]
    eva, other = (
        Invitee.objects.get(name="Eva Sand"),
        factories.invitee(chief.invitation, name="Kollega Hemlig"),
    )
    assert "Eva Sand har fått en inbjudan. Den skickas till eva@nynashamn.example" in look(chief, query)
    assert "Kollega Hemlig" not in look(chief, query.replace(f"={eva.pk}", f"={other.pk}"))
    assert "Eva Sand" not in look(chief)
    assert "Eva Sand har fått" not in look(other, query)


def test_names_that_guests_typed_are_escaped(chief):
    deputy = hand_over(
        chief,
        name="<b>Sune</b> & co",
        email="sune@nynashamn.example",
        channel=Channel.STAFF,
        by=factories.user(),
    )
    assert b"<b>Sune" not in Client().get(address(chief)).content
    found = read_content(deputy.letters.get().letter)
    assert found is not None
    assert "<b>Sune" not in found.html


def addressed_to(guest):
    """How the letter's own head, and the calendar entry in it, name the one it goes to."""
    raw = guest.letters.get().letter.raw
    assert raw is not None
    mail = parse_message(decrypt_letter(raw))
    entry = re.sub(r"\r?\n ", "", next(mail.iter_attachments()).get_content())
    named = re.search(r'ATTENDEE;[^"]*CN="([^"]*)"', entry)
    return mail["To"].addresses[0].display_name, named[1] if named else ""


@pytest.mark.parametrize(
    "name", ["vinn.evil.se", "vinn․evil。se", "www\u200b．evil．se", "https://evil.se/a"]
)
def test_a_guests_words_are_no_link_in_the_head_of_a_letter_either(chief, name, settings):
    settings.MAILBOX = True
    deputy = hand_over(
        chief, name=name, email="sune@nynashamn.example", channel=Channel.STAFF, by=factories.user()
    )
    shown = addressed_to(deputy)
    assert [one for one in shown if re.search(r"\w[.․。．]\w|://", one)] == []
    assert ["evil" in one for one in shown] == [True, True]


def test_control_the_raw_name_would_be_a_link_in_the_head(chief, monkeypatch):
    monkeypatch.setattr(Invitee, "name_in_letters", property(lambda guest: guest.name))
    deputy = hand_over(
        chief, name="vinn.evil.se", email="sune@nynashamn.example", channel=Channel.STAFF, by=factories.user()
    )
    assert addressed_to(deputy)[0] == "vinn.evil.se"


def test_the_answers_of_colleagues_are_not_shown(chief):
    other = factories.invitee(chief.invitation, name="Kollega Hemlig")
    store_answer(other, Answer.YES, channel=Channel.LINK)
    text = look(chief)
    assert "Kollega Hemlig" not in text
    assert "1 av 3 platser" in text
