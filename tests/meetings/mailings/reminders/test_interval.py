"""Nobody is asked again just after they were asked, or while it is we who owe them an answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from dialog_portal.outbox.models import Letter, State
from dialog_portal.outbox.queue.stop import stop
from meetings.mailings.actions import due_reminders
from meetings.mailings.letters import recipients
from meetings.mailings.pending_letters import pending_for
from meetings.mailings.reminder_interval import REMINDER_INTERVAL, last_reminder
from meetings.models import Meeting, Purpose, SubstituteRequest
from tests import factories
from tests.meetings.acting import signed_in
from tests.meetings.mailings.reminders.reminding import REMINDER_AT, invited, letters, send
from tests.pages import without_breaks

pytestmark = pytest.mark.django_db
REMINDER = recipients.MAILINGS[Purpose.REMINDER]


def to_remind(meeting: Meeting) -> int:
    return len(pending_for(REMINDER, meeting))


def preview(meeting: Meeting) -> str:
    client, _ = signed_in()
    return without_breaks(
        client.get(reverse("staff:letters_preview", args=[meeting.pk, Purpose.REMINDER])).content
    )


def test_minutes_after_the_invitation_there_is_nobody_to_remind(clock):
    meeting = invited(2)
    clock.shift(timedelta(minutes=5))
    assert to_remind(meeting) == 0
    page = preview(meeting)
    assert "Ingen att påminna nu" in page
    assert all(person.name in page for person in meeting.invitees.all())
    clock.shift(REMINDER_INTERVAL)
    assert to_remind(meeting) == 2
    assert "2 brev till 2 personer" in preview(meeting)


@pytest.mark.parametrize("state", [State.STOPPED, State.FAILED, State.BOUNCED])
def test_a_letter_that_never_reached_anybody_has_asked_nobody(clock, state):
    meeting = invited(2)
    clock.move_to(REMINDER_AT - timedelta(hours=2))
    send(meeting, Purpose.REMINDER)
    reminders = Letter.objects.filter(purpose=Purpose.REMINDER)
    if state == State.STOPPED:
        stop(reminders, by=factories.user(), reason="Fel text")
    else:
        reminders.update(state=state, accepted_at=timezone.now())
    assert meeting.invitees.filter(recipients.asked_recently(timezone.now())).count() == 0
    clock.shift(timedelta(days=1))  # the key allows one a day
    assert due_reminders.send_due_reminders() == 2
    assert letters(Purpose.REMINDER) == 4


def test_stopped_reminders_are_not_said_to_have_been_sent(clock):
    meeting = invited(2)
    clock.move_to(REMINDER_AT)
    send(meeting, Purpose.REMINDER)
    rows = meeting.letters.select_related("letter")
    assert last_reminder(rows.all()) is not None
    stop(Letter.objects.filter(purpose=Purpose.REMINDER), by=factories.user(), reason="Fel text")
    assert last_reminder(rows.all()) is None


def test_whoever_waits_for_our_answer_about_a_substitute_is_not_reminded(clock):
    meeting = invited(2)
    asks = meeting.invitees.order_by("pk")[0]
    SubstituteRequest.objects.create(invitee=asks, name="Udo Ek", email="udo@annan.example")
    clock.move_to(REMINDER_AT)
    page = preview(meeting)
    assert "1 brev till 1 person" in page
    assert f"besked om en ersättare: {asks}." in page
    assert due_reminders.send_due_reminders() == 1
    assert Letter.objects.filter(purpose=Purpose.REMINDER, address=asks.email).count() == 0


def test_the_preview_never_says_that_those_who_get_a_letter_have_it_already(clock):
    meeting = invited(3)
    clock.move_to(REMINDER_AT - timedelta(days=4))
    send(meeting, Purpose.REMINDER)
    clock.move_to(REMINDER_AT)
    page = preview(meeting)
    assert "3 brev till 3 personer" in page
    assert "får det inte igen" not in page
