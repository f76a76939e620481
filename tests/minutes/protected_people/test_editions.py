"""A person who becomes protected is a task for every edition that names them, until somebody has dealt with it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dialog_portal.access.models import Role, User
from dialog_portal.base.states import NotAllowed
from dialog_portal.dashboard.tasks import tasks_for
from meetings.models import Meeting
from minutes.models import Approval, Edition, Minutes, ProtectedName, Rendering
from minutes.protected_people import actions
from minutes.publishing.actions import publish
from parties.actions.mandates import change_person
from parties.models import Person
from tests import factories
from tests.minutes.acting import came, distributed, held_meeting
from tests.pages import without_breaks

pytestmark = pytest.mark.django_db
VERB = "Se till att namnet försvinner"


def edition(text: str, number: int = 1, meeting: Meeting | None = None) -> Edition:
    """A published edition with this text, without the way there."""
    minutes, _ = Minutes.objects.get_or_create(
        meeting=meeting or held_meeting(), defaults={"state": "published"}
    )
    now = timezone.now()
    approval = Approval.objects.create(
        minutes=minutes,
        content_hash="x",
        author=factories.user(),
        by=factories.user(Role.APPROVER),
        at=now,
        voided_at=now,
    )
    rendering = Rendering.objects.create(
        approval=approval, number=number, html="", json=f'{{"html": "<p>{text}</p>"}}', pdf=b"", sha256="x"
    )
    return Edition.objects.create(
        minutes=minutes, rendering=rendering, number=number, published_at=now, by=approval.by
    )


def protect(person: Person, *, protected: bool = True, by: User | None = None, **values: Any) -> list[str]:
    person.refresh_from_db()
    now = {
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        "protected": protected,
        **values,
    }
    return change_person(person, now, seen_version=person.version, by=by or factories.user()).consequences


def tasks(user: User) -> list[tuple[str, bool]]:
    mine, others = tasks_for(user, timezone.now())
    return [(task.about, task.mine) for task in (*mine, *others) if task.verb == VERB]


def test_each_edition_that_names_the_person_is_a_task_for_those_who_can_do_something():
    asa, meeting = factories.person(name="Åsa Ek"), held_meeting()
    edition("Närvarande: Åsa Ek", 1, meeting)
    edition("Åsa Ek talade.", 2, meeting)
    edition("Åsa Ekman talade.")
    assert protect(asa) == [
        "Åsa Ek namnges i 2 publicerade utgåvor. Det står på startsidan tills någon har gjort något åt det."
    ]
    expected = [(f"{meeting.title}, utgåva 1", True), (f"{meeting.title}, utgåva 2", True)]
    roles = {role: tasks(factories.user(role)) for role in Role.values}
    assert roles == {Role.READER: [], Role.OFFICER: expected, Role.APPROVER: expected, Role.ADMINISTRATOR: []}


def test_a_name_that_the_person_had_at_a_meeting_counts_too():
    asa, meeting = factories.person(name="Åsa Ek"), held_meeting()
    guest = factories.invitee(factories.invitation(meeting), person=asa, name="Åsa Lund")
    meeting.attendees.create(
        invitee=guest, invitation=guest.invitation, name="Åsa Lund", organisation="Nacka"
    )
    edition("Närvarande: Åsa Lund", 1, meeting)
    protect(asa)
    assert ProtectedName.objects.get().person == asa


def test_a_protected_person_who_changes_name_is_looked_for_again_and_each_edition_once():
    asa = factories.person(name="Åsa Ek")
    edition("Åsa Ek")
    edition("Åsa Lund")
    protect(asa)
    protect(asa, name="Åsa Lund")
    protect(asa, email="ny@kommun.example")
    assert ProtectedName.objects.count() == 2


def test_nobody_is_a_task_before_they_are_protected_or_when_it_has_ended():
    asa = factories.person(name="Åsa Ek")
    edition("Åsa Ek")
    assert (protect(asa, protected=False, name="Åsa Ek"), ProtectedName.objects.count()) == ([], 0)
    protect(asa)
    protect(asa, protected=False)
    assert (ProtectedName.objects.count(), tasks(factories.user())) == (0, [])


def test_what_was_done_is_noted_and_the_task_is_gone():
    asa, client, officer = factories.person(name="Åsa Ek"), Client(), factories.user()
    edition("Åsa Ek")
    protect(asa)
    client.force_login(officer)
    where = reverse("staff:protected_name", args=[ProtectedName.objects.get().pk])
    page = without_breaks(client.get(where).content)
    assert ("Utgåva 1 namnger en person med skyddade uppgifter" in page, "Påbörja en rättelse" in page) == (
        True,
        True,
    )
    assert "Skriv vad som gjordes" in without_breaks(client.post(where, {"how": ""}).content)
    client.post(where, {"how": "Ny utgåva, gammal fil borttagen."})
    row = ProtectedName.objects.get()
    assert (row.how, row.dealt_with_by, tasks(officer)) == ("Ny utgåva, gammal fil borttagen.", officer, [])
    assert "Ny utgåva, gammal fil borttagen." in without_breaks(client.get(where).content)
    with pytest.raises(NotAllowed, match="redan"):
        actions.note_as_dealt_with(row, "igen", by=officer)


def test_an_edition_whose_notes_were_sent_before_the_protection_is_a_task_at_once_and_publishing_warns():
    minutes = distributed(came(held_meeting(), "Åsa Öhrn", "0192").meeting)
    factories.person(name="Åsa Öhrn", protected=True)
    client, approver = Client(), factories.user(Role.APPROVER)
    client.force_login(approver)
    page = without_breaks(client.get(reverse("staff:minutes_publish", args=[minutes.meeting_id])).content)
    assert "Anteckningarna namnger Åsa Öhrn" in page
    made = publish(minutes, by=approver)
    assert ProtectedName.objects.get().edition == made


def test_the_start_page_asks_as_often_for_many_as_for_few(django_assert_max_num_queries: Any):
    asa, user = factories.person(name="Åsa Ek"), factories.user()
    for number in range(1, 31):
        edition("Åsa Ek", number, Meeting.objects.first())
    protect(asa)
    with django_assert_max_num_queries(1):
        rows = [row.edition.minutes.meeting.title for row in actions.open_names()]
    assert (len(rows), len(tasks(user))) == (30, 30)
