"""Officers see what is theirs first, and a morning letter says what is new and due, once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from dialog_portal.access.models import MorningLetter, Role, User
from dialog_portal.base.states import take_step
from dialog_portal.dashboard import morning_letter
from dialog_portal.dashboard.news import news_for, previous_working_day
from dialog_portal.dashboard.tasks import own_tasks, tasks_for
from dialog_portal.outbox.models import Letter
from meetings.models import Answer, Channel, Meeting, MeetingState
from meetings.models.meeting import MEETING_NEXT
from meetings.replies.actions.answer import store_answer
from minutes.models import Minutes, MinutesState
from tests import factories
from tests.meetings.acting import at, signed_in
from tests.outbox.letters import text_of
from tests.pages import without_breaks

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY = at("2026-11-02 08:00"), at("2026-11-03 08:00")


def meeting_of(officer: User | None, **values: Any) -> Meeting:
    """A meeting in ten days that has an officer, with one guest; its place is missing."""
    start = timezone.now() + timedelta(days=10)
    times = {"starts_at": start, "ends_at": start + timedelta(hours=2), "reply_by": start - timedelta(days=5)}
    meeting = factories.meeting(**{**times, "officer": officer, "venue": "", **values})
    factories.invitee(factories.invitation(meeting))
    return meeting


def section(page: str, heading: str) -> str:
    return without_breaks(page.encode()).partition(f"{heading}</h2>")[2].partition("</section>")[0]


# --- The start page --------------------------------------------------------------------------------------------------


def test_my_meetings_come_first_and_colleagues_below_with_their_officer():
    client, me = signed_in()
    other = factories.user(name="Olle Ek")
    for officer, title in ((me, "Mitt möte"), (other, "Olles möte"), (None, "Ingens möte")):
        meeting_of(officer, title=title)
    page = client.get("/arbete/").content.decode()
    mine, theirs = section(page, "Gör nu"), section(page, "I andras möten")
    assert [title in mine for title in ("Mitt möte", "Ingens möte", "Olles möte")] == [True, True, False]
    assert ("Olles möte" in theirs, "Handläggare: Olle Ek" in theirs) == (True, True)
    coming = section(page, "Kommande möten")
    assert coming.index("Mitt möte") < coming.index("Olles möte")
    assert [
        words in coming for words in ("Handläggare: du", "Handläggare: Olle Ek", "Handläggare: ingen vald")
    ] == [True] * 3


def test_control_without_an_owner_everything_is_everybodys(monkeypatch):
    meeting_of(factories.user())
    monkeypatch.setattr("dialog_portal.dashboard.tasks.with_officers", lambda tasks: tasks)
    assert len(own_tasks(factories.user(), timezone.now())) == 1


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": Role.READER}])
def test_a_meeting_whose_officer_cannot_act_is_everybodys(change):
    officer = factories.user()
    meeting_of(officer)
    assert own_tasks(factories.user(), timezone.now()) == []
    User.objects.filter(pk=officer.pk).update(**change)
    assert len(own_tasks(factories.user(), timezone.now())) == 1


def test_what_takes_another_pair_of_eyes_is_no_officers_own():
    officer = factories.user(Role.APPROVER)
    Minutes.objects.create(
        meeting=meeting_of(officer, state=MeetingState.HELD), state=MinutesState.CIRCULATED
    )
    assert [task.verb for task in own_tasks(factories.user(Role.APPROVER), timezone.now())] == [
        "Fastställ anteckningarna"
    ]


def test_what_only_approvers_do_is_theirs_in_every_officers_meeting():
    Minutes.objects.create(
        meeting=meeting_of(factories.user(), state=MeetingState.HELD), state=MinutesState.DISTRIBUTED
    )
    assert len(own_tasks(factories.user(Role.APPROVER), timezone.now())) == 1


def test_every_task_about_a_meeting_says_which():
    """`meeting` has no default, so a new kind of task cannot leave it out; this one looks at those there are."""
    meeting_of(factories.user())
    mine, others = tasks_for(factories.user(), timezone.now())
    assert {bool(task.meeting) for task in (*mine, *others)} == {True}


# --- What is new -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "since"),
    [
        ("2026-11-02 08:00", "2026-10-30 00:00"),
        ("2026-11-03 23:59", "2026-11-02 00:00"),
        ("2026-11-01 12:00", "2026-10-30 00:00"),
    ],
)
def test_news_are_told_from_the_last_working_day(now, since):
    assert previous_working_day(at(now)) == at(since)


def test_answers_and_colleagues_steps_in_my_meetings_are_news():
    client, me = signed_in()
    other = factories.user(name="Olle Ek")
    meeting = meeting_of(me, title="Mitt möte", state=MeetingState.ANNOUNCED)
    people = {meeting.invitees.get(): Answer.YES, factories.invitee(meeting.invitations.get()): Answer.NO}
    for person, said in people.items():
        store_answer(person, said, channel=Channel.LINK)
    store_answer(meeting_of(other).invitees.get(), Answer.YES, channel=Channel.LINK)
    store_answer(factories.invitee(meeting.invitations.get()), Answer.NO, channel=Channel.PHONE, by=me)
    take_step(meeting, MEETING_NEXT, MeetingState.INVITED, by=other)
    found = news_for(me, timezone.now() - timedelta(hours=1))
    assert {(news.meeting, news.sentence) for news in found} == {
        ("Mitt möte", "Mötet är inbjudet (Olle Ek)."),
        ("Mitt möte", "2 nya svar: 1 kommer, 1 kommer inte."),
    }
    page = without_breaks(client.get("/arbete/").content)
    assert all(news.sentence in page for news in found)
    assert news_for(me, timezone.now() + timedelta(hours=1)) == []


# --- The morning letter ----------------------------------------------------------------------------------------------


def officer_with_a_task(choice: str = MorningLetter.WEEKLY, last: str = "2026-10-30") -> User:
    officer = factories.user(name="Åsa Lind")
    User.objects.filter(pk=officer.pk).update(morning_letter=choice, morning_letter_on=last)
    meeting_of(officer, title="Dialogmöte i söder")
    return User.objects.get(pk=officer.pk)


def letters(*times: datetime) -> list[int]:
    """How many letters are written when the clock asks at these times."""
    found = []
    for now in times:
        with time_machine.travel(now, tick=False):
            found.append(morning_letter.write_morning_letters())
    return found


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (MorningLetter.WEEKLY, [0, 1, 0, 0, 0]),
        (MorningLetter.DAILY, [0, 1, 0, 1, 0]),
        (MorningLetter.NEVER, [0] * 5),
    ],
)
def test_the_letter_comes_as_often_as_was_chosen(choice, expected):
    with time_machine.travel(MONDAY, tick=False):
        officer_with_a_task(choice)
    early, again, saturday = MONDAY.replace(hour=6), MONDAY + timedelta(hours=1), at("2026-11-07 09:00")
    assert letters(early, MONDAY, again, TUESDAY, saturday) == expected


def test_a_monday_without_a_worker_is_made_good():
    with time_machine.travel(MONDAY, tick=False):
        officer_with_a_task()
    assert letters(TUESDAY, TUESDAY) == [1, 0]


def test_what_came_between_two_letters_is_told_once_also_when_a_letter_was_late():
    with time_machine.travel(MONDAY - timedelta(days=6, hours=22), tick=False):
        officer = officer_with_a_task(last="2026-10-26")
        meeting = Meeting.objects.get(officer=officer)
        store_answer(meeting.invitees.get(), Answer.YES, channel=Channel.PHONE)
    assert letters(TUESDAY, MONDAY + timedelta(days=7)) == [1, 1]
    first, second = (text_of(row) for row in Letter.objects.filter(purpose="morning").order_by("pk"))
    assert ("1 nytt svar" in first, "1 nytt svar" in second) == (True, False)


def test_a_new_account_begins_with_the_next_letter_and_a_closed_one_gets_none():
    with time_machine.travel(MONDAY, tick=False):
        officer = officer_with_a_task()
    User.objects.filter(pk=officer.pk).update(morning_letter_on=None)
    assert letters(MONDAY, TUESDAY, MONDAY + timedelta(days=7)) == [0, 0, 1]
    User.objects.filter(pk=officer.pk).update(is_active=False)
    assert letters(MONDAY + timedelta(days=14)) == [0]


def test_nothing_new_and_nothing_due_is_no_letter():
    User.objects.filter(pk=factories.user().pk).update(morning_letter_on="2026-10-30")
    assert letters(MONDAY, TUESDAY) == [0, 0]


def test_the_letter_says_what_is_due_and_new_in_my_meetings_only():
    with time_machine.travel(MONDAY - timedelta(days=2), tick=False):
        officer = officer_with_a_task()
        meeting_of(factories.user(), title="Dialogmöte i norr")
        store_answer(Meeting.objects.get(officer=officer).invitees.get(), Answer.YES, channel=Channel.PHONE)
    assert letters(MONDAY) == [1]
    row = Letter.objects.get(purpose="morning")
    text = text_of(row)
    assert (row.address, row.subject) == (officer.email, "Dialogportalen i veckan: 1 sak att göra")
    assert "- Gör klart planen: Dialogmöte i söder." in text
    assert "- Dialogmöte i söder: 1 nytt svar: 1 kommer." in text
    assert "Dialogmöte i norr" not in text
    assert reverse("staff:morning_letter") in text


def test_one_that_cannot_be_written_stops_none_of_the_others(monkeypatch):
    with time_machine.travel(MONDAY, tick=False):
        bad, good = officer_with_a_task(), officer_with_a_task()
    real = morning_letter.post

    def post(draft: Any) -> Any:
        if draft.address == bad.email:
            raise ValidationError("Adressen går inte att skriva till.")
        return real(draft)

    monkeypatch.setattr(morning_letter, "post", post)
    assert letters(MONDAY, TUESDAY) == [1, 0]
    assert Letter.objects.get(purpose="morning").address == good.email


def test_the_choice_is_made_on_a_page_of_ones_own():
    client, me = signed_in()
    address = reverse("staff:morning_letter")
    page = client.get(address).content.decode()
    assert 'value="weekly"' in page
    assert client.post(address, {"morning_letter": "sometimes"}).status_code == 200
    done = without_breaks(client.post(address, {"morning_letter": "never"}, follow=True).content)
    assert "Morgonbrevet kommer inte längre." in done
    me.refresh_from_db()
    assert me.morning_letter == MorningLetter.NEVER
