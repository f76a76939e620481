"""The stamp of a web page is not put on a meeting or a round; what stands there already stops nobody."""

from __future__ import annotations

import pytest
from django.urls import reverse

from meetings.models import Meeting, Round
from tests import factories
from tests.meetings.acting import retyped, signed_in, typed
from tests.meetings.planning.rounds import form

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.mark.parametrize("stamp", ["AKTNR 2605-10597", "aktnr 2605", "Se AKTNR 1-2"])
def test_a_page_stamp_is_refused_and_the_place_for_it_is_named(stamp: str):
    client, _ = signed_in()
    factories.round_(year=2027)
    for name, body in (
        ("meeting_add", typed(outside_reference=stamp)),
        ("round_change", form(outside_reference=stamp)),
    ):
        page = client.post(reverse(f"staff:{name}", args=[2027]), body).content.decode()
        assert "bland gamla adresser" in page
    assert (Meeting.objects.count(), Round.objects.get().outside_reference) == (0, "")


def test_another_register_s_reference_is_kept():
    client, _ = signed_in()
    factories.round_(year=2027)
    client.post(reverse("staff:meeting_add", args=[2027]), typed(outside_reference="FSKF 2027:4"))
    assert Meeting.objects.get().outside_reference == "FSKF 2027:4"


def test_an_old_stamp_hinders_no_other_change():
    client, _ = signed_in()
    row = factories.meeting(outside_reference="AKTNR 2605-10597")
    body = retyped(row, title="Nytt namn", outside_reference="AKTNR 2605-10597")
    client.post(reverse("staff:meeting_change", args=[row.pk]), body)
    row.refresh_from_db()
    assert (row.title, row.outside_reference) == ("Nytt namn", "AKTNR 2605-10597")
