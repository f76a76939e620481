"""The guest's own page: looking writes nothing, a press decides, and the page always says how things stand."""

import re
from datetime import timedelta
from itertools import product

import pytest
import time_machine
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dialog_portal.links.actions import token_for
from dialog_portal.outbox.content import read_content
from dialog_portal.outbox.encrypted_bytes import decrypt
from dialog_portal.outbox.mime import parse_message
from dialog_portal.outbox.models import Letter, Wanted
from meetings.invitations.actions.resend_link import resend_links
from meetings.mailings.actions.post import post_letter
from meetings.mailings.letters.compose import compose
from meetings.mailings.letters.recipients import MAILINGS
from meetings.models import Answer, Channel, Invitee, MeetingState, Need, Purpose, Reply
from meetings.replies.actions.answer import TIME_TO_READ, store_answer
from meetings.replies.actions.substitutes import hand_over
from meetings.tasks import send_links
from tests import factories
from tests.pages import without_breaks

pytestmark = pytest.mark.django_db
PRESS = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-User": "?1"}
SCRIPT = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}


@pytest.fixture
def chief():
    party = factories.party(name="Nynäshamn", full_name="Nynäshamns kommun", mail_domains="nynashamn.example")
    meeting = factories.meeting(
        title="Dialogmöte i söder", officer=factories.user(name="Olle Ek"), serves_meal=True
    )
    factories.item(meeting, title="Välkomna", minutes=30)
    factories.item(meeting, title="Hemlig punkt", minutes=15, internal=True)
    factories.item(meeting, title="Barns kultur", minutes=30)
    return factories.invitee(
        factories.invitation(meeting, party), name="Nina Lund", email="nina.lund@nynashamn.example"
    )


def address(guest, name="reply"):
    return reverse(f"guest:{name}", args=[token_for(guest.link)])


def look(guest, query="", name="reply"):
    """The words on the page."""
    body = without_breaks(Client().get(f"{address(guest, name)}{query}").content)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def press(guest, headers=PRESS, **fields):
    return Client(enforce_csrf_checks=True).post(
        "/svar/", {"lank": token_for(guest.link), **fields}, headers=headers
    )


def buttons(guest, query=""):
    body = without_breaks(Client().get(f"{address(guest)}{query}").content)
    return re.findall(r'<button[^>]*name="svar" value="(\w+)"', body)


def rows():
    """How many rows the whole database holds, table by table."""
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


# --- Looking ---------------------------------------------------------------------------------------------------------


def test_the_page_says_what_when_where_and_for_whom(chief):
    text = look(chief)
    meeting = chief.meeting
    for part in (
        "Dialogmöte i söder",
        "Usine konferens, Fatburen",
        "Länken är personlig för Nina Lund, Nynäshamns kommun",
    ):
        assert part in text
    assert f"{timezone.localtime(meeting.starts_at):%H.%M}–" in text
    assert "0 av 3 platser" in text
    assert buttons(chief) == ["ja", "nej", "ersattare"]


def test_the_agenda_is_public_and_its_clock_runs_also_through_what_is_not(chief):
    text = look(chief)
    assert "Hemlig punkt" not in text
    later = timezone.localtime(chief.meeting.starts_at) + timedelta(minutes=45)
    assert f"{later:%H.%M} Barns kultur" in text


def test_without_an_agenda_the_page_says_that_it_comes(chief):
    chief.meeting.agenda.items.all().delete()
    assert "Dagordningen kommer." in look(chief)


def test_looking_writes_no_row_anywhere(chief):
    """As mail scanners do: every method that should be harmless, on every address of the link, with every query."""
    store_answer(chief, Answer.YES, channel=Channel.LINK)
    before = rows()
    ways = product(
        ("get", "head", "options"),
        ("reply", "substitute", "colleague", "calendar"),
        ("", "?svar=ja", "?svar=nej", "?svar=ersattare&svar=ja&bekrafta=1"),
    )
    codes = {
        getattr(Client(), method)(f"{address(chief, name)}{query}").status_code
        for method, name, query in ways
    }
    assert codes == {200, 405}
    assert rows() == before


