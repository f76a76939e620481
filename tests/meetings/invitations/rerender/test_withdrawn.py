"""Taken off the list, and put back; stopped in time, or too late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from dialog_portal.base.states import NotAllowed
from dialog_portal.links.actions import token_for
from dialog_portal.outbox.models import Letter, State
from dialog_portal.outbox.queue.send_again import undo
from meetings.invitations.actions import withdraw
from meetings.invitations.letters.lost_links import LINK_LETTERS
from meetings.models import Answer, Channel, Invitee, Purpose
from meetings.replies.actions import answer
from meetings.replies.reply_status import reply_status
from tests import factories
from tests.meetings.acting import signed_in
from tests.meetings.invitations.rerender.waiting_letters import text, waiting
from tests.pages import without_breaks
from tests.world import World

pytestmark = pytest.mark.django_db


def press_put_back(world: World, person: Invitee) -> str:
    client, _ = signed_in()
    url = reverse("staff:invitee_withdraw", args=[person.pk])
    client.post(url)
    page = without_breaks(client.get(reverse("staff:invitations", args=[world.pk])).content)
    assert f'name="undo" value="1">Lägg tillbaka<span class="visually-hidden"> {person.name}' in page
    return without_breaks(client.post(url, {"undo": "1"}, follow=True).content)


# --- Taken off the list, and put back --------------------------------------------------------------------------------


def test_who_was_taken_off_by_mistake_is_put_back_with_their_answer_and_a_new_link(two: World):
    chief = two.people[0]
    answer.store_answer(chief, Answer.YES, channel=Channel.LINK)
    two.deliver()
    old = token_for(chief.link)
    assert f"En ny personlig länk skickas till {chief.email}." in press_put_back(two, chief)
    back = Invitee.objects.get(pk=chief.pk)
    assert (back.withdrawn_at, reply_status(back).case) == (None, "seated")
    links = text(waiting(purpose__in=LINK_LETTERS).get())
    assert (f"/svar/{token_for(back.link)}/" in links, old in links) == (True, False)


def test_who_had_not_been_written_to_is_put_back_without_a_letter():
    world = World()
    assert "Inget brev har skickats." in press_put_back(world, world.chief)
    assert world.reached(Purpose.INVITATION) == set(world.people)
    assert not Letter.objects.exists()


def test_an_invitation_that_had_not_left_is_written_again():
    world = World().invite(left=False)
    press_put_back(world, world.chief)
    back = Invitee.objects.get(pk=world.chief.pk)
    assert f"/svar/{token_for(back.link)}/" in text(waiting(purpose="invitation").get())


def test_a_letter_with_a_dead_link_cannot_be_let_go_again():
    world = World().invite(left=False)
    withdraw.withdraw(world.chief, by=world.by)
    with pytest.raises(NotAllowed, match="inte aktuellt"):
        undo(Letter.objects.get(), by=world.by)


def test_nobody_loses_a_seat_to_who_is_put_back(two: World):
    two.invitation.seats = 1
    two.invitation.save()
    first, second = two.people
    for person in (first, second):
        answer.store_answer(person, Answer.YES, channel=Channel.LINK)
    page = press_put_back(two, first)
    assert f"{first.name} hade svarat ja, och platsen har gått till {second.name}." in page
    assert Invitee.objects.get(pk=first.pk).withdrawn_at is not None


def test_an_address_that_was_taken_meanwhile_is_said(world: World):
    chief = world.chief
    withdraw.withdraw(chief, by=world.by)
    factories.invitee(world.invitation, email=chief.email)
    with pytest.raises(NotAllowed, match="står redan på listan"):
        withdraw.reinstate(chief, by=world.by)


def test_a_second_press_changes_nothing(world: World):
    chief = world.chief
    withdraw.withdraw(chief, by=world.by)
    when = Invitee.objects.get(pk=chief.pk).withdrawn_at
    withdraw.withdraw(chief, by=world.by)
    assert Invitee.objects.get(pk=chief.pk).withdrawn_at == when
    assert withdraw.reinstate(chief, by=world.by) is True
    assert withdraw.reinstate(chief, by=world.by) is False
    assert waiting(purpose__in=LINK_LETTERS).count() == 1


# --- Stopped in time, or too late ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tried", "may_know"),
    [
        ({"started": None}, False),
        ({"outcome": "withdrawn"}, False),
        ({"outcome": "soft"}, False),
        ({"outcome": "unknown"}, True),
        ({"outcome": ""}, True),
    ],
)
def test_whether_a_stopped_invitation_may_have_been_read_decides_which_letter_is_offered(
    tried, may_know: bool
):
    world = World().invite(left=False)
    letter, now = Letter.objects.get(), timezone.now()
    letter.attempts.create(**{"fence": 1, "worker": "prov", "started": now, **tried})
    Letter.objects.update(state=State.SENDING, lease_until=now + timedelta(minutes=1), worker="prov", fence=1)
    world.move()
    chief = {world.chief}
    invited, updated = world.reached(Purpose.INVITATION), world.reached(Purpose.UPDATE)
    assert (invited, updated) == ((set(), chief) if may_know else (chief, set()))
