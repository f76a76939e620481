"""What a person decides about a reminder."""

from __future__ import annotations

import pytest
from django.urls import reverse

from dialog_portal.access.models import Role
from dialog_portal.base.states import NotAllowed
from meetings.mailings.actions import due_reminders, reminder_schedule
from meetings.mailings.reminder_interval import REMINDER_INTERVAL
from meetings.models import Answer, Purpose
from tests import factories
from tests.meetings.acting import at, change_meeting, signed_in
from tests.meetings.mailings.reminders.reminding import (
    COMING_AT,
    REMINDER_AT,
    answer,
    invited,
    letters,
    plans,
    row,
    send,
)
from tests.pages import without_breaks


@pytest.mark.django_db
def test_a_stopped_letter_stays_until_it_is_resumed(clock):
    meeting = invited()
    client, officer = signed_in()
    address = reverse("staff:planned_switch", args=[row(meeting, Purpose.REMINDER).pk])
    client.post(address, {"to": "stop"})
    page = without_breaks(client.get(reverse("staff:invitations", args=[meeting.pk])).content)
    assert f"stoppad av {officer.name}" in page
    client.post(address, {"to": "resume"})
    assert plans(meeting)["reminder"] == (REMINDER_AT, "waiting")
    client.post(address, {"to": "stop"})
    clock.move_to(REMINDER_AT)
    assert (due_reminders.send_due_reminders(), plans(meeting)["reminder"][1]) == (0, "stopped")
    with pytest.raises(NotAllowed, match="Tiden har passerat"):
        reminder_schedule.resume_reminder(row(meeting, Purpose.REMINDER), by=officer)


@pytest.mark.django_db
def test_a_stopped_letter_moves_with_the_meeting_but_stays_stopped(clock):
    meeting = invited()
    reminder_schedule.stop_reminder(row(meeting, Purpose.REMINDER), by=factories.user())
    change_meeting(meeting, reply_by=at("2026-11-29 23:59"))
    assert plans(meeting)["reminder"] == (at("2026-11-26 09:00"), "stopped")


@pytest.mark.django_db
def test_what_has_left_cannot_be_stopped(clock):
    meeting = invited()
    clock.move_to(REMINDER_AT)
    due_reminders.send_due_reminders()
    client, _ = signed_in()
    page = client.post(
        reverse("staff:planned_switch", args=[row(meeting, Purpose.REMINDER).pk]), {"to": "stop"}, follow=True
    )
    assert "kan inte bli stoppad" in without_breaks(page.content)
    assert plans(meeting)["reminder"][1] == "done"


@pytest.mark.django_db
def test_the_page_says_what_will_leave_and_when(clock):
    meeting = invited()
    client, _ = signed_in()
    page = without_breaks(client.get(reverse("staff:invitations", args=[meeting.pk])).content)
    assert (
        "skickas automatiskt <strong>tisdag 24 november 2026 kl. 09.00</strong> till dem som inte har svarat"
        in page
    )
    assert "<strong>onsdag 2 december 2026 kl. 09.00</strong> till dem som har svarat att de kommer" in page
    reader, _ = signed_in(Role.READER)
    seen = without_breaks(reader.get(reverse("staff:invitations", args=[meeting.pk])).content)
    assert ("kl. 09.00" in seen, "Stoppa" in seen) == (True, False)


@pytest.mark.django_db
def test_both_letters_can_be_seen_and_sent_by_hand_before(clock):
    meeting = invited()
    answer(meeting, Answer.YES)
    clock.shift(REMINDER_INTERVAL)
    client, _ = signed_in()
    for purpose, number in ((Purpose.REMINDER, "2 brev"), (Purpose.COMING, "1 brev")):
        page = without_breaks(
            client.get(reverse("staff:letters_preview", args=[meeting.pk, purpose])).content
        )
        assert f"{number} till" in page
    send(meeting, Purpose.COMING)
    clock.move_to(COMING_AT)
    due_reminders.send_due_reminders()
    assert letters(Purpose.COMING) == 1
