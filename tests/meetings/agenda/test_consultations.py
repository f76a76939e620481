"""A consultation held outside the portal is noted with body, day, way and who noted it; numbers, lines and undo."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from dialog_portal.access.models import Role
from dialog_portal.base.audit import Event
from dialog_portal.base.typed_text import without_number
from meetings.agenda.actions import change_agenda_state, delete_item, restore_item
from meetings.models import AgendaConsultation, AgendaItem, AgendaState, HowConsulted, Meeting
from meetings.planning.actions.meetings import cancel_meeting
from minutes.models import Minutes
from tests import factories
from tests.meetings.acting import signed_in
from tests.meetings.replies.guest_page.guest import look
from tests.pages import without_breaks
from tests.world import World

pytestmark = pytest.mark.django_db
THREE_LINES = "Vi går igenom:\n- budget\n- lokaler"
TYPED = {"body": "FSKF", "held_on": "2026-11-17", "how": "phone", "remark": "Talade med ordföranden."}


def consulted() -> Meeting:
    meeting = factories.meeting()
    factories.item(meeting, title="Välkomna")
    meeting.categories.add(factories.category(agenda_body="FSKF"))
    return meeting


def agenda_page(client: Client, meeting: Meeting) -> str:
    return without_breaks(client.get(reverse("staff:agenda", args=[meeting.pk])).content)


def note(client: Client, meeting: Meeting, **values: Any) -> Any:
    return client.post(reverse("staff:agenda_consultation_add", args=[meeting.pk]), {**TYPED, **values})


# --- Consultations ---------------------------------------------------------------------------------------------------


def test_a_consultation_says_with_which_body_when_how_and_who_noted_it():
    client, user = signed_in()
    meeting = consulted()
    assert "Ingen avstämning är noterad med FSKF." in agenda_page(client, meeting)
    form = client.get(reverse("staff:agenda_consultation_add", args=[meeting.pk])).context["form"]
    assert form["body"].value() == "FSKF"
    for _ in range(2):  # the button was pressed twice
        assert note(client, meeting).status_code == 302
    row = AgendaConsultation.objects.get()
    assert (row.body, row.held_on, row.how, row.by) == ("FSKF", date(2026, 11, 17), HowConsulted.PHONE, user)
    said = agenda_page(client, meeting)
    assert "Avstämd med FSKF tisdag 17 november 2026, per telefon. Talade med ordföranden." in said
    assert f"Noterat av {user} 18 november 2026 kl. 10.15." in said
    assert "Ingen avstämning är noterad" not in said
    assert Event.objects.get(what="dagordning: noterade avstämning").by == user


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("body", " ", "Skriv vem dagordningen är avstämd med."),
        ("held_on", "2026-11-19", "Avstämningen noteras när den har hållits. Välj i dag eller tidigare."),
        ("held_on", "0026-11-18", "Kontrollera årtalet."),
        ("held_on", "i går", "Skriv ett datum som finns"),
        ("how", "", "Välj hur ni stämde av."),
        ("how", "duva", ""),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_noted(field: str, value: str, sentence: str):
    client, _ = signed_in()
    page = note(client, consulted(), **{field: value})
    assert (list(page.context["form"].errors), sentence in page.content.decode()) == ([field], True)
    assert not AgendaConsultation.objects.exists()


def test_what_was_noted_by_mistake_is_removed_and_the_log_keeps_it():
    client, _ = signed_in()
    meeting = consulted()
    note(client, meeting)
    row = AgendaConsultation.objects.get()
    client.post(reverse("staff:agenda_consultation_remove", args=[row.pk]))
    assert not AgendaConsultation.objects.exists()
    assert Event.objects.filter(what="dagordning: tog bort avstämning").count() == 1


def test_a_reader_sees_consultations_and_cannot_change_them():
    officer, _ = signed_in()
    client, _ = signed_in(Role.READER)
    meeting = consulted()
    note(officer, meeting)
    said = agenda_page(client, meeting)
    assert ("Avstämd med FSKF" in said, "Notera en avstämning" in said, "Ta bort" in said) == (
        True,
        False,
        False,
    )


def test_the_database_refuses_an_unknown_way_and_the_same_consultation_twice():
    agenda, user = consulted().agenda, factories.user()
    known = {"agenda": agenda, "body": "FSKF", "held_on": date(2026, 11, 17), "by": user}
    AgendaConsultation.objects.create(how=HowConsulted.PHONE, **known)
    for how in ("duva", HowConsulted.PHONE):
        with pytest.raises(IntegrityError), transaction.atomic():
            AgendaConsultation.objects.create(how=how, **known)


# --- Numbers and lines -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("1. Mötet öppnas", "Mötet öppnas"),
        ("2) Val av sekreterare", "Val av sekreterare"),
        ("§ 3 Budget", "Budget"),
        ("§12. Budget", "Budget"),
        ("4 § Övrigt", "Övrigt"),
        ("5: Paus", "Paus"),
        ("1.Mötet", "Mötet"),
        ("3 frågor från KLYS", "3 frågor från KLYS"),
        ("1.5 miljoner till kören", "1.5 miljoner till kören"),
        ("2030-strategin", "2030-strategin"),
        ("15:30 Paus", "15:30 Paus"),
        ("2:a omgången", "2:a omgången"),
        ("1.", "1."),
    ],
)
def test_a_number_that_was_typed_before_a_title_is_left_out(typed: str, title: str):
    assert without_number(typed) == title


def test_points_and_sections_are_numbered_once(client: Client):
    officer, _ = signed_in()
    meeting = factories.meeting()
    officer.post(reverse("staff:item_add", args=[meeting.pk]), {"title": "1. Mötet öppnas"})
    item = AgendaItem.objects.get()
    officer.post(
        reverse("staff:item_change", args=[item.pk]), {"title": "§ 7 Mötet öppnas", "seen_version": "1"}
    )
    said = agenda_page(officer, meeting)
    assert (said.count("Mötet öppnas</a>"), "1. <a" in said, "§" in said) == (1, True, False)
    AgendaItem.objects.update(title="2) Mötet öppnas")  # typed before the form left numbers out
    assert ">Mötet öppnas</a>" in agenda_page(officer, meeting)
    section = Minutes.objects.create(meeting=meeting).sections.create(position=1, heading="Läget")
    officer.post(
        reverse("staff:section_change", args=[section.pk]),
        {"heading": "1. Läget", "html": "<p>Gott.</p>", "seen_version": section.version},
    )
    section.refresh_from_db()
    assert (section.heading, section.version) == ("Läget", 2)


def test_a_description_keeps_its_lines_outside_the_header_of_its_row():
    client, _ = signed_in()
    meeting = factories.meeting()
    item = factories.item(meeting, title="Läget", description=THREE_LINES)
    said = agenda_page(client, meeting)
    header = said[said.index('<th scope="row">') : said.index("</th>", said.index('<th scope="row">'))]
    assert (item.title in header, "budget" in header) == (True, False)
    assert "<p>Vi går igenom:<br>- budget<br>- lokaler</p>" in said


def test_the_reason_for_cancelling_keeps_its_lines_for_guests_and_staff():
    client, _ = signed_in()
    world = World().invite()
    cancel_meeting(world.meeting, reason=THREE_LINES, by=world.by)
    lines = "Vi går igenom:<br>- budget<br>- lokaler"
    assert lines in without_breaks(client.get(reverse("staff:meeting_detail", args=[world.pk])).content)
    assert "Vi går igenom: - budget - lokaler" in look(world.chief)


# --- Undo ------------------------------------------------------------------------------------------------------------


def test_undo_is_offered_while_it_works_and_not_on_a_settled_agenda():
    client, user = signed_in()
    meeting = consulted()
    second = factories.item(meeting, title="Tvåa")
    client.post(reverse("staff:item_delete", args=[second.pk]))
    assert "Ångra" in agenda_page(client, meeting)
    change_agenda_state(meeting.agenda, AgendaState.SETTLED, by=user)
    assert "Ångra" not in agenda_page(client, meeting)
    change_agenda_state(meeting.agenda, AgendaState.DRAFT, by=user)
    assert "Ångra" in agenda_page(client, meeting)


def test_a_point_that_is_put_back_has_its_section_of_the_notes_again():
    meeting, user = consulted(), factories.user()
    item = meeting.agenda.items.get()
    section = Minutes.objects.create(meeting=meeting).sections.create(
        position=1, heading="Välkomna", item=item
    )
    removed = delete_item(item, by=user)
    restored = restore_item(meeting.agenda, removed, by=user)
    section.refresh_from_db()
    assert section.item == restored
