"""Which answer counts, and what a program that presses cannot change."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from dialog_portal.base.states import NotAllowed
from dialog_portal.links.actions import token_for
from dialog_portal.outbox.models import Letter, Priority
from meetings.models import Answer, Channel, MeetingState, Reply
from meetings.replies.actions.answer import store_answer
from meetings.replies.actions.substitutes import hand_over, take_back
from meetings.replies.reply_status import reply_status
from tests import factories
from tests.meetings.replies.answering.ledger import LINK, NO, PHONE, YES, content, letters, now

pytestmark = pytest.mark.django_db


# --- The rule of precedence ------------------------------------------------------------------------------------------


def test_the_last_confirmed_answer_wins_whatever_its_channel(chief):
    officer = factories.user()
    store_answer(chief, YES, channel=LINK)
    store_answer(chief, NO, channel=PHONE, by=officer)
    assert now(chief) == NO
    store_answer(chief, YES, channel=Channel.CALENDAR)
    assert now(chief) == YES
    assert list(chief.replies.values_list("answer", "channel", "by")) == [
        ("ja", "link", None), ("nej", "phone", officer.pk), ("ja", "calendar", None),
    ]  # fmt: skip


def test_an_unconfirmed_answer_counts_for_nothing(chief):
    store_answer(chief, NO, channel=LINK)
    store_answer(chief, YES, channel=LINK, confirmed=False)
    assert now(chief) == NO
    assert reply_status(chief).unconfirmed == YES
    assert len(letters(chief)) == 1


def test_a_press_after_an_unconfirmed_one_confirms_it(chief):
    store_answer(chief, YES, channel=LINK, confirmed=False)
    store_answer(chief, YES, channel=LINK)
    assert (now(chief), reply_status(chief).unconfirmed) == (YES, None)


def test_a_script_that_presses_a_hundred_times_leaves_one_row(chief):
    for _ in range(100):
        store_answer(chief, YES, channel=LINK, confirmed=False)
    assert chief.replies.count() == 1
    assert list(Reply.objects.unconfirmed()) == list(chief.replies.all())


def test_a_double_press_is_one_answer_and_one_receipt(chief):
    assert store_answer(chief, YES, channel=LINK) == store_answer(chief, YES, channel=LINK)
    assert (chief.replies.count(), len(letters(chief))) == (1, 1)


def test_staff_may_note_the_same_answer_again(chief):
    store_answer(chief, YES, channel=LINK)
    store_answer(chief, YES, channel=PHONE, by=factories.user(), note="Ringde för säkerhets skull")
    assert chief.replies.count() == 2


def test_the_opposite_within_a_minute_is_held_and_shown_until_it_is_pressed_again(chief):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        store_answer(chief, YES, channel=LINK)
        clock.shift(50)
        held = store_answer(chief, NO, channel=LINK)
        assert (now(chief), list(Reply.objects.unsettled()), len(letters(chief))) == (YES, [held], 1)
        clock.shift(3)
        pressed = store_answer(chief, NO, channel=LINK)
    assert (now(chief), list(Reply.objects.unsettled()), len(letters(chief))) == (NO, [pressed], 2)


def test_two_presses_faster_than_anybody_reads_are_held_as_one(chief):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        store_answer(chief, YES, channel=LINK)
        held = store_answer(chief, NO, channel=LINK)
        clock.shift(1)
        assert store_answer(chief, NO, channel=LINK) == held
    assert now(chief) == YES


def program(chief):
    """Something that presses yes and no in turn, again and again; what the person's answer is in the end."""
    for said in (YES, NO) * 5:
        store_answer(chief, said, channel=LINK)
    return now(chief), Reply.objects.unsettled().exists()


def test_a_program_that_presses_yes_and_no_in_turn_changes_nothing_and_is_shown(chief):
    assert program(chief) == (YES, True)


def test_control_without_the_hold_its_last_button_counts(chief, monkeypatch):
    monkeypatch.setattr("meetings.replies.actions.answer.weigh_press", lambda *_: (True, None))
    assert program(chief) == (NO, True)