def test_an_address_in_quotation_marks_that_was_stored_before_they_were_refused_gets_its_receipt(chief):
    Invitee.objects.filter(pk=chief.pk).update(email='"anna.b"@nynashamn.example')
    assert press(chief, svar="ja").status_code == 303
    assert Reply.objects.count() == 1
    assert Letter.objects.get().address == '"anna.b"@nynashamn.example'


def test_control_a_press_does_write_rows(chief):
    before = rows()
    press(chief, svar="ja")
    after = rows()
    assert {label for label in after if after[label] != before[label]} == {
        "meetings.Reply", "meetings.MeetingLetter", "outbox.Letter",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?svar=nej", ["nej", "ja", "ersattare"]),
        ("?svar=ersattare", ["ersattare", "ja", "nej"]),
        ("?svar=skriptet<b>", ["ja", "nej", "ersattare"]),
    ],
)
def test_the_letters_own_links_only_put_their_button_first(chief, query, expected):
    assert buttons(chief, query) == expected
    assert Reply.objects.count() == 0


def test_the_page_needs_no_script(chief):
    body = without_breaks(Client().get(address(chief)).content)
    assert "<script" not in body
    assert "csrfmiddlewaretoken" not in body


def test_the_page_takes_a_fixed_number_of_queries(chief, django_assert_max_num_queries, client):
    for _ in range(8):
        store_answer(factories.invitee(chief.invitation), Answer.YES, channel=Channel.LINK)
    with django_assert_max_num_queries(12):
        client.get(address(chief))


# --- Pressing --------------------------------------------------------------------------------------------------------


def test_yes_is_stored_and_confirmed_on_the_page_with_calendar_and_a_way_back(chief):
    response = press(chief, svar="ja")
    assert (response.status_code, response["Location"]) == (303, address(chief))
    body = without_breaks(Client().get(response["Location"]).content)
    assert "<h1>Du är anmäld</h1>" in body
    assert 'role="status"' in body
    assert address(chief, "calendar") in body
    assert buttons(chief) == ["behov", "nej", "ersattare"]


def test_an_answer_can_be_changed_back_and_forth(chief):
    for svar in ("ja", "nej", "ja"):
        press(chief, svar=svar)
    assert list(chief.replies.values_list("answer", flat=True)) == ["ja", "nej", "ja"]
    assert "Du är anmäld" in look(chief)


@pytest.mark.parametrize("fields", [{}, {"svar": ""}, {"svar": "kanske"}, {"svar": ["ja", "nej"]}])
def test_a_form_without_one_button_stores_nothing_and_says_so(chief, fields):
    response = press(chief, **fields)
    assert response.status_code == 422
    assert "Välj ett av svaren" in without_breaks(response.content)
    assert 'role="alert"' in without_breaks(response.content)
    assert Reply.objects.count() == 0


def test_a_scripted_click_is_held_and_asked_once_more(chief):
    assert press(chief, SCRIPT, svar="ja").status_code == 303
    assert "Gäller ja? Dialogmöte i söder Svara en gång till Inget svar räknas" in look(chief)
    assert "Du är anmäld" not in look(chief)
    assert buttons(chief)[0] == "ja"
    assert Letter.objects.count() == 0
    press(chief, PRESS, svar="ja")
    assert "Du är anmäld" in look(chief)
    assert "en gång till" not in look(chief)


