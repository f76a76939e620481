"""Change a personal link that somebody else has got hold of: close it and give the person a new one."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.states import NotAllowed
from dialog_portal.links.actions import find_link, renew_link
from dialog_portal.links.purposes import LinkPurpose
from dialog_portal.outbox.content import read_content
from dialog_portal.outbox.models import WAITING, Letter, LetterQuerySet, State
from dialog_portal.outbox.queue.stop import mark_as_informed, stop
from meetings.audit_events import MeetingsEvent
from meetings.invitations.actions.rerender import rerender
from meetings.invitations.actions.resend_link import resend_links
from meetings.invitations.letters.lost_links import LINK_LETTERS, LINKS_RENEWED
from meetings.mailings.letters.reply_link import tokens_in
from meetings.models import Invitee, MeetingLetter, Purpose
from meetings.replies.answer_lock import lock_invitee

# These letters are kept: what they say matters more than that the link in them is closed
PURPOSES_TO_KEEP = (Purpose.CANCELLATION, Purpose.DISTRIBUTION, Purpose.WITHDRAWN)


@transaction.atomic
def change_link(invitee: Invitee, *, tell: bool, by: User) -> bool:
    """Close a person's link. Return whether a letter with the new link is on its way to their address.

    `tell` sends the new link at once. Raise NotAllowed when the person is no longer invited.
    """
    invitee = lock_invitee(invitee)
    if invitee.withdrawn_at:
        raise NotAllowed(f"{invitee.name} är inte längre inbjuden till mötet.")
    old = close_link(invitee, by=by)
    record(by, MeetingsEvent.LINK_CHANGED, invitee.meeting, invitee=invitee.pk)
    return rerender_pending(invitee, old) or (tell and send_new_link_if_known(invitee.email, old, by=by))


def close_link(invitee: Invitee, *, by: User | None) -> list[Letter]:
    """Close the link and stop the letters that hold it. Return the letters that did not deliver it.

    They are those stopped now, those that had failed or been stopped before, and those returned by the mail server.
    """
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
    """Write again, with the new link, the letters that still waited for somebody. Return whether there were any."""
    wanted = [letter for letter in old if letter.state in (*WAITING, State.FAILED)]
    asked = [letter for letter in wanted if letter.purpose in LINK_LETTERS]
    sent = [resend_links(invitee.email, renewed=letter.purpose == LINKS_RENEWED) for letter in asked[-1:]]
    about = MeetingLetter.objects.filter(letter__in=wanted).select_related("letter", "invitee")
    return bool(rerender(about.defer("letter__raw").order_by("pk"))) or any(sent)


def letters_with_link(invitee: Invitee) -> list[Letter]:
    """Return the letters that have not left and hold the person's link, also those that failed or were stopped."""
    letters = letters_that_may_hold_link(invitee).filter(raw__isnull=False, useful_until__gt=timezone.now())
    letters = letters.exclude(state=State.ACCEPTED).exclude(purpose__in=PURPOSES_TO_KEEP)
    return [letter for letter in letters if holds_link(letter, invitee)]


def letters_that_may_hold_link(invitee: Invitee) -> LetterQuerySet:
    """Return every letter that may hold the person's link."""
    about = Q(meeting_letter__invitee=invitee) | Q(purpose__in=LINK_LETTERS, address__iexact=invitee.email)
    return Letter.objects.filter(about)


def holds_link(letter: Letter, invitee: Invitee) -> bool:
    """Return whether a letter's text or HTML holds the person's link."""
    content = read_content(letter)
    tokens = tokens_in(content.text + content.html) if content else set()
    return any(find_link(token, LinkPurpose.REPLY) == invitee.link for token in tokens)


def send_new_link_if_known(email: str, old: list[Letter], *, by: User | None) -> bool:
    """Send the new link, and return whether it was sent.

    It is sent only to somebody who has been invited already: nobody first hears of a meeting by a lost link.
    """
    if not resend_links(email, renewed=True):
        return False
    for letter in old:
        if letter.state in (State.FAILED, State.BOUNCED):
            mark_as_informed(letter, f"Ny länk skickad till {email}", by=by)
    return True
