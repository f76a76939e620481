"""A meeting is changed: the letters about it follow, and no text is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from dialog_portal.outbox.models import Letter, State
from meetings.mailings.pending_letters import count_pending
from meetings.models import Meeting, Purpose
from tests import factories
from tests.meetings.acting import letter, retyped, signed_in
from tests.meetings.planning.planned import CANCELLED, HELD, invited_meeting

pytestmark = pytest.mark.django_db


def change(client, meeting, **values):
    return client.post(
        reverse("staff:meeting_change", args=[meeting.pk]), retyped(meeting, **values), follow=True
    )


@pytest.mark.parametrize(
    "changed", [{"start": "08:07", "end": "09:07"}, {"venue": "Nacka stadshus"}, {"room": "Sal 4"}]
)
def test_a_new_time_or_place_stops_the_letters_that_wait_and_asks_for_an_update(changed):
    client, user = signed_in()
    meeting, (waiting, sent) = invited_meeting()
    Letter.objects.filter(pk=sent.pk).update(state=State.ACCEPTED, accepted_at=timezone.now())
    page = change(client, meeting, **changed).content.decode()
    meeting.refresh_from_db()
    assert (meeting.sequence, meeting.letter_version, meeting.state) == (1, 2, "invited")
    waiting.refresh_from_db()
    sent.refresh_from_db()
    assert (waiting.state, sent.state) == ("stopped", "accepted")
    reason = waiting.steps.get()
    assert (reason.by, reason.reason) == (user, "Mötets tid eller plats ändrades innan brevet hade lämnats.")
    assert (
        count_pending(Purpose.UPDATE, meeting, timezone.now()),
        count_pending(Purpose.INVITATION, meeting, timezone.now()),
    ) == (1, 1)
    assert "1 person har fått en tid eller plats som inte gäller längre" in page
    assert f"/arbete/moten/{meeting.pk}/brev/update/" in page
    for invitee in meeting.invitees.all():
        letter(invitee, Purpose.UPDATE)
    assert count_pending(Purpose.UPDATE, meeting, timezone.now()) == 0


@pytest.mark.parametrize(
    "changed", [{"title": "Nytt namn"}, {"seats": "4"}, {"message": "Hej"}, {"diary_number": "KN 2027/1"}]
)
def test_what_nobody_has_in_a_calendar_stops_no_letters(changed):
    client, _ = signed_in()
    meeting, letters = invited_meeting()
    slug = meeting.slug
    change(client, meeting, **changed)
    meeting.refresh_from_db()
    assert (meeting.sequence, meeting.letter_version, meeting.version, meeting.slug) == (0, 1, 2, slug)
    assert [Letter.objects.get(pk=row.pk).state for row in letters] == ["queued", "queued"]


def test_before_anybody_is_told_a_new_time_changes_no_version():
    client, _ = signed_in()
    meeting = factories.meeting()
    change(client, meeting, venue="Nacka stadshus")
    meeting.refresh_from_db()
    assert (meeting.venue, meeting.sequence, meeting.letter_version) == ("Nacka stadshus", 0, 1)
    assert "Ny tid eller plats" in meeting.steps.get().reason


def test_when_the_stop_fails_the_change_is_not_saved_either(monkeypatch):
    client, _ = signed_in()
    meeting, _letters = invited_meeting()

    def broken(*args, **kwargs):
        raise RuntimeError("the outbox broke")

    monkeypatch.setattr("meetings.invitations.actions.rerender.stop", broken)
    with pytest.raises(RuntimeError, match="the outbox broke"):
        change(client, meeting, venue="Nacka stadshus")
    stored = Meeting.objects.get(pk=meeting.pk)
    assert (stored.venue, stored.version, stored.sequence) == (meeting.venue, 1, 0)


def test_a_kept_reply_day_keeps_its_hour():
    client, _ = signed_in()
    meeting = factories.meeting()
    before = meeting.reply_by
    change(client, meeting, title="Nytt namn")
    meeting.refresh_from_db()
    assert meeting.reply_by == before


def test_the_second_of_two_officers_sees_both_texts_and_no_letter_is_stopped():
    client, _ = signed_in()
    meeting, letters = invited_meeting()
    first, second = (
        retyped(meeting, title="Den första"),
        retyped(meeting, title="Den andra", venue="Ort B", start="00:01"),
    )
    url = reverse("staff:meeting_change", args=[meeting.pk])
    client.post(url, first)
    response = client.post(url, second)
    theirs = dict(response.context["form"].conflicts)
    assert (theirs["Rubrik"], theirs["Lokal"]) == ("Den första", meeting.venue)
    assert set(theirs) == {"Rubrik", "Lokal", "Börjar"}
    page = response.content.decode()
    assert ("Den andra" in page, "Två ändringar samtidigt" in page) == (True, True)
    meeting.refresh_from_db()
    assert (meeting.title, meeting.version, meeting.sequence) == ("Den första", 2, 0)
    assert Letter.objects.get(pk=letters[0].pk).state == "queued"


def test_a_cancelled_meeting_cannot_be_changed():
    client, _ = signed_in()
    meeting = factories.meeting(state=CANCELLED)
    assert "är inställt och kan inte ändras" in change(client, meeting, title="Nytt").content.decode()
    assert Meeting.objects.get().title == meeting.title


def test_a_held_meeting_cannot_be_moved_into_the_future():
    client, _ = signed_in()
    start = factories.afternoon(-30)
    meeting = factories.meeting(
        state=HELD, starts_at=start, ends_at=start + timedelta(seconds=60), reply_by=start
    )
    response = change(client, meeting, day="2099-01-01", start="10:00", end="11:00", reply_on="")
    assert "day" in response.context["form"].errors
