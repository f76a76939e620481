"""What the page of a guest says, before and after the deadline; looking writes nothing."""

from datetime import timedelta
from itertools import product

import pytest
import time_machine
from django.apps import apps
from django.test import Client
from django.utils import timezone

from dialog_portal.outbox.models import Letter
from meetings.models import Answer, Channel, Invitee, MeetingState, Reply
from meetings.replies.actions.answer import store_answer
from tests import factories
from tests.meetings.replies.guest_page.guest import address, buttons, look, press
from tests.pages import without_breaks

pytestmark = pytest.mark.django_db


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
