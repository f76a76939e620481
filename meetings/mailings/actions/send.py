"""Sending one kind of letter to everybody who should have it, exactly as previewed."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.states import NotAllowed, step
from dialog_portal.outbox.draft import Draft
from dialog_portal.outbox.models import Letter
from meetings.mailings.actions import reminder_schedule
from meetings.mailings.actions.post import put_in_outbox
from meetings.mailings.letters.compose import compose, fingerprint
from meetings.mailings.letters.recipients import Mailing
from meetings.models import Invitee, Meeting, MeetingState
from meetings.models.meeting import NEXT


class Changed(NotAllowed):
    """What would be sent is no longer what was previewed."""


def drafts_for(mailing: Mailing, meeting: Meeting) -> list[tuple[Invitee, Draft]]:
    """The letters of this kind that would be made now; people who already have theirs are left out."""
    recipients = list(
        mailing.recipients(meeting)
        .in_order()
        .select_related("invitation__party", "link", "invitation__meeting")
    )
    pairs = [(invitee, compose(mailing, meeting, invitee)) for invitee in recipients]
    keys = [draft.key for _, draft in pairs]
    have = set(Letter.objects.filter(key__in=keys).values_list("key", flat=True))
    return [pair for pair in pairs if pair[1].key not in have]


def left(mailing: Mailing, meeting: Meeting) -> int:
    """How many would get a letter of this kind now."""
    today = timezone.localdate().isoformat()
    keys = {mailing.key(meeting, invitee, today) for invitee in mailing.recipients(meeting)}
    return len(keys) - Letter.objects.filter(key__in=keys).count()


@transaction.atomic
def send(mailing: Mailing, meeting: Meeting, *, previewed: str, by: User) -> int:
    """Put the previewed letters in the outbox and take the meeting's step; answers how many there are.

    Raises Changed when the letters are no longer those of the preview, NotAllowed when the time is past.
    """
    meeting = Meeting.objects.select_for_update(of=("self",)).with_letters().get(pk=meeting.pk)
    if why_not := mailing.why_not(meeting, timezone.now()):
        raise NotAllowed(why_not)
    pairs = drafts_for(mailing, meeting)
    if not pairs:
        raise NotAllowed("Alla har redan fått det här brevet. Inget skickades.")
    if fingerprint([draft for _, draft in pairs]) != previewed:
        raise Changed(
            "Något har ändrats sedan du förhandsgranskade. Titta igenom breven en gång till innan du skickar."
        )
    put_in_outbox(mailing, meeting, pairs, by=by)
    record(by, "brev: skickade", meeting, purpose=mailing.purpose, letters=len(pairs))
    if mailing.leads_to and mailing.leads_to != meeting.state:
        step(meeting, NEXT, mailing.leads_to, by=by)
    if mailing.leads_to == MeetingState.INVITED:
        reminder_schedule.plan(meeting, by=by)
    return len(pairs)
