"""A substitute from outside the party: the guest asks, staff decide, and the guest gets a letter either way."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.states import NotAllowed
from dialog_portal.outbox.draft import check_deliverable
from meetings.audit_events import MeetingsEvent
from meetings.mailings.actions.post import post_letter
from meetings.models import Channel, Invitee, Purpose, SubstituteRequest
from meetings.replies.actions.substitutes import hand_over
from meetings.replies.answer_lock import lock_invitee
from meetings.replies.daily_limits import CHANGES_A_DAY, a_day_ago, must_be_within_daily_limit
from meetings.replies.deadline import replies_must_be_open
from meetings.replies.letters import substitute
from meetings.replies.party_domains import is_party_address


def hand_over_or_ask(invitee: Invitee, *, name: str, email: str, channel: Channel) -> None:
    """Hand over at once to somebody of the same party; store a request for staff about anybody else."""
    if is_party_address(invitee, email):
        hand_over(invitee, name=name, email=email, channel=channel)
    else:
        ask_for_substitute(invitee, name=name, email=email, channel=channel)


@transaction.atomic
def ask_for_substitute(invitee: Invitee, *, name: str, email: str, channel: Channel) -> SubstituteRequest:
    """Store a request for staff to decide about. Nothing is sent, and nothing is said about who else is invited.

    Raise NotAllowed after the deadline, after three requests in a day, or when the person is a substitute themselves.
    """
    invitee = lock_invitee(invitee)
    replies_must_be_open(invitee, channel)
    if invitee.substitute_for_id:
        raise NotAllowed("En ersättare kan inte skicka en egen ersättare.")
    must_be_within_daily_limit(
        invitee.substitute_requests.filter(at__gte=a_day_ago()).count(), CHANGES_A_DAY, None
    )
    wish, _ = SubstituteRequest.objects.update_or_create(
        invitee=invitee,
        decided_at=None,
        defaults={"name": name, "email": email.lower(), "at": timezone.now()},
    )
    return wish


def must_be_same_as_shown(wish: SubstituteRequest, seen: tuple[str, str]) -> None:
    """Raise NotAllowed when the guest has asked for somebody else since the page was shown."""
    if seen != (wish.name, wish.email):
        raise NotAllowed(
            f"{wish.invitee.name} har ändrat vem som ska få komma: nu gäller det {wish.name}, {wish.email}. "
            "Inget är beslutat. Läs det nya och ta ställning igen."
        )


def must_be_reachable(wish: SubstituteRequest) -> None:
    """Raise NotAllowed when no letter can be sent to the address; older requests were stored unchecked."""
    try:
        check_deliverable(wish.email)
    except ValidationError as trouble:
        raise NotAllowed(
            f"Inget brev kan nå {wish.email}. {trouble.messages[0]} "
            f"Avslå, så får {wish.invitee.name} besked och kan skriva en annan adress."
        ) from trouble


@transaction.atomic
def decide_request(
    wish: SubstituteRequest, *, approve: bool, seen: tuple[str, str], by: User
) -> SubstituteRequest:
    """Invite the substitute, or write to the guest that they need another one.

    `seen` is the name and address that the decision is about. Raise NotAllowed when a colleague decided first, or when
    the guest has asked for somebody else or answered in another way since.
    """
    invitee = lock_invitee(wish.invitee)
    wish = SubstituteRequest.objects.select_for_update().get(pk=wish.pk)
    if wish.decided_at:
        raise NotAllowed(f"En kollega har redan tagit ställning till {wish.name}.")
    if not SubstituteRequest.objects.waiting().filter(pk=wish.pk).exists():
        raise NotAllowed(f"{invitee.name} har svarat på annat sätt sedan dess, eller så är mötet över.")
    wish.invitee = invitee
    must_be_same_as_shown(wish, seen)
    if approve:
        must_be_reachable(wish)
    wish.approved, wish.by, wish.decided_at = approve, by, timezone.now()
    wish.save(update_fields=["approved", "by", "decided_at"])
    record(
        by,
        MeetingsEvent.SUBSTITUTE_APPROVED if approve else MeetingsEvent.SUBSTITUTE_REFUSED,
        wish,
        invitee=invitee.pk,
    )
    if approve:
        hand_over(invitee, name=wish.name, email=wish.email, channel=Channel.STAFF, by=by)
    else:
        post_letter(invitee, Purpose.HANDED_OVER, substitute.request_refused(wish), by=by)
    return wish
