"""Bringing a colleague, and the rules for everybody a guest adds: same party, a free seat, a few times a day."""

from __future__ import annotations

from django.conf import settings
from django.db import IntegrityError, transaction

from dialog_portal.access.models import User
from dialog_portal.base.states import NotAllowed
from meetings.mailings.actions.post import post_letter
from meetings.mailings.actions.reply_link import mint_reply_link
from meetings.mailings.letters.compose import compose
from meetings.mailings.letters.recipients import MAILINGS
from meetings.models import Answer, Channel, Invitee, Purpose
from meetings.models.reply import last_confirmed
from meetings.replies.answer_lock import lock_invitee, seats_left
from meetings.replies.daily_limits import CHANGES_A_DAY, a_day_ago, must_be_within_daily_limit
from meetings.replies.deadline import replies_must_be_open
from meetings.replies.party_domains import is_party_address
from meetings.replies.reply_status import ReplyStatus


@transaction.atomic
def bring_colleague(
    invitee: Invitee, *, name: str, email: str, channel: Channel, by: User | None = None
) -> Invitee:
    """Invite one more person from the same party. Return the colleague, who answers for themselves.

    Raise NotAllowed when the deadline has passed, when no seat is left, when the address is not the party's or is on
    the list already, when the guest has not said yes themselves, or after 3 colleagues in a day (or as many as the
    party has seats, if that is more).
    """
    invitee = lock_invitee(invitee)
    replies_must_be_open(invitee, channel)
    if by is None:
        must_have_said_yes(invitee)
    if seats_left(invitee.invitation) < 1:
        raise NotAllowed("Alla platser är upptagna eller väntar på svar från kollegor som redan är inbjudna.")
    recent = invitee.invitation.invitees.filter(
        person=None, substitute_for=None, link__created__gte=a_day_ago()
    )
    must_be_within_daily_limit(recent.count(), max(CHANGES_A_DAY, invitee.invitation.seats), by)
    must_be_addable(invitee, email, by)
    colleague = add_from_party(invitee, name, email)
    post_letter(
        colleague,
        Purpose.INVITATION,
        compose(MAILINGS[Purpose.INVITATION], invitee.meeting, colleague),
        by=by,
    )
    return colleague


def must_have_said_yes(invitee: Invitee) -> None:
    """Raise NotAllowed unless the person comes on their own behalf.

    A colleague brought by a substitute would stay on the list when the seat is taken back.
    """
    said = last_confirmed(list(invitee.replies.all()))
    if invitee.substitute_for_id or said is None or said.answer != Answer.YES:
        raise NotAllowed("Svara att du kommer först. Den som ersätter någon kan inte ta med en kollega.")


def can_bring_colleague(invitee: Invitee, status: ReplyStatus) -> bool:
    """Return whether the person's page offers to bring a colleague."""
    return status.case == "seated" and not invitee.substitute_for_id and seats_left(invitee.invitation) > 0


def must_be_addable(invitee: Invitee, email: str, by: User | None, replaced: Invitee | None = None) -> None:
    """Raise NotAllowed unless a guest may add the address: it belongs to the party and is not on the meeting's list.

    `replaced` is the substitute who is about to be released; staff (`by`) may add an address of any domain.
    """
    if by is None and not is_party_address(invitee, email):
        raise NotAllowed(
            f"Adressen hör inte till {invitee.invitation.organisation}. "
            f"Be handläggaren bjuda in personen: {settings.MAIL_REPLY_TO}."
        )
    listed = invitee.meeting.invitees.active().filter(email__iexact=email)
    if replaced:
        listed = listed.exclude(pk=replaced.pk)
    if listed.exists():
        raise NotAllowed("Den adressen är redan inbjuden till mötet.")


def add_from_party(invitee: Invitee, name: str, email: str, substitute_for: Invitee | None = None) -> Invitee:
    """Add a person of the same party with a link of their own. Raise NotAllowed when the address is on the list."""
    try:
        with transaction.atomic():
            return Invitee.objects.create(
                meeting=invitee.meeting,
                invitation=invitee.invitation,
                name=name,
                email=email.lower(),
                substitute_for=substitute_for,
                link=mint_reply_link(invitee.meeting),
            )
    except IntegrityError as taken:  # another party added the same address at the same moment
        raise NotAllowed("Den adressen är redan inbjuden till mötet.") from taken
