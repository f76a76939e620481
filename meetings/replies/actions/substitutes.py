"""Sending a substitute: hand the seat over to somebody else, and take it back.

A substitute's place is closed in release_substitute.py; substitutes from outside the party are decided about by staff
in substitute_requests.py.
"""

from __future__ import annotations

from django.db import transaction

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.authorship import Part, record_authorship
from dialog_portal.base.states import NotAllowed
from meetings.audit_events import MeetingsEvent
from meetings.mailings.actions.post import post_letter
from meetings.models import Answer, Channel, Invitee, Purpose, Reply
from meetings.replies.actions.answer import stop_needless_reminders, store_answer
from meetings.replies.actions.colleagues import add_from_party, must_be_addable
from meetings.replies.actions.release_substitute import release_substitute
from meetings.replies.answer_lock import lock_invitee
from meetings.replies.daily_limits import CHANGES_A_DAY, a_day_ago, must_be_within_daily_limit
from meetings.replies.deadline import replies_must_be_open
from meetings.replies.letters import substitute


@transaction.atomic
def hand_over(
    invitee: Invitee, *, name: str, email: str, channel: Channel, by: User | None = None, note: str = ""
) -> Invitee:
    """Hand the seat over: the substitute gets an invitation and a link of their own. Return the substitute.

    The seat keeps its place in the order of seats. A guest may choose anybody with an address at the party's own mail
    domains, at most three times a day; staff may choose anybody. Raise NotAllowed when that is broken, when the address
    is on the list already, when the person is a substitute themselves, or when the deadline has passed.
    """
    invitee = lock_invitee(invitee)
    replies_must_be_open(invitee, channel)
    if invitee.substitute_for_id:
        raise NotAllowed(
            "En ersättare kan inte skicka en egen ersättare. Svara nej, så får den som frågade dig veta det."
        )
    must_be_within_daily_limit(
        invitee.substitutes.filter(link__created__gte=a_day_ago()).count(), CHANGES_A_DAY, by
    )
    must_be_addable(invitee, email, by, replaced=invitee.substitutes.active().first())
    release_substitute(invitee, by=by)
    stop_needless_reminders(invitee, Answer.SUBSTITUTE)
    row = invitee.replies.create(answer=Answer.SUBSTITUTE, channel=channel, by=by, note=note)
    deputy = add_from_party(invitee, name, email, substitute_for=invitee)
    if by:
        event = record(by, MeetingsEvent.SUBSTITUTE_NOTED, invitee, reply=row.pk, substitute=deputy.pk)
        record_authorship(event, invitee.meeting, Part.FACTS)
    post_letter(deputy, Purpose.SUBSTITUTE, substitute.substitute_invitation(deputy), by=by)
    post_letter(invitee, Purpose.HANDED_OVER, substitute.handover_receipt(row, deputy), by=by)
    return deputy


@transaction.atomic
def take_back(invitee: Invitee, *, channel: Channel, by: User | None = None) -> Reply:
    """Take the seat back: store a yes for the person, close the substitute's link and write to the substitute.

    Raise NotAllowed when there is no substitute, or when `store_answer` does.
    """
    if not invitee.substitutes.active().exists():
        raise NotAllowed("Det finns ingen ersättare att ta tillbaka platsen från.")
    return store_answer(invitee, Answer.YES, channel=channel, by=by)
