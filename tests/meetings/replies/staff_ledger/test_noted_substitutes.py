"""Substitutes that staff note for somebody who called."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from meetings.models import Invitee, Reply
from tests.meetings.replies.staff_ledger.ledger import YES
from tests.pages import without_breaks

pytestmark = pytest.mark.django_db


def noted(client: Client, person: Invitee, **fields: str) -> Any:
    body = {"answer": "ersattare", "channel": "phone", "note": "", "name": "", "email": "", **fields}
    return client.post(reverse("staff:reply_note", args=[person.pk]), body)


def test_staff_note_a_substitute_from_anywhere(officer, nina):
    response = noted(officer, nina, name="Udo Ek", email="udo@annan.example", note="Ringde på morgonen")
    assert response.status_code == 302
    deputy = nina.substitutes.get()
    assert (deputy.name, deputy.email) == ("Udo Ek", "udo@annan.example")
    row = nina.replies.get()
    assert (row.answer, row.channel, row.note) == ("ersattare", "phone", "Ringde på morgonen")
    assert row.by is not None
    assert (nina.letters.count(), deputy.letters.count()) == (1, 1)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "", "email": "udo@annan.example"}, "Skriv ersättarens namn."),
        ({"name": "Udo Ek", "email": ""}, "Skriv ersättarens e-postadress."),
        ({"name": "Udo Ek", "email": "udo"}, "e-postadress"),
        ({"name": "vinn.example/nu", "email": "udo@annan.example"}, "Skriv bara personens namn"),
        ({"answer": "ja", "name": "Udo Ek"}, "Du har skrivit en ersättare."),
    ],
)
def test_half_a_substitute_is_not_noted(officer, nina, fields, words):
    response = noted(officer, nina, **fields)
    assert response.status_code == 200
    assert words in without_breaks(response.content)
    assert (Reply.objects.count(), Invitee.objects.count()) == (0, 1)


def test_no_field_is_called_optional_that_then_is_demanded(officer, nina):
    body = without_breaks(officer.get(reverse("staff:reply_note", args=[nina.pk])).content)
    assert re.findall(r'<label class="field__label" for="id_(\w+)">[^<]*<span', body) == ["note"]
    # Folded by the style while another answer is chosen
    assert 'class="fieldset only-with-substitute"' in body


def test_what_is_wrong_with_a_substitute_is_never_folded(officer, nina):
    for fields in ({"name": ""}, {"answer": "ja", "name": "Udo Ek"}):
        assert "only-with-substitute" not in without_breaks(noted(officer, nina, **fields).content)


def test_a_substitute_sends_no_substitute_also_when_staff_write(officer, nina):
    noted(officer, nina, name="Udo Ek", email="udo@annan.example")
    deputy = nina.substitutes.get()
    body = without_breaks(officer.get(reverse("staff:reply_note", args=[deputy.pk])).content)
    assert "Skickar ersättare" not in body
    noted(officer, deputy, name="Tre Dje", email="tre@annan.example")
    assert deputy.substitutes.count() == 0


def test_a_yes_is_noted_as_before(officer, nina):
    assert noted(officer, nina, answer="ja").status_code == 302
    assert nina.replies.get().answer == YES
