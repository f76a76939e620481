"""The ledger of answers: it only grows, the last confirmed answer wins, seats are never given twice."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from dialog_portal.base.states import NotAllowed
from dialog_portal.links.actions import find_link, token_for
from dialog_portal.outbox.content import read_content
from dialog_portal.outbox.models import Letter, Priority, State
from meetings.models import (
    CONTRADICTION_WINDOW,
    Answer,
    Channel,
    Invitation,
    Invitee,
    Meeting,
    MeetingState,
    Need,
    Reply,
)
from meetings.replies.actions import colleagues
from meetings.replies.actions.answer import store_answer
from meetings.replies.actions.colleagues import bring_colleague
from meetings.replies.actions.needs import erase_old_needs, note_needs
from meetings.replies.actions.substitutes import hand_over, take_back
from meetings.replies.reply_status import reply_status
from tests import factories
from tests.world import accept

YES, NO = Answer.YES, Answer.NO
LINK, PHONE = Channel.LINK, Channel.PHONE
pytestmark = pytest.mark.django_db


@pytest.fixture
def party():
    return factories.party(name="Nynäshamn", full_name="Nynäshamns kommun", mail_domains="nynashamn.example")


@pytest.fixture
def invitation(party):
    return factories.invitation(factories.meeting(officer=factories.user(name="Olle Ek")), party, seats=2)


@pytest.fixture
def chief(invitation):
    return factories.invitee(invitation, name="Nina Lund", email="nina.lund@nynashamn.example")


def others(invitation, number):
    return [factories.invitee(invitation) for _ in range(number)]


def now(invitee):
    rows = Invitee.objects.with_answer().filter(pk=invitee.pk)
    return rows.values_list("current_answer", flat=True).get()  # type: ignore[misc]


def letters(invitee):
    return [(row.purpose, row.letter.subject) for row in invitee.letters.select_related("letter")]


def content(letter):
    found = read_content(letter)
    assert found is not None
    return found


def text(letter):
    return content(Letter.objects.get(pk=letter.pk)).text


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


# --- Seats and the queue ---------------------------------------------------------------------------------------------


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


# --- Substitutes -----------------------------------------------------------------------------------------------------


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


# --- Colleagues ------------------------------------------------------------------------------------------------------


def bring(chief, email="eva@nynashamn.example"):
    return bring_colleague(chief, name="Eva Sand", email=email, channel=LINK)


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
