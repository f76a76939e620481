"""Who goes in somebody's stead, and what everybody concerned is told."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from dialog_portal.base.states import NotAllowed
from dialog_portal.links.actions import find_link, token_for
from dialog_portal.outbox.models import Letter, State
from meetings.models import CONTRADICTION_WINDOW, Answer, Invitee, Reply
from meetings.replies.actions import colleagues
from meetings.replies.actions.answer import store_answer
from meetings.replies.actions.substitutes import hand_over, take_back
from meetings.replies.reply_status import reply_status
from tests import factories
from tests.meetings.replies.answering.ledger import LINK, NO, YES, letters, now, others, text
from tests.world import accept

pytestmark = pytest.mark.django_db


def hand(chief, name="Sune Berg", email="sune.berg@nynashamn.example", **more):
    return hand_over(chief, name=name, email=email, channel=LINK, **more)


def test_a_substitute_gets_an_invitation_and_a_link_of_their_own_and_the_chief_is_told(chief):
    deputy = hand(chief)
    assert (now(chief), now(deputy), reply_status(chief).case) == (Answer.SUBSTITUTE, None, "handed_over")
    assert token_for(deputy.link) != token_for(chief.link)
    assert find_link(token_for(deputy.link), "svar") == deputy.link
    [(purpose, _)] = letters(deputy)
    assert purpose == "substitute"
    assert token_for(deputy.link) in text(deputy.letters.get().letter)
    assert token_for(chief.link) not in text(deputy.letters.get().letter)
    assert [purpose for purpose, _ in letters(chief)] == ["handed_over"]


def test_the_seat_keeps_its_place_when_it_is_handed_over(chief, invitation):
    people = [chief, *others(invitation, 2)]
    for person in people:
        store_answer(person, YES, channel=LINK)
    deputy = hand(chief)
    store_answer(deputy, YES, channel=LINK)
    assert [reply_status(one).is_seated for one in (deputy, *people[1:])] == [True, True, False]
    assert letters(chief)[-1][1].startswith("Din ersättare kommer")


def test_a_substitute_who_declines_frees_the_seat_and_the_chief_is_told(chief, invitation):
    people = [chief, *others(invitation, 2)]
    for person in people:
        store_answer(person, YES, channel=LINK)
    store_answer(hand(chief), NO, channel=LINK)
    assert reply_status(people[2]).case == "seated"
    assert letters(chief)[-1][1].startswith("Din ersättare kan inte komma")


def test_taking_back_closes_the_substitutes_link_and_tells_them(chief):
    deputy = hand(chief)
    accept(Letter.objects.get(meeting_letter__invitee=deputy))
    with time_machine.travel(timezone.now() + CONTRADICTION_WINDOW):
        take_back(chief, channel=LINK)
    deputy.refresh_from_db()
    assert (now(chief), reply_status(chief).case) == (YES, "seated")
    assert deputy.withdrawn_at is not None
    assert find_link(token_for(deputy.link), "svar") is None
    assert deputy.letters.get(letter__state=State.QUEUED).letter.subject.startswith("Du behöver inte komma")


def test_a_substitute_who_was_never_asked_is_not_told_that_they_need_not_come(chief):
    deputy = hand(chief)
    with time_machine.travel(timezone.now() + CONTRADICTION_WINDOW):
        take_back(chief, channel=LINK)
    assert [row.letter.state for row in deputy.letters.all()] == [State.STOPPED]


def test_saying_no_oneself_also_ends_the_substitution(chief):
    deputy = hand(chief)
    with time_machine.travel(timezone.now() + CONTRADICTION_WINDOW):
        store_answer(chief, NO, channel=LINK)
    deputy.refresh_from_db()
    assert (now(chief), bool(deputy.withdrawn_at)) == (NO, True)


def test_there_is_one_substitute_at_a_time(chief):
    first = hand(chief)
    second = hand(chief, email="eva@nynashamn.example")
    assert list(chief.substitutes.active()) == [second]
    assert second != first


def test_substitutes_are_changed_three_times_a_day_at_most(chief):
    for n in range(3):
        hand(chief, email=f"nr{n}@nynashamn.example")
    with pytest.raises(NotAllowed, match="det senaste dygnet"):
        hand(chief, email="nr4@nynashamn.example")
    hand(chief, email="nr5@nynashamn.example", by=factories.user())
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        hand(chief, email="nr6@nynashamn.example")


@pytest.mark.parametrize(
    "email",
    [
        "x@elsewhere.example",
        "x@notnynashamn.example",
        "x@nynashamn.example.org",
        "x@gmail.com",
        "x@kommun.example",
    ],
)
def test_strangers_are_not_written_to(chief, email):
    with pytest.raises(NotAllowed, match="Be handläggaren"):
        hand(chief, email=email)
    assert (Invitee.objects.count(), Letter.objects.count(), Reply.objects.count()) == (1, 0, 0)


def test_control_without_the_domain_rule_a_stranger_is_written_to(chief, monkeypatch):
    monkeypatch.setattr(colleagues, "is_party_address", lambda *_: True)
    assert hand(chief, email="x@elsewhere.example").letters.count() == 1


@pytest.mark.parametrize("email", ["Sune@Nynashamn.Example", "sune@kultur.nynashamn.example"])
def test_the_partys_own_addresses_are_free(chief, email):
    assert hand(chief, email=email).email == email.lower()


def test_without_known_domains_the_persons_own_counts(invitation):
    invitation.party.mail_domains = ""
    invitation.party.save()
    assert hand(factories.invitee(invitation, email="a@teater.example"), email="b@teater.example").pk


def test_a_public_mail_service_is_nobodys_own_domain(invitation):
    invitation.party.mail_domains = ""
    invitation.party.save()
    with pytest.raises(NotAllowed, match="Be handläggaren"):
        hand(factories.invitee(invitation, email="a@gmail.com"), email="b@gmail.com")


def test_somebody_already_invited_cannot_be_substitute(chief, invitation):
    factories.invitee(invitation, email="Sune.Berg@nynashamn.example")
    with pytest.raises(NotAllowed, match="redan inbjuden"):
        hand(chief)


def test_a_substitute_cannot_hand_over_further(chief):
    with pytest.raises(NotAllowed, match="egen ersättare"):
        hand(hand(chief), email="eva@nynashamn.example")


def test_a_plain_answer_cannot_say_substitute_without_a_name(chief):
    with pytest.raises(NotAllowed, match="Ange namn"):
        store_answer(chief, Answer.SUBSTITUTE, channel=LINK)


def test_nothing_to_take_back_is_refused(chief):
    with pytest.raises(NotAllowed, match="ingen ersättare"):
        take_back(chief, channel=LINK)