def test_who_corrects_a_slip_is_asked_one_thing_with_the_button_at_hand(chief):
    """One voice: no receipt of the first answer beside the question, and nothing between it and its button."""
    press(chief, svar="ja")
    press(chief, svar="nej")
    text = look(chief)
    assert "Gäller nej?" in text
    assert "Du har svarat ja, och det gäller tills du trycker en gång till. Ja Jag kommer Nej" in text
    assert text.index("Nej Jag kan inte komma – tryck en gång till") < text.index("När")
    assert ("Du är anmäld" in text, "Vi har noterat" in text) == (False, False)
    with time_machine.travel(timezone.now() + TIME_TO_READ):
        press(chief, svar="nej")
    assert "Du har tackat nej" in look(chief)


def test_a_held_answer_is_not_the_first_button_which_a_program_may_press_again(chief):
    press(chief, svar="ja")
    press(chief, svar="nej")
    assert buttons(chief) == buttons(chief, "?svar=nej") == ["ja", "nej", "ersattare"]


def test_control_a_browser_without_the_headers_is_a_person(chief):
    press(chief, {}, svar="ja")
    assert "Du är anmäld" in look(chief)


def test_the_queue_is_told_plainly(chief):
    chief.invitation.seats = 1
    chief.invitation.save()
    store_answer(factories.invitee(chief.invitation), Answer.YES, channel=Channel.LINK)
    assert "ställs du på väntelistan" in look(chief)
    press(chief, svar="ja")
    assert "Du är nummer 1 på väntelistan" in look(chief)


# --- Too late --------------------------------------------------------------------------------------------------------


def test_after_the_deadline_the_page_is_for_reading_and_says_whom_to_ask(chief, settings):
    store_answer(chief, Answer.YES, channel=Channel.LINK)
    with time_machine.travel(chief.meeting.reply_by + timedelta(minutes=1)):
        text = look(chief)
        assert buttons(chief) == []
        assert "Det går inte längre att svara" in text
        assert settings.MAIL_REPLY_TO in text
        assert "Olle Ek" in text
        assert "Du är anmäld" in text
        response = press(chief, svar="nej")
    assert response.status_code == 409
    assert "Sista dag att svara har passerat" in without_breaks(response.content)
    assert chief.replies.count() == 1


def test_thirty_days_after_the_meeting_the_link_is_gone(chief):
    link = chief.link
    link.expires_at = chief.meeting.ends_at + timedelta(days=30)
    link.save()
    with time_machine.travel(chief.meeting.ends_at + timedelta(days=30, seconds=1)):
        assert Client().get(address(chief)).status_code == 404


def test_a_cancelled_meeting_says_so_and_has_no_buttons(chief):
    chief.meeting.state = MeetingState.CANCELLED
    chief.meeting.save()
    assert "Mötet är inställt" in look(chief)
    assert buttons(chief) == []
    calendar = Client().get(address(chief, "calendar"))
    assert calendar["Content-Type"] == "text/calendar; charset=utf-8; method=CANCEL"


