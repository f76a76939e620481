"""An answer, a press or a withdrawal at the same moment as the letters are written."""

from __future__ import annotations

import pytest
import time_machine
from django.utils import timezone

from dialog_portal.base.states import NotAllowed
from dialog_portal.base.swedish import weekday
from dialog_portal.outbox.models import Letter
from meetings.invitations.actions import withdraw
from meetings.mailings.actions import post, send
from meetings.mailings.actions.send import drafts_for
from meetings.mailings.letters.compose import preview_fingerprint
from meetings.mailings.letters.recipients import MAILINGS
from meetings.models import CONTRADICTION_WINDOW, Answer, Channel, Purpose
from meetings.replies import daily_limits
from meetings.replies.actions import answer
from meetings.replies.letters import receipt
from tests.at_once import Encounter
from tests.meetings.invitations.rerender.waiting_letters import text
from tests.world import World

pytestmark = pytest.mark.django_db


# --- Two at once -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_is_being_stored_while_the_meeting_moves_is_receipted_for_the_new_day(monkeypatch):
    world, both = World().invite(), Encounter()
    monkeypatch.setattr(receipt, "receipt_for_reply", both.after(receipt.receipt_for_reply))
    moved = both.run(lambda: answer.store_answer(world.chief, Answer.YES, channel=Channel.LINK), world.move)
    assert [weekday(moved) in text(letter) for letter in Letter.objects.waiting()] == [True]


@pytest.mark.django_db(transaction=True)
def test_who_is_taken_off_the_list_while_the_letters_are_written_gets_none(monkeypatch):
    world, both = World(2), Encounter()
    mailing = MAILINGS[Purpose.INVITATION]
    seen = preview_fingerprint([draft for _, draft in drafts_for(mailing, world.meeting)])
    monkeypatch.setattr(send, "post_letters", both.before(post.post_letters))
    both.run(
        lambda: send.send_previewed_letters(mailing, world.meeting, previewed=seen, by=world.by),
        lambda: withdraw.withdraw(world.chief, by=world.by),
    )
    assert [letter.address for letter in Letter.objects.waiting()] == [world.people[1].email]


# --- Presses that do not count ---------------------------------------------------------------------------------------


def test_a_program_that_presses_all_day_takes_no_answer_from_the_person(world: World):
    chief = world.chief
    for number in range(40):
        said = (Answer.YES, Answer.NO)[number % 2]
        answer.store_answer(chief, said, channel=Channel.LINK, confirmed=False)
    assert chief.replies.unconfirmed().count() <= daily_limits.ANSWERS_A_DAY
    assert answer.store_answer(chief, Answer.YES, channel=Channel.LINK).confirmed
    with pytest.raises(NotAllowed, match="ändringar det senaste dygnet"):
        for number in range(40):
            answered_at = timezone.now() + (number + 1) * 2 * CONTRADICTION_WINDOW
            with time_machine.travel(answered_at):
                answer.store_answer(chief, (Answer.NO, Answer.YES)[number % 2], channel=Channel.LINK)
