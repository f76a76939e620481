"""Seats, and the queue to them: never overbooked, and taken in order."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from dialog_portal.outbox.models import Letter
from meetings.models import Invitation, Meeting, Reply
from meetings.replies.actions.answer import store_answer
from meetings.replies.reply_status import reply_status
from tests import factories
from tests.meetings.replies.answering.ledger import LINK, NO, PHONE, YES, letters, others, text

pytestmark = pytest.mark.django_db


def test_when_the_seats_are_taken_the_next_waits_in_order(chief, invitation):
    people = [chief, *others(invitation, 3)]
    for person in people:
        store_answer(person, YES, channel=LINK)
    where = [reply_status(person) for person in people]
    assert [one.case for one in where] == ["seated", "seated", "waiting", "waiting"]
    assert [one.queue for one in where] == [0, 0, 1, 2]
    assert (invitation.seats_taken, len(invitation.seat_order())) == (2, 4)
    assert "som nummer 1" in text(people[2].letters.get().letter)


def test_a_no_gives_the_seat_to_the_first_in_the_queue_and_tells_them(chief, invitation):
    people = [chief, *others(invitation, 3)]
    for person in people:
        store_answer(person, YES, channel=LINK)
    store_answer(chief, NO, channel=PHONE, by=factories.user())
    assert [reply_status(person).case for person in people] == ["no", "seated", "seated", "waiting"]
    assert letters(people[2])[-1][1].startswith("Du har fått en plats")
    assert len(letters(people[3])) == 1


def test_whoever_says_no_and_then_yes_goes_last(chief, invitation):
    people = [chief, *others(invitation, 2)]
    for person in people:
        store_answer(person, YES, channel=LINK)
    store_answer(chief, NO, channel=PHONE, by=factories.user())
    store_answer(chief, YES, channel=LINK)
    assert [reply_status(person).case for person in people] == ["waiting", "seated", "seated"]


def test_seats_of_one_party_are_not_taken_by_another(chief):
    other = factories.invitation(chief.meeting, seats=1)
    for person in others(other, 2):
        store_answer(person, YES, channel=LINK)
    store_answer(chief, YES, channel=LINK)
    assert reply_status(chief).case == "seated"


def test_counting_seats_takes_a_fixed_number_of_queries(django_assert_num_queries, chief, invitation):
    for person in others(invitation, 6):
        store_answer(person, YES, channel=LINK)
    with django_assert_num_queries(3):
        rows = list(Invitation.objects.with_seat_order())
        assert sum(len(row.seat_order()) for row in rows) == 6


def told_seats(number, seats):
    """As many people as given answer at the same moment; how many were told that they have a seat."""
    invitation = factories.invitation(factories.meeting(), seats=seats)
    people = others(invitation, number)
    start = threading.Barrier(number)

    def press(person):
        try:
            start.wait(20)
            store_answer(person, YES, channel=LINK)
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        list(pool.map(press, people))
    told = Letter.objects.filter(
        purpose="receipt", subject__startswith="Du är anmäld", campaign=invitation.meeting.campaign
    )
    return told.count(), Reply.objects.filter(invitee__in=people).count()


@pytest.mark.fault
@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_forty_answers_at_once_never_overbook(vendor, size, figure):
    if vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    rounds = [told_seats(40, 10) for _ in range(size(2, 100))]
    figure(f"40 answers at once for 10 seats, {len(rounds)} times, most seats given", max(rounds)[0])
    figure("40 answers at once for 10 seats, answers lost", sum(40 - stored for _, stored in rounds))
    assert rounds == [(10, 40)] * len(rounds)


@pytest.mark.fault
@pytest.mark.long
@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_seats_are_promised_twice(vendor, monkeypatch):
    if vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    for model in (Invitation, Meeting):
        monkeypatch.setattr(
            model.objects, "select_for_update", lambda model=model, **_: model.objects.all(), raising=False
        )
    assert max(told_seats(40, 10)[0] for _ in range(3)) > 10
