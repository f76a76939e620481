"""A party that is taken off a meeting is off it everywhere, can be invited again, and comes back with the register."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from dialog_portal.dashboard.tasks import tasks_for
from meetings.invitations.actions.follow_register import follow_register
from meetings.invitations.actions.remove_party import remove_party
from meetings.invitations.actions.withdraw import withdraw
from meetings.invitations.register_changes import register_changes
from meetings.mailings.views.preview import parties_without_recipient
from meetings.models import Invitation, Meeting
from minutes.models import PublicChange
from minutes.publishing.bake import render_page
from minutes.publishing.pages_to_bake import Subject, pages_of
from tests import factories
from tests.meetings.acting import signed_in
from tests.minutes.publishing.addresses import address
from tests.pages import without_breaks
from tests.world import World

pytestmark = pytest.mark.django_db


def world_with_mandate() -> World:
    """One party, whose only person holds a mandate and has had the invitation."""
    person = factories.person(name="Ada Ek")
    world = World(guest={"person": person, "name": person.name, "email": person.email})
    mandate = factories.mandate(world.party, person)
    world.people[0].title = mandate.label
    world.people[0].save()
    return world.invite()


def said(meeting: Meeting) -> list[str]:
    return [f"{change.kind} {change.person or change.party}" for change in register_changes(meeting)]


def follow(world: World) -> None:
    follow_register(world.meeting, {row.key for row in register_changes(world.meeting)}, by=world.by)


def tasks() -> list[str]:
    mine, others = tasks_for(factories.user(), timezone.now())
    return [task.why for task in (*mine, *others) if task.verb == "Följ registret"]


def removed_by_hand() -> World:
    world = world_with_mandate()
    remove_party(world.invitation, by=world.by)
    factories.mandate(world.party, factories.person(name="Bo Efterträdare"))
    return world


def test_nobody_new_of_a_removed_party_is_suggested_or_added() -> None:
    world = removed_by_hand()
    assert (said(world.meeting), tasks()) == ([], [])
    client, _ = signed_in()
    other = factories.party(name="Film")
    client.post(reverse("staff:invitation_add", args=[world.pk]), {"parties": [str(other.pk)], "seats": "2"})
    assert Invitation.objects.filter(meeting=world.pk, party=other).exists()
    assert not world.meeting.invitees.active().exists()


def test_the_preview_of_letters_does_not_ask_for_a_mandate_at_a_removed_party() -> None:
    world = removed_by_hand()
    empty = factories.invitation(world.meeting, factories.party(name="Tomma parten"))
    assert parties_without_recipient(world.meeting) == [empty]


def test_the_public_page_no_longer_names_a_removed_party() -> None:
    world = world_with_mandate()
    factories.invitation(world.meeting, factories.party(name="Film"))
    place = address("meeting", world.meeting)
    before = render_page(place).decode()
    PublicChange.objects.all().delete()
    remove_party(world.invitation, by=world.by)
    noted = [Subject(row.subject, row.key) for row in PublicChange.objects.all()]
    after = render_page(place).decode()
    assert (str(world.party) in before, str(world.party) in after, "Film" in after) == (True, False, True)
    assert place in {page.address for page in pages_of(noted)}


def test_a_party_that_somebody_represents_beside_their_own_is_still_invited() -> None:
    world = world_with_mandate()
    other = factories.invitation(world.meeting, factories.party(name="Film"))
    factories.invitee(other).also.add(world.invitation)
    withdraw(world.chief, by=world.by)
    assert set(Invitation.objects.in_use()) == {world.invitation, other}


def test_a_removed_party_can_be_invited_again_with_other_seats() -> None:
    world = removed_by_hand()
    client, _ = signed_in()
    url = reverse("staff:invitation_add", args=[world.pk])
    assert f'value="{world.party.pk}"' in client.get(url).content.decode()
    page = without_breaks(
        client.post(url, {"parties": [str(world.party.pk)], "seats": "5"}, follow=True).content
    )
    assert "1 part har fått plats vid mötet. Inget brev har skickats än." in page
    assert (world.meeting.invitations.get().seats, world.meeting.invitees.active().get().name) == (
        5,
        "Bo Efterträdare",
    )
    assert said(world.meeting) == ["return Ada Ek"]
    follow(world)
    assert world.meeting.invitees.active().count() == 2


def test_a_party_that_the_register_took_off_comes_back_with_its_people() -> None:
    world = world_with_mandate()
    own, elsewhere = (world.meeting.round.groups.create(name=name) for name in ("Södra", "Norra"))
    world.store(group=own)
    elsewhere.parties.add(world.party)
    follow(world)
    assert (world.meeting.invitees.active().count(), said(world.meeting), tasks()) == (0, [], [])
    elsewhere.parties.clear()
    own.parties.add(world.party)
    factories.mandate(world.party, factories.person(name="Bo Efterträdare"))
    assert said(world.meeting) == ["return Ada Ek", "add Bo Efterträdare"]
    follow(world)
    assert (world.meeting.invitees.active().count(), said(world.meeting)) == (2, [])