def test_a_program_does_not_take_back_what_was_just_handed_over(chief):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        hand_over(chief, name="Sune Berg", email="sune@nynashamn.example", channel=LINK)
        take_back(chief, channel=LINK)
        assert (now(chief), chief.substitutes.active().count()) == (Answer.SUBSTITUTE, 1)
        clock.shift(3)
        take_back(chief, channel=LINK)
    assert (now(chief), chief.substitutes.active().count()) == (YES, 0)


def test_one_link_cannot_fill_a_mailbox(chief):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for said in (YES, NO) * 6:
            store_answer(chief, said, channel=LINK)
            clock.shift(60)
        with pytest.raises(NotAllowed, match="12 ändringar det senaste dygnet"):
            store_answer(chief, YES, channel=LINK)
        store_answer(chief, YES, channel=PHONE, by=factories.user())
    assert (chief.replies.count(), now(chief)) == (13, YES)


def test_control_a_change_of_mind_after_a_minute_counts_at_once(chief):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        store_answer(chief, YES, channel=LINK)
        clock.shift(60)
        store_answer(chief, NO, channel=LINK)
    assert (now(chief), list(Reply.objects.contradictory())) == (NO, [])


# --- The ledger only grows -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "harm", [lambda rows: rows.update(answer="nej"), lambda rows: rows._raw_delete("default")]
)
def test_the_database_refuses_to_change_the_ledger(chief, harm):
    row = store_answer(chief, YES, channel=LINK)
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
        harm(Reply.objects.filter(pk=row.pk))
    assert list(Reply.objects.values_list("answer", flat=True)) == ["ja"]


def test_control_without_the_triggers_the_ledger_can_be_changed(chief, vendor):
    from dialog_portal.base.append_only import lift

    row = store_answer(chief, YES, channel=LINK)
    with connection.cursor() as cursor:
        for statement in lift("meetings_reply", vendor):
            cursor.execute(statement)
    Reply.objects.filter(pk=row.pk).update(answer="nej")
    assert now(chief) == NO


# --- When answers are taken ------------------------------------------------------------------------------------------


def test_after_the_deadline_guests_are_refused_and_staff_are_not(chief):
    with time_machine.travel(chief.meeting.reply_by + timedelta(seconds=1)):
        with pytest.raises(NotAllowed, match="Sista dag"):
            store_answer(chief, YES, channel=LINK)
        assert store_answer(chief, YES, channel=PHONE, by=factories.user()).answer == YES


@pytest.mark.parametrize("state", [MeetingState.CANCELLED, MeetingState.HELD])
def test_nobody_answers_a_meeting_that_is_over_or_cancelled(chief, state):
    chief.meeting.state = state
    chief.meeting.save()
    for channel in (LINK, PHONE):
        with pytest.raises(NotAllowed, match="svar tas inte längre emot"):
            store_answer(chief, YES, channel=channel)
    assert Reply.objects.count() == 0


def test_a_withdrawn_person_cannot_answer(chief):
    chief.withdrawn_at = timezone.now()
    chief.save()
    with pytest.raises(NotAllowed, match="inte längre inbjuden"):
        store_answer(chief, YES, channel=LINK)


# --- Receipts --------------------------------------------------------------------------------------------------------


def test_a_yes_has_a_receipt_with_the_calendar_and_the_way_to_change_it(chief):
    row = store_answer(chief, YES, channel=LINK)
    letter = Letter.objects.get(key=f"receipt:m{chief.meeting_id}:i{chief.pk}:r{row.pk}:v1")
    parts = content(letter)
    assert (letter.priority, letter.campaign) == (Priority.URGENT, chief.meeting.campaign)
    assert letter.subject.startswith("Du är anmäld: ")
    for part in (parts.text, parts.html):
        assert f"/svar/{token_for(chief.link)}/" in part
        assert "Ändra svar" in part
        assert "Vi har noterat att du kommer" in part
    assert [file.content_type for file in parts.attachments] == ["text/calendar"]


def test_a_no_has_a_receipt_without_calendar(chief):
    store_answer(chief, NO, channel=PHONE, by=factories.user())
    [row] = chief.letters.all()
    assert list(content(row.letter).attachments) == []
    assert row.letter.subject.startswith("Du har tackat nej: ")
