"""What guests see of an agenda that is opened again, and whom a new one is owed to."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dialog_portal.dashboard.tasks.pending_letters import letters_to_send_after_change
from dialog_portal.outbox.models import Letter
from meetings.agenda.actions import add_item, change_agenda_state, move_item
from meetings.mailings.actions.post import agenda_in_letter
from meetings.mailings.letters.compose import compose
from meetings.mailings.letters.recipients import MAILINGS
from meetings.models import AgendaItem, AgendaState, Answer, Channel, MeetingState, Purpose
from meetings.replies.actions.answer import store_answer
from minutes.publishing.bake import render_page
from tests import factories
from tests.meetings.acting import signed_in
from tests.meetings.replies.guest_page.guest import look
from tests.pages import without_breaks
from tests.world import World

pytestmark = pytest.mark.django_db
DRAFT, CONSULTED, SETTLED = AgendaState.DRAFT, AgendaState.CONSULTED, AgendaState.SETTLED


def invited(people: int = 1, **values: Any) -> World:
    """A meeting whose settled agenda has been sent with the invitation."""
    world = World(people, **values)
    factories.item(world.meeting, title="Välkomna", minutes=30)
    settle(world)
    return world.invite()


def settle(world: World, to: AgendaState = SETTLED) -> None:
    change_agenda_state(world.meeting.agenda, to, by=world.by)


def reopen(world: World, title: str = "Ny punkt", **values: Any) -> AgendaItem:
    settle(world, DRAFT)
    agenda = world.meeting.agenda
    return add_item(agenda, AgendaItem(agenda=agenda, title=title, **values), by=world.by)


def letter_text(world: World, purpose: Purpose = Purpose.COMING) -> str:
    return compose(MAILINGS[purpose], world.meeting, world.chief).text


@pytest.mark.parametrize("state", [DRAFT, CONSULTED])
def test_a_point_added_after_reopening_is_shown_to_guests_when_it_is_settled_and_not_before(
    state: AgendaState,
):
    world = invited()
    reopen(world)
    if state == CONSULTED:
        settle(world, CONSULTED)
    meeting = world.meeting
    assert ("Ny punkt" in look(world.chief), "Ny punkt" in letter_text(world)) == (False, False)
    assert ("Välkomna" in look(world.chief), "kan komma att ändras" in look(world.chief)) == (True, False)
    settle(world)
    assert ("Ny punkt" in look(world.chief), "Ny punkt" in letter_text(world)) == (True, True)
    assert meeting.agenda.settled_items is not None
    assert world.meeting.agenda.settled_items is None


def test_the_public_page_shows_what_was_settled_last_with_its_lines_outside_the_header():
    world = invited()
    AgendaItem.objects.update(description="Vi går igenom:\n- budget\n- lokaler")
    settle(world, DRAFT)
    AgendaItem.objects.update(title="Inte än")
    meeting = world.meeting
    said = without_breaks(render_page(reverse("public:meeting", args=[meeting.round.year, meeting.slug])))
    assert "Inte än" not in said
    assert (
        '<th scope="row">Välkomna</th> <td data-label="Beskrivning">Vi går igenom:<br>- budget<br>- lokaler'
        in said
    )


def test_before_anything_is_settled_guests_see_the_agenda_as_it_is():
    world = World().invite()
    factories.item(world.meeting, title="Utkast")
    assert ("Utkast" in look(world.chief), "kan komma att ändras" in look(world.chief)) == (True, True)


def test_a_new_agenda_is_owed_to_those_who_were_sent_an_older_one_and_have_not_declined():
    world = invited(people=4)
    store_answer(world.people[1], Answer.YES, channel=Channel.PHONE, by=world.by)
    store_answer(world.people[2], Answer.NO, channel=Channel.PHONE, by=world.by)
    late = factories.invitee(world.invitation)
    assert world.reached(Purpose.AGENDA) == set()
    reopen(world)
    assert world.reached(Purpose.AGENDA) == set()
    settle(world)
    owed = {world.people[0], world.people[1], world.people[3]}
    assert (world.reached(Purpose.AGENDA), late in owed) == (owed, False)


def test_the_letter_is_written_once_and_again_after_the_next_new_agenda():
    world = invited()
    for title in ("Ett", "Två"):
        reopen(world, title)
        settle(world)
        assert title in letter_text(world, Purpose.AGENDA)
        world.write(Purpose.AGENDA)
        assert world.reached(Purpose.AGENDA) == set()
    assert Letter.objects.filter(purpose=Purpose.AGENDA).count() == 2


def test_what_was_taken_back_or_changes_nothing_for_guests_is_owed_to_nobody():
    world = invited()
    reopen(world).delete()
    settle(world)
    reopen(world, "Intern punkt", internal=True)
    settle(world)
    assert world.reached(Purpose.AGENDA) == set()


def test_after_a_change_was_sent_and_then_taken_back_the_first_agenda_is_owed_again():
    world = invited()
    item = reopen(world)
    settle(world)
    world.write(Purpose.AGENDA)
    settle(world, DRAFT)
    item.delete()
    settle(world)
    assert world.reached(Purpose.AGENDA) == {world.chief}
    world.write(Purpose.AGENDA)
    assert world.reached(Purpose.AGENDA) == set()


def test_another_order_is_another_agenda_and_a_moved_meeting_is_not():
    world = invited()
    reopen(world, minutes=10)
    settle(world)
    world.write(Purpose.AGENDA)
    before = agenda_in_letter(world.meeting, Purpose.INVITATION)
    world.move()
    assert agenda_in_letter(world.meeting, Purpose.INVITATION) == before
    settle(world, DRAFT)
    move_item(AgendaItem.objects.get(title="Ny punkt"), to=1, by=world.by)
    settle(world)
    assert world.reached(Purpose.AGENDA) == {world.chief}


def test_staff_are_told_on_the_agenda_and_the_start_page_and_lead_to_the_letter():
    client, user = signed_in()
    world = invited(people=2)
    reopen(world)
    settle(world)
    where = reverse("staff:letters_preview", args=[world.pk, Purpose.AGENDA])
    said = without_breaks(client.get(reverse("staff:agenda", args=[world.pk])).content)
    assert ("2 personer har fått en äldre dagordning" in said, where in said) == (True, True)
    assert [task.url for task in letters_to_send_after_change(user, timezone.now())] == [where]
    assert "Ny punkt" in client.get(where).context["pairs"][0][1].text


def test_a_cancelled_meeting_owes_no_agenda(client: Client):
    world = invited()
    reopen(world)
    settle(world)
    world.store(state=MeetingState.CANCELLED)
    assert MAILINGS[Purpose.AGENDA].reason_not_to_send(world.meeting, timezone.now())
