"""Letters with links, and links that are changed, before letters have left."""

from __future__ import annotations

import pytest

from dialog_portal.base.swedish import weekday
from dialog_portal.links.actions import token_for
from dialog_portal.outbox.content import read_content
from dialog_portal.outbox.models import Letter
from meetings.invitations.actions import resend_link, withdraw
from meetings.invitations.actions.change_link import change_link
from meetings.invitations.letters.lost_links import LINK_LETTERS
from meetings.mailings.actions.post import post_letters
from meetings.mailings.actions.send import drafts_for
from meetings.mailings.letters.recipients import MAILINGS
from meetings.models import Invitee, Purpose
from tests.meetings.acting import asked_long_ago
from tests.meetings.invitations.rerender.waiting_letters import text, waiting
from tests.world import World

pytestmark = pytest.mark.django_db


# --- Link letters ----------------------------------------------------------------------------------------------------


def test_a_letter_with_links_says_the_new_day_or_nothing(world: World):
    resend_link.resend_links(world.chief.email)
    day = weekday(world.move())
    assert day in text(waiting(purpose__in=LINK_LETTERS).get())
    world.cancel()
    assert not waiting(purpose__in=LINK_LETTERS).exists()


def test_links_asked_for_again_within_the_hour_say_the_new_day(world: World):
    email = world.chief.email
    resend_link.resend_links(email)
    world.deliver()
    day = weekday(world.move())
    resend_link.resend_links(email)
    assert day in text(waiting(purpose__in=LINK_LETTERS).get())


def test_a_letter_with_links_does_not_reach_who_was_taken_off_the_list(world: World):
    resend_link.resend_links(world.chief.email)
    withdraw.withdraw(world.chief, by=world.by)
    assert not waiting(purpose__in=LINK_LETTERS).exists()


def test_a_letter_with_links_keeps_the_other_meetings(world: World):
    other = World().invite()
    email = world.chief.email
    Invitee.objects.filter(pk=other.people[0].pk).update(email=email)
    resend_link.resend_links(email)
    world.cancel()
    links = waiting(purpose__in=LINK_LETTERS).get()
    assert (
        token_for(other.people[0].link) in text(links),
        token_for(world.chief.link) in text(links),
    ) == (
        True,
        False,
    )


# --- A link that is changed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tell", [True, False])
def test_whose_link_changed_before_the_invitation_left_stays_in_the_chain(tell: bool):
    world = World().invite(left=False)
    chief = world.chief
    assert change_link(chief, tell=tell, by=world.by)
    chief.link.refresh_from_db()
    assert f"/svar/{token_for(chief.link)}/" in text(Letter.objects.waiting().get())
    world.deliver()
    asked_long_ago()
    assert world.reached(Purpose.REMINDER) == {chief}
    world.move()
    assert world.reached(Purpose.UPDATE) == {chief}
    world.cancel()
    assert world.reached(Purpose.CANCELLATION) == {chief}


def test_an_update_that_waited_brings_the_new_link_and_the_calendar(world: World):
    day, chief = weekday(world.move()), world.chief
    mailing = MAILINGS[Purpose.UPDATE]
    post_letters(mailing, world.meeting, drafts_for(mailing, world.meeting), by=world.by)
    change_link(chief, tell=True, by=world.by)
    chief.link.refresh_from_db()
    update = Letter.objects.waiting().get()
    found = read_content(update)
    assert found is not None
    assert (update.purpose, day in found.text, token_for(chief.link) in found.text) == ("update", True, True)
    assert [file.content_type.partition(";")[0] for file in found.attachments] == ["text/calendar"]
