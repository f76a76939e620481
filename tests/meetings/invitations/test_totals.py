"""Everybody on the list is counted once wherever staff see sums, also those whose substitute is gone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from dialog_portal.dashboard import start_page
from dialog_portal.dashboard.tasks import tasks_for
from dialog_portal.links.actions import revoke_link
from meetings.attendance import actions
from meetings.mailings.letters.recipients import without_reply
from meetings.models import Answer, Channel, Invitee, Meeting, MeetingState
from meetings.models.invitee import InviteeQuerySet
from meetings.planning.progress import annotate_answer_counts
from meetings.replies.actions.answer import store_answer
from meetings.replies.actions.substitutes import hand_over
from meetings.replies.guest_list import guest_rows, with_replies
from meetings.replies.reply_status import reply_status
from meetings.replies.views import ledger
from tests import factories
from tests.meetings.acting import asked_long_ago, letter, signed_in

pytestmark = pytest.mark.django_db
YES, NO, LINK = Answer.YES, Answer.NO, Channel.LINK
KINDS = ("kommer", "vantar", "nej", "tysta", "ersattare")


@pytest.fixture
def meeting() -> Meeting:
    return factories.meeting(state=MeetingState.INVITED)


def someone(meeting: Meeting, **values: Any) -> Invitee:
    party = factories.party(mail_domains="kommun.example")
    invitee = factories.invitee(factories.invitation(meeting, party, **values))
    letter(invitee)
    return invitee


def handed_over(meeting: Meeting) -> tuple[Invitee, Invitee]:
    chief = someone(meeting)
    return chief, hand_over(chief, name="Eva Lind", email=f"eva{chief.pk}@kommun.example", channel=LINK)


def taken_off(deputy: Invitee) -> None:
    """What staff do who remove a substitute, as far as the sums are concerned."""
    Invitee.objects.filter(pk=deputy.pk).update(withdrawn_at=timezone.now())
    revoke_link(deputy.link)


@pytest.fixture
def alone(meeting: Meeting) -> Invitee:
    """One whose substitute staff have taken off the list."""
    chief, deputy = handed_over(meeting)
    taken_off(deputy)
    return chief


def page(meeting: Meeting, query: str = "") -> str:
    body = signed_in()[0].get(reverse("staff:invitations", args=[meeting.pk]) + query).content.decode()
    return re.sub(r"\s+", " ", body)


def crowd(meeting: Meeting) -> None:
    """Somebody of every kind."""
    for said in (YES, NO):
        store_answer(someone(meeting), said, channel=LINK)
    someone(meeting)
    first = someone(meeting, seats=1)
    for one in (first, factories.invitee(first.invitation)):
        store_answer(one, YES, channel=LINK)
    later: tuple[Answer | None, ...] = (None, YES, NO)
    for by_deputy in later:
        _, deputy = handed_over(meeting)
        if by_deputy:
            store_answer(deputy, by_deputy, channel=LINK)
    taken_off(handed_over(meeting)[1])
    _, declined = handed_over(meeting)
    store_answer(declined, NO, channel=LINK)
    taken_off(declined)
    store_answer(someone(meeting), YES, channel=LINK, confirmed=False)


def test_the_sums_add_up_to_those_on_the_list(meeting: Meeting):
    crowd(meeting)
    listed = guest_rows(with_replies(meeting.invitations.all()))
    counted = {name: sum(ledger.ANSWER_FILTERS[name][1](row) for row in listed) for name in KINDS}
    assert counted == {"kommer": 3, "vantar": 1, "nej": 2, "tysta": 5, "ersattare": 3}
    assert sum(counted.values()) == meeting.invitees.active().count()


def test_every_sum_counts_the_same(meeting: Meeting):
    """The list, the start page, the list of meetings, the reminders and each person's own page."""
    crowd(meeting)
    quiet = {
        row.invitee.pk for row in guest_rows(with_replies(meeting.invitations.all())) if row.answer is None
    }
    everybody = meeting.invitees.active()
    assert {row.pk for row in everybody if reply_status(row).case == "silent"} == quiet
    assert {row.pk for row in everybody.silent()} == quiet
    assert [row.silent for row in start_page.coming_meetings()] == [len(quiet)]
    row: Any = annotate_answer_counts(Meeting.objects.filter(pk=meeting.pk)).get()
    assert row.asked - row.answered == len(quiet)


def test_who_lost_their_substitute_has_not_answered(meeting: Meeting, alone: Invitee):
    assert "0 kommer, 0 kommer inte, 1 har inte svarat" in page(meeting)
    assert alone.name in page(meeting, "?visa=tysta")
    assert "ersättaren är borttagen" in page(meeting)
    assert f'id="i{alone.pk}"' not in page(meeting, "?visa=ersattare")


def test_who_lost_their_substitute_is_reminded_and_waited_for(meeting: Meeting, alone: Invitee):
    asked_long_ago()
    assert list(without_reply(meeting.invitees.active())) == [alone]
    told = [task.why for tasks in tasks_for(factories.user(), timezone.now()) for task in tasks]
    assert "1 person har inte svarat." in told
    assert [row.key for row in actions.attendance_rows(meeting)] == [f"i{alone.pk}"]


def test_who_has_a_substitute_is_not_reminded(meeting: Meeting):
    chief, deputy = handed_over(meeting)
    asked_long_ago()
    assert (list(without_reply(meeting.invitees.active())), reply_status(chief).case) == (
        [deputy],
        "handed_over",
    )


def test_control_by_the_last_answer_alone_somebody_is_counted_nowhere(
    meeting: Meeting, alone: Invitee, monkeypatch
):
    monkeypatch.setattr(
        "meetings.replies.guest_list.counting_reply", lambda said, _substitutes: said[-1] if said else None
    )
    monkeypatch.setattr(InviteeQuerySet, "silent", lambda people: people.filter(replies=None))
    assert "0 kommer, 0 kommer inte, 0 har inte svarat" in page(meeting).replace("1 skickar ersättare, ", "")
    assert list(without_reply(meeting.invitees.active())) == []
