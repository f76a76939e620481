"""Send one kind of letter to everybody who should have it, exactly as previewed."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.states import NotAllowed, take_step
from dialog_portal.outbox.draft import Draft
from meetings.audit_events import MeetingsEvent
from meetings.mailings.actions import reminder_schedule
from meetings.mailings.actions.post import post_letters
from meetings.mailings.letters.compose import compose, preview_fingerprint
from meetings.mailings.letters.recipients import Mailing
from meetings.mailings.pending_letters import pending_for
from meetings.models import Invitee, Meeting, MeetingState
from meetings.models.meeting import MEETING_NEXT


class PreviewOutdated(NotAllowed):
    """The letters that would be sent are no longer those that were previewed."""


def drafts_for(mailing: Mailing, meeting: Meeting) -> list[tuple[Invitee, Draft]]:
    """Return the letters of this kind that would be made now, each with its recipient."""
    return [(invitee, compose(mailing, meeting, invitee)) for invitee in pending_for(mailing, meeting)]


@transaction.atomic
def send_previewed_letters(mailing: Mailing, meeting: Meeting, *, previewed: str, by: User) -> int:
    """Put the previewed letters in the outbox and change the meeting's state. Return the number of letters.

    Raise PreviewOutdated when the letters are no longer those of the preview, and NotAllowed when it is too late or
    everybody has had the letter.
    """
    meeting = Meeting.objects.select_for_update(of=("self",)).with_letters().get(pk=meeting.pk)
    if why_not := mailing.reason_not_to_send(meeting, timezone.now()):
        raise NotAllowed(why_not)
    pairs = drafts_for(mailing, meeting)
    if not pairs:
        raise NotAllowed("Alla har redan fått det här brevet. Inget skickades.")
    if preview_fingerprint([draft for _, draft in pairs]) != previewed:
        raise PreviewOutdated(
            "Något har ändrats sedan du förhandsgranskade. Titta igenom breven en gång till innan du skickar."
        )
    post_letters(mailing, meeting, pairs, by=by)
    record(by, MeetingsEvent.LETTERS_SENT, meeting, purpose=mailing.purpose, letters=len(pairs))
    if mailing.leads_to and mailing.leads_to != meeting.state:
        take_step(meeting, MEETING_NEXT, mailing.leads_to, by=by)
    if mailing.leads_to == MeetingState.INVITED:
        reminder_schedule.plan_reminders(meeting, by=by)
    return len(pairs)
