"""What the tests of reminders share: an invited meeting, answers, and the plans for it."""

from __future__ import annotations

from datetime import datetime, timedelta

from dialog_portal.outbox.models import Letter
from meetings.invitations.actions import invite
from meetings.mailings.actions import send as mailings_send
from meetings.mailings.letters.compose import preview_fingerprint
from meetings.mailings.letters.recipients import MAILINGS
from meetings.models import Answer, Channel, Meeting, PlannedMailing, Purpose
from meetings.replies.actions import answer as replies
from tests import factories
from tests.meetings.acting import at

NOW = at("2026-11-02 10:00")
REMINDER_AT, COMING_AT = at("2026-11-24 09:00"), at("2026-12-02 09:00")


def loaded(meeting: Meeting) -> Meeting:
    return Meeting.objects.with_letters().get(pk=meeting.pk)


def send(meeting: Meeting, purpose: Purpose = Purpose.INVITATION) -> int:
    mailing = MAILINGS[purpose]
    seen = preview_fingerprint([draft for _, draft in mailings_send.drafts_for(mailing, loaded(meeting))])
    return mailings_send.send_previewed_letters(mailing, meeting, previewed=seen, by=factories.user())


def invited(people: int = 3, **values: object) -> Meeting:
    """A meeting on Friday 4 December, answers by Friday 27 November, whose invitation has been sent."""
    starts = at("2026-12-04 13:00")
    given = {
        "starts_at": starts,
        "ends_at": starts + timedelta(hours=3),
        "reply_by": at("2026-11-27 23:59"),
        **values,
    }
    meeting = factories.meeting(**given)
    parties = [factories.party() for _ in range(people)]
    for party in parties:
        factories.mandate(party)
    invite.invite_parties(meeting, parties, seats=3, by=factories.user())
    send(meeting)
    return loaded(meeting)


def answer(meeting: Meeting, *said: Answer | None) -> None:
    for invitee, one in zip(meeting.invitees.order_by("pk"), said, strict=False):
        if one:
            replies.store_answer(invitee, one, channel=Channel.LINK)


def plans(meeting: Meeting) -> dict[str, tuple[datetime, str]]:
    return {row.purpose: (row.due_at, row.state) for row in meeting.planned.all()}


def row(meeting: Meeting, purpose: Purpose) -> PlannedMailing:
    return meeting.planned.get(purpose=purpose)


def letters(purpose: Purpose) -> int:
    return Letter.objects.filter(purpose=purpose).count()
