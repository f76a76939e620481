"""Colleagues whom a guest brings, and food and access needs."""

from datetime import timedelta

import pytest

from dialog_portal.base.states import NotAllowed
from meetings.models import Answer, Channel, Invitee, Need
from meetings.replies.actions.answer import store_answer
from meetings.replies.actions.colleagues import bring_colleague
from meetings.replies.actions.needs import erase_old_needs, note_needs
from meetings.replies.actions.substitutes import hand_over
from tests import factories
from tests.meetings.replies.answering.ledger import LINK, YES, letters, now

pytestmark = pytest.mark.django_db


def bring(chief, email="eva@nynashamn.example"):
    return bring_colleague(chief, name="Eva Sand", email=email, channel=LINK)


# --- Colleagues ------------------------------------------------------------------------------------------------------


def test_a_colleague_gets_the_ordinary_invitation(chief):
    store_answer(chief, YES, channel=LINK)
    colleague = bring(chief)
    assert [purpose for purpose, _ in letters(colleague)] == ["invitation"]
    assert now(colleague) is None


def test_no_more_colleagues_than_seats(chief):
    store_answer(chief, YES, channel=LINK)
    bring(chief)
    with pytest.raises(NotAllowed, match="Alla platser"):
        bring(chief, "sune@nynashamn.example")


# --- Needs -----------------------------------------------------------------------------------------------------------


def test_needs_are_kept_changed_and_taken_away(chief):
    note_needs(chief, food="Vegetariskt", access="")
    note_needs(chief, food="", access="Hörslinga")
    assert list(Need.objects.values_list("food", "access")) == [("", "Hörslinga")]
    note_needs(chief, food="", access="")
    assert not Need.objects.exists()


def test_needs_are_erased_14_days_after_the_meeting(chief):
    note_needs(chief, food="Vegetariskt", access="")
    end = chief.meeting.ends_at
    assert erase_old_needs(end + timedelta(days=14)) == 0
    assert erase_old_needs(end + timedelta(days=14, seconds=1)) == 1
    assert not Need.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["said nothing", "said no", "substitute"])
def test_only_who_comes_brings_a_colleague(who):
    person = factories.invitee(factories.invitation(factories.meeting(), seats=3))
    if who == "said no":
        store_answer(person, Answer.NO, channel=Channel.LINK)
    if who == "substitute":
        person = hand_over(person, name="Li Ek", email="li@kommun.example", channel=Channel.LINK)
        store_answer(person, Answer.YES, channel=Channel.LINK)
    before = Invitee.objects.count()
    with pytest.raises(NotAllowed, match="kommer först"):
        bring_colleague(person, name="Bo Ek", email="bo@kommun.example", channel=Channel.LINK)
    assert Invitee.objects.count() == before
