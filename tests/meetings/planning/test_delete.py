"""A planned meeting or round that nobody has heard of can be deleted; what somebody knows of stays."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from dialog_portal.access.models import Role
from dialog_portal.base.audit import Event
from dialog_portal.base.states import NotAllowed
from dialog_portal.links.models import Link
from meetings.mailings.pending_letters import count_pending
from meetings.models import (
    AgendaItem,
    Answer,
    Attendee,
    Channel,
    Group,
    Invitee,
    Meeting,
    MeetingState,
    Need,
    Purpose,
    Round,
)
from meetings.planning.actions.delete import delete_meeting, delete_round
from meetings.planning.actions.meetings import cancel_meeting
from meetings.replies.actions.answer import store_answer
from minutes.models import Minutes, PublicText, TextKind
from tests import factories
from tests.meetings.acting import letter, signed_in
from tests.meetings.planning.planned import invited_meeting
from tests.minutes.public_texts.texts import publish, write
from tests.pages import without_breaks
from tests.world import World, accept

pytestmark = pytest.mark.django_db


def listed(**values: Any) -> World:
    """A planned meeting with an agenda and people on its list, none of whom has been told."""
    world = World(people=2, **{"state": MeetingState.PLANNED, **values})
    factories.item(world.meeting)
    return world


def answered(world: World) -> None:
    store_answer(world.chief, Answer.YES, channel=Channel.PHONE, by=world.by)


def noted(world: World) -> None:
    Attendee.objects.create(meeting=world.meeting, name="Bo", organisation="Kör")


KNOWN = {
    "announced": lambda world: world.store(state=MeetingState.ANNOUNCED),
    "cancelled": lambda world: world.store(state=MeetingState.CANCELLED),
    "a letter": lambda world: letter(world.chief),
    "an answer": answered,
    "attendance": noted,
    "notes": lambda world: Minutes.objects.create(meeting=world.meeting),
}


def test_a_planned_meeting_is_deleted_with_its_agenda_and_its_list_after_asking():
    client, user = signed_in()
    world = listed()
    where = reverse("staff:meeting_delete", args=[world.pk])
    said = without_breaks(client.get(where).content)
    assert "med 1 punkt på dagordningen och 2 personer på listan över inbjudna" in said
    assert Meeting.objects.count() == 1
    answer = client.post(where, follow=True)
    assert "är borttaget" in answer.content.decode()
    rows = (Meeting, AgendaItem, Invitee, Link)
    assert [model.objects.count() for model in rows] == [0, 0, 0, 0]
    event = Event.objects.get(what="dialogmöte: tog bort")
    assert (event.by, event.thing) == (user, f"meeting {world.pk}")
    assert client.post(where).status_code == 404


@pytest.mark.parametrize("why", KNOWN)
def test_what_somebody_knows_of_is_neither_offered_nor_deleted(why: str):
    client, _ = signed_in()
    world = listed()
    KNOWN[why](world)
    where = reverse("staff:meeting_delete", args=[world.pk])
    assert where not in client.get(reverse("staff:meeting_detail", args=[world.pk])).content.decode()
    for answer in (client.get(where, follow=True), client.post(where, follow=True)):
        assert "kan inte tas bort. Ställ in det i stället." in without_breaks(answer.content)
    with pytest.raises(NotAllowed):
        delete_round(world.meeting.round, by=world.by)
    assert (Meeting.objects.count(), Round.objects.count(), Invitee.objects.count()) == (1, 1, 2)


def test_a_reader_is_not_offered_to_delete():
    client, _ = signed_in(Role.READER)
    world = listed()
    assert "Ta bort" not in client.get(reverse("staff:meeting_detail", args=[world.pk])).content.decode()
    assert client.post(reverse("staff:meeting_delete", args=[world.pk])).status_code == 403


def test_a_round_is_deleted_with_its_meetings_and_groups_after_naming_them():
    client, _ = signed_in()
    world = listed(title="Dialogmöte i söder")
    round_ = world.meeting.round
    Group.objects.create(round=round_, name="Söder")
    where = reverse("staff:round_delete", args=[round_.year])
    assert where in client.get(reverse("staff:round_detail", args=[round_.year])).content.decode()
    said = without_breaks(client.get(where).content)
    assert ("1 grupp och 1 möte" in said, "Dialogmöte i söder" in said) == (True, True)
    assert "och 1 möte är borttagen" in client.post(where, follow=True).content.decode()
    assert [model.objects.count() for model in (Round, Group, Meeting, Link)] == [0, 0, 0, 0]


def test_an_empty_round_is_deleted():
    delete_round(factories.round_(), by=factories.user())
    assert Round.objects.count() == 0


def test_a_round_whose_year_has_been_published_is_neither_offered_nor_deleted():
    client, _ = signed_in()
    round_ = factories.round_()
    publish(write(TextKind.YEAR, round_=round_))
    write(TextKind.YEAR, round_=round_, lead="Ett nytt utkast.")
    where = reverse("staff:round_delete", args=[round_.year])
    assert where not in client.get(reverse("staff:round_detail", args=[round_.year])).content.decode()
    for answer in (client.get(where, follow=True), client.post(where, follow=True)):
        assert "har varit publicerad på webbplatsen" in without_breaks(answer.content)
    assert Round.objects.get().public_text.revisions.count() == 2


def test_a_text_that_nobody_has_published_is_deleted_with_its_round():
    client, _ = signed_in()
    round_ = factories.round_()
    write(TextKind.YEAR, round_=round_)
    where = reverse("staff:round_delete", args=[round_.year])
    assert where in client.get(reverse("staff:round_detail", args=[round_.year])).content.decode()
    client.post(where)
    assert (Round.objects.count(), PublicText.objects.count()) == (0, 0)


def test_a_meeting_that_somebody_deleted_meanwhile_is_refused():
    world = listed()
    meeting = world.meeting
    delete_meeting(meeting, by=world.by)
    with pytest.raises(NotAllowed):
        delete_meeting(meeting, by=world.by)


def test_before_cancelling_it_is_said_what_will_happen():
    client, _ = signed_in()
    meeting, (waiting, sent) = invited_meeting()
    accept(sent)
    Need.objects.create(invitee=waiting.meeting_letter.invitee, food="Vegetariskt")
    meeting.planned.create(purpose="reminder", due_at=timezone.now())
    said = without_breaks(client.get(reverse("staff:meeting_cancel", args=[meeting.pk])).content)
    for sentence in (
        "Brevet till 1 person som känner till mötet visas.",
        "1 brev som väntar på att skickas stoppas.",
        "1 planerad påminnelse skickas inte.",
        "Det 1 person har skrivit om mat och tillgänglighet raderas.",
        "På webbplatsen står att mötet är inställt.",
    ):
        assert sentence in said
    assert "ta bort det" not in said
    cancel_meeting(meeting, reason="Vatten i salen.", by=factories.user())
    assert count_pending(Purpose.CANCELLATION, Meeting.objects.get(), timezone.now()) == 1  # as it was said


def test_cancelling_what_nobody_knows_of_says_so_and_offers_to_delete_it():
    client, _ = signed_in()
    world = listed()
    said = without_breaks(client.get(reverse("staff:meeting_cancel", args=[world.pk])).content)
    assert "Inget brev skickas. Ingen har fått något brev om mötet." in said
    assert reverse("staff:meeting_delete", args=[world.pk]) in said
    assert "På webbplatsen" not in said
