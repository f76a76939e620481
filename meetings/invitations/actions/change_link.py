"""A personal link that came into the wrong hands is closed, and the person gets another."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.states import NotAllowed
from dialog_portal.links.actions import find_link, renew_link
from dialog_portal.links.purposes import LinkPurpose
from dialog_portal.outbox.models import WAITING, Letter, LetterQuerySet, State
from dialog_portal.outbox.queue.actions import read, stop, told
from meetings.audit_events import MeetingsEvent
from meetings.invitations.actions.rerender import rerender
from meetings.invitations.actions.resend_link import resend_links
from meetings.invitations.letters.lost_links import LINK_LETTERS, RENEWED
from meetings.mailings.letters.reply_link import tokens_in
from meetings.models import Invitee, MeetingLetter, Purpose
from meetings.replies.seats import lock_invitee

# What these say matters more than a link in them that is dead
PURPOSES_TO_KEEP = (Purpose.CANCELLATION, Purpose.DISTRIBUTION)


@transaction.atomic
def change_link(invitee: Invitee, *, tell: bool, by: User) -> bool:
    """Close a person's link; answers whether a letter with the new one is on its way to their address."""
    invitee = lock_invitee(invitee)
    if invitee.withdrawn_at:
        raise NotAllowed(f"{invitee.name} är inte längre inbjuden till mötet.")
    old = close_link(invitee, by=by)
    record(by, MeetingsEvent.LINK_CHANGED, invitee.meeting, invitee=invitee.pk)
    return rerender_pending(invitee, old) or (tell and send_new_link_if_known(invitee.email, old, by=by))


def close_link(invitee: Invitee, *, by: User | None) -> list[Letter]:
    """Close the link; answers the letters that have not brought it: those stopped now, failed ones, returned ones."""
    old = letters_with_link(invitee)
    stop(
        Letter.objects.filter(pk__in=[letter.pk for letter in old]),
        by=by,
        reason="Personen har fått en ny länk.",
        final=True,
    )
    renew_link(invitee.link)
    Invitee.objects.filter(pk=invitee.pk).update(calendar_closed=True)
    came_back = (
        letters_that_may_hold_link(invitee)
        .needs_a_person()
        .filter(state=State.BOUNCED)
        .exclude(purpose__in=PURPOSES_TO_KEEP)
    )
    return [*old, *came_back]


def rerender_pending(invitee: Invitee, old: list[Letter]) -> bool:
    """Write again, with the new link, what still waited for somebody; answers whether there was anything."""
    wanted = [letter for letter in old if letter.state in (*WAITING, State.FAILED)]
    asked = [letter for letter in wanted if letter.purpose in LINK_LETTERS]
    sent = [resend_links(invitee.email, renewed=letter.purpose == RENEWED) for letter in asked[-1:]]
    about = MeetingLetter.objects.filter(letter__in=wanted).select_related("letter", "invitee")
    return bool(rerender(about.defer("letter__raw").order_by("pk"))) or any(sent)


def letters_with_link(invitee: Invitee) -> list[Letter]:
    """The letters that have not left and have the person's link in them, also those that failed or were stopped."""
    letters = letters_that_may_hold_link(invitee).filter(raw__isnull=False, useful_until__gt=timezone.now())
    letters = letters.exclude(state=State.ACCEPTED).exclude(purpose__in=PURPOSES_TO_KEEP)
    return [letter for letter in letters if holds_link(letter, invitee)]


def letters_that_may_hold_link(invitee: Invitee) -> LetterQuerySet:
    """Every letter that may have the person's link in it."""
    about = Q(meeting_letter__invitee=invitee) | Q(purpose__in=LINK_LETTERS, address__iexact=invitee.email)
    return Letter.objects.filter(about)


def holds_link(letter: Letter, invitee: Invitee) -> bool:
    content = read(letter)
    tokens = tokens_in(content.text + content.html) if content else set()
    return any(find_link(token, LinkPurpose.REPLY) == invitee.link for token in tokens)


def send_new_link_if_known(email: str, old: list[Letter], *, by: User | None) -> bool:
    """Whether the person was written to: nobody hears of a meeting here before they have been invited to it."""
    if not resend_links(email, renewed=True):
        return False
    for letter in old:
        if letter.state in (State.FAILED, State.BOUNCED):
            told(letter, f"Ny länk skickad till {email}", by=by)
    return True
