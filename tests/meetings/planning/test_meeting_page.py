"""The page of a meeting."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dialog_portal.access.models import Role
from tests import factories
from tests.meetings.acting import letter, signed_in
from tests.meetings.planning.planned import HELD, INVITED

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "Skriv dagordningen"),
        ({"state": INVITED}, "Se inbjudna och svar"),
        ({"state": HELD}, "Minnesanteckningar"),
    ],
)
def test_the_page_says_what_comes_next(values, words):
    client, _ = signed_in()
    meeting = factories.meeting(**values)
    response = client.get(reverse("staff:meeting_detail", args=[meeting.pk]))
    assert response.context["next"].label == words


def test_a_reader_sees_the_page_without_buttons():
    client, _ = signed_in(Role.READER)
    meeting = factories.meeting()
    page = client.get(reverse("staff:meeting_detail", args=[meeting.pk])).content.decode()
    assert (meeting.title in page, "Ställ in" in page, "Kopiera" in page) == (True, False, False)
    assert client.post(reverse("staff:meeting_hold", args=[meeting.pk])).status_code == 403


def test_an_unknown_meeting_is_not_found():
    client, _ = signed_in()
    names = ("meeting_detail", "meeting_change", "meeting_copy", "meeting_cancel", "agenda")
    assert {client.get(reverse(f"staff:{name}", args=[99999])).status_code for name in names} == {404}


def test_the_page_takes_as_many_queries_with_300_invited_as_with_one():
    client, _ = signed_in()
    meeting = factories.meeting(state=INVITED)
    seats = factories.invitation(meeting, seats=1)
    factories.invitee(seats)
    letter(factories.invitee(seats))
    url, used = reverse("staff:meeting_detail", args=[meeting.pk]), []
    for _ in range(2):
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        used.append(len(queries))
        for _ in range(299):
            factories.invitee(seats)
    assert used[0] == used[1]