def test_the_calendar_is_a_file_with_a_name(chief):
    response = Client().get(address(chief, "calendar"))
    day = timezone.localdate(chief.meeting.starts_at).isoformat()
    assert response["Content-Disposition"] == f'attachment; filename="dialogmote-{day}.ics"'
    assert response["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert response.content.startswith(b"BEGIN:VCALENDAR\r\n")


# --- Somebody else ---------------------------------------------------------------------------------------------------


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
        ({"name": "Sune\u200b Berg", "email": "sune@nynashamn.example"}, "name", "tecken som inte syns"),
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
            "hel e-postadress",
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
    mail = parse_message(decrypt(raw))
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


# --- Needs -----------------------------------------------------------------------------------------------------------


def test_needs_are_asked_of_those_who_come_with_purpose_and_time(chief):
    assert "Mat och tillgänglighet" not in look(chief)
    press(chief, svar="ja")
    assert "raderas 14 dagar efter mötet" in look(chief)
    press(chief, svar="behov", food="Vegetariskt", access="")
    assert list(Need.objects.values_list("food", "access")) == [("Vegetariskt", "")]
    assert "Uppgifterna är sparade" in look(chief)


def test_food_is_asked_about_only_where_a_meal_is_served(chief):
    chief.meeting.serves_meal = False
    chief.meeting.save()
    press(chief, svar="ja")
    assert "vegetarisk" not in look(chief)
    press(chief, svar="behov", food="Vegetariskt", access="Hörslinga")
    assert list(Need.objects.values_list("food", "access")) == [("", "Hörslinga")]


# --- The link again --------------------------------------------------------------------------------------------------


def ask(email):
    """Ask as anybody can, and let the worker answer."""
    answer = Client().post("/svar/ny-lank/", {"email": email})
    send_links()
    return answer


def invite(guest):
    post_letter(
        guest, Purpose.INVITATION, compose(MAILINGS[Purpose.INVITATION], guest.meeting, guest), by=None
    )


def test_asking_again_answers_alike_whoever_asks_and_writes_to_those_invited(chief):
    invite(chief)
    known, unknown = ask("Nina.Lund@nynashamn.example"), ask("stranger@nynashamn.example")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert known.content == unknown.content
    letter = Letter.objects.get(purpose="links")
    assert letter.address == chief.email
    found = read_content(letter)
    assert found is not None
    assert f"/svar/{token_for(chief.link)}/" in found.text


def test_an_address_that_grows_too_long_in_lower_case_is_refused_at_its_field_and_not_stored():
    known, grown = (
        Client().post("/svar/ny-lank/", {"email": email})
        for email in ("nina@nynashamn.example", f"{'İ' * 242}@example.org")
    )
    assert (known.status_code, grown.status_code) == (303, 422)
    assert "email" in grown.context["form"].errors
    assert list(Wanted.objects.values_list("address", flat=True)) == ["nina@nynashamn.example"]


def work_of_asking(email):
    """The questions to the database while the person waits, without what was typed, and the letters written."""
    with CaptureQueriesContext(connection) as seen:
        Client().post("/svar/ny-lank/", {"email": email})
    asked = [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in seen]
    return asked, Letter.objects.filter(purpose="links").count()


def test_asking_again_takes_the_same_work_whoever_asks(chief):
    invite(chief)
    work = [work_of_asking(email) for email in (chief.email, "stranger@nynashamn.example")]
    assert work[0] == work[1]
    assert ([query for query in work[0][0] if "invitee" in query], work[0][1]) == ([], 0)
    send_links()
    assert list(Letter.objects.filter(purpose="links").values_list("address", flat=True)) == [chief.email]


def test_control_looking_up_while_the_person_waits_differs(chief, monkeypatch):
    invite(chief)
    monkeypatch.setattr("meetings.invitations.views.resend_link.request_links", resend_links)
    assert work_of_asking(chief.email) != work_of_asking("stranger@nynashamn.example")


def test_asking_again_and_again_is_one_letter_an_hour(chief):
    invite(chief)
    with time_machine.travel(timezone.now().replace(minute=5)) as clock:
        for _ in range(5):
            ask(chief.email)
        assert Letter.objects.filter(purpose="links").count() == 1
        clock.shift(3600)
        ask(chief.email)
    assert Letter.objects.filter(purpose="links").count() == 2


def test_nobody_learns_of_a_meeting_before_the_invitation(chief):
    ask(chief.email)
    assert Letter.objects.filter(purpose="links").count() == 0


def test_withdrawn_people_and_past_meetings_get_no_link(chief):
    invite(chief)
    with time_machine.travel(chief.meeting.ends_at + timedelta(minutes=1)):
        ask(chief.email)
    chief.withdrawn_at = timezone.now()
    chief.save()
    ask(chief.email)
    assert Letter.objects.filter(purpose="links").count() == 0


def test_asking_without_an_address_is_told_at_the_field():
    response = ask("inte en adress")
    assert response.status_code == 422
    assert "Skriv en hel e-postadress" in without_breaks(response.content)


def test_asking_is_not_limited_as_failures_are():
    assert [ask("x@kommun.example").status_code for _ in range(21)][-1] == 303
