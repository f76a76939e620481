"""A letter about a change says what was before, and a change that was taken back in time owes nobody a letter."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dialog_portal.base.swedish import span
from dialog_portal.outbox.content import read_content
from dialog_portal.outbox.draft import Draft
from dialog_portal.outbox.models import Letter, State
from meetings.mailings.actions import send as mailings_send
from meetings.mailings.letters import recipients
from meetings.mailings.letters.compose import compose
from meetings.mailings.letters.recipients import MAILINGS
from meetings.mailings.letters.what_changed import beginning
from meetings.mailings.pending_letters import pending_for
from meetings.models import Invitee, Meeting, Purpose, TimeAndPlace
from meetings.planning.actions.meetings import cancel_meeting
from meetings.planning.forms.meetings import MeetingForm
from tests import factories
from tests.meetings.acting import change_meeting, retyped
from tests.meetings.invitations.test_invite import invited_meeting, loaded, send

pytestmark = pytest.mark.django_db
UPDATE = MAILINGS[Purpose.UPDATE]
DAY = timedelta(days=1)


def told_meeting(people: int = 1) -> Meeting:
    """A meeting whose invitations have left."""
    parties = [factories.party() for _ in range(people)]
    for party in parties:
        factories.mandate(party)
    meeting = invited_meeting(*parties, title="Dialogmöte")
    send(meeting)
    deliver_all()
    return loaded(meeting)


def deliver_all() -> None:
    Letter.objects.waiting().update(state=State.ACCEPTED, accepted_at=timezone.now(), last_code="250")


def move(meeting: Meeting, days: int) -> Meeting:
    change_meeting(meeting, starts_at=meeting.starts_at + days * DAY, ends_at=meeting.ends_at + days * DAY)
    return loaded(meeting)


def update_letter(meeting: Meeting) -> Draft:
    ((_, draft),) = mailings_send.drafts_for(UPDATE, loaded(meeting))
    return draft


def owed(meeting: Meeting) -> int:
    return len(pending_for(UPDATE, loaded(meeting)))


def test_subject_text_and_facts_say_what_was_before():
    meeting = told_meeting()
    before, begun = span(meeting.starts_at, meeting.ends_at), beginning(meeting.starts_at)
    moved = move(meeting, 2)
    now, draft = span(moved.starts_at, moved.ends_at), update_letter(moved)
    assert draft.subject == f"Ny tid: Dialogmöte, {beginning(moved.starts_at)} (förut {begun})"
    assert f"Nu gäller {now}." in draft.text
    for part in (draft.text, draft.html):
        assert f"gäller inte längre: {before}." in part
        assert "Tidigare tid" in part
        assert "Tidigare plats" not in part


def test_a_new_place_is_called_that_and_a_new_link_says_no_false_before():
    meeting = told_meeting()
    change_meeting(meeting, venue="Folkets hus", room="", street="", town="Nacka")
    old = "Usine konferens, Stockholm"
    assert update_letter(meeting).subject == f"Ny plats: Dialogmöte, Folkets hus, Nacka (förut {old})"
    send(loaded(meeting), UPDATE)
    deliver_all()
    change_meeting(loaded(meeting), online="https://mote.example/2")
    draft = update_letter(meeting)
    assert draft.subject == f"Ny länk: Dialogmöte, {beginning(meeting.starts_at)}"
    assert "gäller inte längre" not in draft.text


@pytest.mark.parametrize("changed", [{"room": "Sal 4"}, {"ends_at": timedelta(hours=1)}])
def test_a_small_change_is_told_from_what_was_before_in_the_subject_too(changed):
    meeting = told_meeting()
    if "ends_at" in changed:
        changed = {"ends_at": meeting.ends_at + changed["ends_at"]}
    change_meeting(meeting, **changed)
    now, before = update_letter(meeting).subject.removesuffix(")").split(" (förut ")
    assert not now.endswith(before)


def test_before_is_what_the_reader_was_told_and_not_what_was_in_between():
    meeting = told_meeting()
    first = beginning(meeting.starts_at)
    meeting = move(move(meeting, 2), 3)
    assert f"(förut {first})" in update_letter(meeting).subject


def test_a_change_that_was_taken_back_before_anybody_was_told_owes_nobody_a_letter():
    meeting = told_meeting()
    meeting = move(meeting, 2)
    assert owed(meeting) == 1
    assert owed(move(meeting, -2)) == 0


def test_control_without_what_letters_said_a_change_taken_back_is_owed(monkeypatch):
    meeting = told_meeting()
    meeting = move(move(meeting, 2), -2)
    monkeypatch.setattr(recipients.TimeAndPlace, "objects", TimeAndPlace.objects.none())
    assert owed(meeting) == 1


def test_a_change_that_was_told_and_then_taken_back_is_owed():
    meeting = told_meeting()
    meeting = move(meeting, 2)
    send(meeting, UPDATE)
    deliver_all()
    assert owed(move(meeting, -2)) == 1


def test_a_letter_of_before_times_were_kept_says_only_what_holds_now():
    meeting = told_meeting()
    meeting = move(meeting, 2)
    TimeAndPlace.objects.all().delete()
    draft = update_letter(meeting)
    assert draft.subject == f"Ny tid eller plats: Dialogmöte, {beginning(meeting.starts_at)}"
    assert "Tidigare" not in draft.text


def test_a_mailing_about_a_change_asks_as_much_for_many_as_for_few():
    def queries(people: int) -> int:
        meeting = move(told_meeting(people), 1)
        with CaptureQueriesContext(connection) as asked:
            assert len(mailings_send.drafts_for(UPDATE, meeting)) == people
        return len(asked)

    assert queries(1) == queries(3)


def test_what_is_sent_after_a_change_is_what_was_previewed():
    meeting = move(told_meeting(), 1)
    draft = update_letter(meeting)
    send(meeting, UPDATE)
    stored = read_content(Letter.objects.get(purpose=Purpose.UPDATE))
    assert stored is not None
    assert (stored.subject, stored.text) == (draft.subject, draft.text)
    assert compose(UPDATE, loaded(meeting), meeting.invitees.get()).subject == draft.subject


@pytest.mark.parametrize("told", [False, True])
def test_a_cancellation_says_what_its_reader_was_told_unless_they_know_the_last_change(told: bool):
    meeting = told_meeting()
    before = span(meeting.starts_at, meeting.ends_at)
    meeting = move(meeting, 2)
    if told:
        send(meeting, UPDATE)
        deliver_all()
    cancel_meeting(meeting, reason="Storm.", by=factories.user())
    cancellation = MAILINGS[Purpose.CANCELLATION]
    ((invitee, draft),) = mailings_send.drafts_for(cancellation, loaded(meeting))
    assert (f"Tidigare tid: {before}" in draft.text) == (not told)
    assert compose(cancellation, loaded(meeting), Invitee.objects.get(pk=invitee.pk)).text == draft.text


# --- The town --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("street", "town", "where"),
    [
        ("Granitvägen 15", "Nacka", "Stadshuset, Granitvägen 15, Nacka"),
        ("Granitvägen 15, 131 40 Nacka", "Nacka", "Stadshuset, Granitvägen 15, 131 40 Nacka"),
        ("", "", "Stadshuset"),
    ],
)
def test_the_town_is_said_once(street: str, town: str, where: str):
    assert factories.meeting(venue="Stadshuset", room="", street=street, town=town).where == where


def test_a_missing_town_that_is_filled_in_is_no_move_and_another_town_is():
    meeting = told_meeting()
    Meeting.objects.filter(pk=meeting.pk).update(town="")
    change_meeting(loaded(meeting), town="Stockholm")
    assert (loaded(meeting).letter_version, owed(meeting)) == (1, 0)
    change_meeting(loaded(meeting), town="Solna")
    assert (loaded(meeting).letter_version, owed(meeting)) == (2, 1)


def test_the_form_says_that_the_town_is_missing():
    meeting = factories.meeting(town="")
    form = MeetingForm(retyped(meeting), instance=meeting)
    assert form.is_valid()
    assert [warning for warning in form.warnings if "Orten saknas" in warning]
