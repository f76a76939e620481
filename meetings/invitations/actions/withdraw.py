"""Taking people off a meeting's list, and putting them back."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.states import NotAllowed
from dialog_portal.links.actions import revoke
from dialog_portal.outbox.models import Letter
from dialog_portal.outbox.queue.stop import mark_as_informed, stop
from meetings.invitations.actions.invite import must_be_open
from meetings.invitations.actions.rerender import rerender
from meetings.invitations.actions.resend_link import refresh_links, resend_links
from meetings.mailings.actions.post import post_letter
from meetings.mailings.actions.reply_link import mint_reply_link
from meetings.models import INVITING, Invitee, Purpose
from meetings.replies.actions.answer import release, tell_those_who_got_a_seat
from meetings.replies.actions.needs import forget
from meetings.replies.letters import substitute
from meetings.replies.seats import lock, with_seats


@transaction.atomic
def withdraw(invitee: Invitee, *, by: User) -> Invitee:
    """Take a person and their substitute off the list: their links stop working, and a free seat goes to the queue.

    Their letters that have not left never will. What they answered stays in the ledger.
    """
    must_be_open(invitee.meeting)
    invitee = lock(invitee)
    if invitee.withdrawn_at:
        return invitee
    seated = with_seats(invitee.invitation)
    release(invitee, by=by)
    revoke(invitee.link)
    invitee.withdrawn_at = timezone.now()
    invitee.save(update_fields=["withdrawn_at"])
    forget(invitee)
    record(by, "inbjudan: tog bort person", invitee.meeting, invitee=invitee.pk)
    theirs = Letter.objects.filter(meeting_letter__invitee=invitee).exclude(purpose=Purpose.DISTRIBUTION)
    stop(theirs, by=by, reason="Personen togs bort från mötet.", final=True)
    for letter in Letter.objects.needs_a_person().filter(meeting_letter__invitee=invitee):
        mark_as_informed(letter, "personen togs bort från mötet", by=by)
    refresh_links([invitee.email], by=by, reason="Personen togs bort från ett möte.")
    tell_that_the_substitute_is_gone(invitee, by=by)
    tell_those_who_got_a_seat(invitee.invitation, seated, cause=f"withdrawn{invitee.pk}", by=by)
    return invitee


def tell_that_the_substitute_is_gone(deputy: Invitee, *, by: User) -> None:
    """Whoever handed over thinks that somebody comes in their place, until they hear otherwise."""
    if deputy.substitute_for and deputy.substitute_for.withdrawn_at is None:
        original = lock(deputy.substitute_for)
        post_letter(original, Purpose.HANDED_OVER, substitute.removed(original, deputy), by=by)


@transaction.atomic
def put_back(invitee: Invitee, *, by: User) -> bool:
    """Undo that somebody was taken off the list; answers whether a letter with their new link is on its way.

    What they had answered counts again. Raises NotAllowed when the place or the address has been taken meanwhile.
    """
    must_be_open(invitee.meeting)
    invitee = lock(invitee)
    if invitee.withdrawn_at is None:
        return False
    if invitee.substitute_for_id:
        raise NotAllowed("En ersättare läggs till igen genom svaret från den som skickar ersättare.")
    listed(invitee)
    record(by, "inbjudan: la tillbaka person", invitee.meeting, invitee=invitee.pk)
    return brought_a_link(invitee)


def listed(invitee: Invitee) -> None:
    """Back on the list with a new link, without taking a seat from anybody."""
    invitee.email = invitee.person.email if invitee.person else invitee.email
    if invitee.meeting.invitees.active().filter(email__iexact=invitee.email).exists():
        raise NotAllowed(f"{invitee.email} står redan på listan.")
    seated = with_seats(invitee.invitation)
    invitee.withdrawn_at, invitee.link = None, mint_reply_link(invitee.meeting)
    invitee.save(update_fields=["withdrawn_at", "link", "email"])
    if lost := Invitee.objects.filter(pk__in=seated - with_seats(invitee.invitation)).first():
        raise NotAllowed(
            f"{invitee} hade svarat ja, och platsen har gått till {lost}. Ge {invitee.invitation} fler platser först."
        )


def brought_a_link(invitee: Invitee) -> bool:
    """Write to whoever may know of the meeting: the old link no longer works."""
    if Letter.objects.filter(meeting_letter__invitee=invitee).may_have_left().exists():
        return resend_links(invitee.email, renewed=True)
    last = (
        invitee.letters.filter(purpose__in=INVITING).select_related("letter", "invitee").order_by("pk").last()
    )
    return bool(rerender([last])) if last else False
