"""The states of a meeting: where it may move, how it is cancelled and held."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from django.urls import reverse
from django.utils import timezone

from dialog_portal.base.states import NotAllowed, take_step
from dialog_portal.outbox.models import Letter, State
from meetings.models import Meeting, MeetingState
from meetings.models.meeting import MEETING_NEXT
from meetings.planning.actions.meetings import cancel_meeting, mark_as_held
from meetings.planning.progress import state_chain
from tests import factories
from tests.meetings.acting import signed_in
from tests.meetings.planning.planned import ANNOUNCED, CANCELLED, HELD, INVITED, PLANNED, invited_meeting

pytestmark = pytest.mark.django_db
ALLOWED = {
    ("planned", "announced"),
    ("planned", "invited"),
    ("planned", "held"),
    ("planned", "cancelled"),
    ("announced", "invited"),
    ("announced", "held"),
    ("announced", "cancelled"),
    ("invited", "held"),
    ("invited", "cancelled"),
}


# --- States: the table written out a second time ---------------------------------------------------------------------


@pytest.mark.parametrize(("before", "after"), list(product(MeetingState, MeetingState)))
def test_a_meeting_moves_only_where_the_rules_say(before, after):
    meeting, user = factories.meeting(state=before), factories.user()
    if (before, after) in ALLOWED:
        assert take_step(meeting, MEETING_NEXT, after, by=user).state == after
        assert list(meeting.steps.values_list("before", "after", "by")) == [(before, after, user.pk)]
        return
    with pytest.raises(NotAllowed):
        take_step(meeting, MEETING_NEXT, after, by=user)
    meeting.refresh_from_db()
    assert (meeting.state, meeting.steps.count()) == (before, 0)


@pytest.mark.parametrize(
    ("state", "drawn"),
    [
        (PLANNED, ["planned now", "announced todo", "invited todo", "held todo"]),
        (ANNOUNCED, ["planned done", "announced now", "invited todo", "held todo"]),
        (INVITED, ["planned done", "invited now", "held todo"]),
        (HELD, ["planned done", "invited done", "held now"]),
        (CANCELLED, ["cancelled now"]),
    ],
)
def test_the_chain_shows_how_far_the_meeting_has_come(state, drawn):
    assert [f"{stage.state} {stage.status}" for stage in state_chain(Meeting(state=state))] == drawn


def test_the_chain_counts_a_held_meeting_as_done_once_its_notes_have_begun():
    assert state_chain(Meeting(state=HELD), has_minutes=True)[-1].status == "done"


def test_the_chain_of_a_cancelled_meeting_ends_where_it_ended():
    meeting, user = factories.meeting(), factories.user()
    take_step(meeting, MEETING_NEXT, INVITED, by=user)
    meeting = cancel_meeting(meeting, reason="Sjukdom", by=user)
    drawn = state_chain(meeting, list(meeting.steps.all()))
    assert [(stage.label, stage.status) for stage in drawn] == [("inbjudet", "done"), ("inställt", "now")]


# --- Cancelling and holding ------------------------------------------------------------------------------------------


def test_cancelling_stops_what_waits_and_leads_to_the_letter_about_it():
    client, user = signed_in()
    meeting, (waiting, sent) = invited_meeting()
    Letter.objects.filter(pk=sent.pk).update(state=State.ACCEPTED, accepted_at=timezone.now())
    response = client.post(reverse("staff:meeting_cancel", args=[meeting.pk]), {"reason": "Värden är sjuk."})
    assert response.headers["Location"] == f"/arbete/moten/{meeting.pk}/brev/cancellation/"
    meeting.refresh_from_db()
    waiting.refresh_from_db()
    assert (meeting.state, meeting.sequence, waiting.state) == ("cancelled", 1, "stopped")
    assert [(s.after, s.reason, s.by) for s in meeting.steps.all()] == [
        ("cancelled", "Värden är sjuk.", user)
    ]


def test_cancelling_what_nobody_knows_of_needs_no_letter():
    client, _ = signed_in()
    meeting = factories.meeting()
    response = client.post(
        reverse("staff:meeting_cancel", args=[meeting.pk]), {"reason": "Slås ihop."}, follow=True
    )
    assert "Ingen hade fått något brev om det." in response.content.decode()


def test_cancelling_needs_a_reason_and_happens_once():
    client, user = signed_in()
    meeting = factories.meeting()
    url = reverse("staff:meeting_cancel", args=[meeting.pk])
    assert client.post(url, {"reason": " "}).context["form"].errors["reason"] == [
        "Skriv varför mötet ställs in."
    ]
    client.post(url, {"reason": "Sjuk"})
    page = client.post(url, {"reason": "Sjuk"}, follow=True).content.decode()
    assert "är inställt och kan inte bli inställt" in page
    meeting.refresh_from_db()
    assert (meeting.sequence, meeting.steps.count()) == (1, 1)
    with pytest.raises(NotAllowed):
        cancel_meeting(meeting, reason="igen", by=user)


def test_a_meeting_is_held_only_after_it_began():
    client, _ = signed_in()
    meeting = factories.meeting(state=INVITED)
    url = reverse("staff:meeting_hold", args=[meeting.pk])
    assert (
        "kan markeras som genomfört först när det har börjat"
        in client.post(url, follow=True).content.decode()
    )
    start = timezone.now() - timedelta(minutes=1)
    Meeting.objects.update(starts_at=start, reply_by=start, ends_at=start + timedelta(hours=1))
    client.post(url)
    meeting.refresh_from_db()
    assert meeting.state == "held"
    with pytest.raises(NotAllowed):
        mark_as_held(meeting, by=factories.user())


def test_get_changes_nothing():
    client, _ = signed_in()
    meeting = factories.meeting(state=INVITED)
    assert client.get(reverse("staff:meeting_hold", args=[meeting.pk])).status_code in (403, 404, 405)
    for name in ("meeting_detail", "meeting_change", "meeting_copy", "meeting_cancel"):
        assert client.get(reverse(f"staff:{name}", args=[meeting.pk])).status_code == 200
    stored = Meeting.objects.get()
    assert (stored.state, stored.version, stored.steps.count()) == ("invited", 1, 0)
