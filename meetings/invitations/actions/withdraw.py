"""Take people off a meeting's list, and put them back."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.authorship import Part, record_authorship
from dialog_portal.base.states import NotAllowed
from dialog_portal.links.actions import revoke_link
from dialog_portal.outbox.models import Letter, State
from dialog_portal.outbox.queue.stop import mark_as_informed, stop
from meetings.audit_events import MeetingsEvent
from meetings.invitations.actions.invite import must_not_be_over
from meetings.invitations.actions.rerender import rerender
from meetings.invitations.actions.resend_link import refresh_links, resend_links
from meetings.invitations.letters.withdrawn import withdrawn_letter
from meetings.mailings.actions.post import post_letter
from meetings.mailings.actions.reply_link import mint_reply_link
from meetings.mailings.letters.recipients import PURPOSES_WITH_TIME
from meetings.models import INVITING, Invitee, Purpose
from meetings.models.invitee import calendar_secret
from meetings.replies.actions.needs import erase_needs
from meetings.replies.actions.notify_others import notify_new_seats
from meetings.replies.actions.release_substitute import release_substitute
from meetings.replies.answer_lock import lock_invitee, seated_people
from meetings.replies.letters import substitute


@transaction.atomic
def withdraw(invitee: Invitee, *, by: User, from_register: bool = False) -> Invitee:
    """Take a person and their substitute off the list: close their links and give a free seat to the waiting list.

    Letters to them that have not left are stopped, and whoever may know of the meeting is told. Their replies are kept.
    `from_register` means that they no longer represent an invited party on the day of the meeting.
    """
    must_not_be_over(invitee.meeting)
    invitee = lock_invitee(invitee)
    if invitee.withdrawn_at:
        return invitee
    seated = seated_people(invitee.invitation)
    release_substitute(invitee, by=by, original_removed=True)
    revoke_link(invitee.link)
    invitee.withdrawn_at, invitee.withdrawn_by_register = timezone.now(), from_register
    invitee.save(update_fields=["withdrawn_at", "withdrawn_by_register"])
    erase_needs(invitee)
    event = record(by, MeetingsEvent.PERSON_WITHDRAWN, invitee.meeting, invitee=invitee.pk)
    record_authorship(event, invitee.meeting, Part.FACTS)
    theirs = Letter.objects.filter(meeting_letter__invitee=invitee).exclude(purpose=Purpose.DISTRIBUTION)
    stop(theirs, by=by, reason="Personen togs bort från mötet.", final=True)
    for letter in Letter.objects.needs_a_person().filter(meeting_letter__invitee=invitee):
        mark_as_informed(letter, "personen togs bort från mötet", by=by)
    refresh_links([invitee.email], by=by, reason="Personen togs bort från ett möte.")
    if knows_of_meeting(invitee):
        post_letter(invitee, Purpose.WITHDRAWN, withdrawn_letter(invitee), by=by, holds_after_change=True)
    notify_original_of_removal(invitee, by=by)
    notify_new_seats(invitee.invitation, seated, cause=f"withdrawn{invitee.pk}", by=by)
    return invitee


def knows_of_meeting(invitee: Invitee) -> bool:
    """Return whether somebody may have read a letter with the meeting's time: it left, or a worker had begun.

    A letter that came back reached nobody.
    """
    written = Letter.objects.filter(meeting_letter__invitee=invitee, purpose__in=PURPOSES_WITH_TIME)
    return written.may_have_left().exclude(state=State.BOUNCED).exists()


def notify_original_of_removal(deputy: Invitee, *, by: User) -> None:
    """Write to the person who handed over that their substitute is off the list."""
    if deputy.substitute_for and deputy.substitute_for.withdrawn_at is None:
        original = lock_invitee(deputy.substitute_for)
        post_letter(original, Purpose.HANDED_OVER, substitute.substitute_removed(original, deputy), by=by)


@transaction.atomic
def reinstate(invitee: Invitee, *, by: User) -> bool:
    """Put somebody back on the list. Return whether a letter with their new link is on its way.

    What they had answered counts again. Raise NotAllowed when their seat or their address has been taken meanwhile.
    """
    must_not_be_over(invitee.meeting)
    invitee = lock_invitee(invitee)
    if invitee.withdrawn_at is None:
        return False
    if invitee.substitute_for_id:
        raise NotAllowed("En ersättare läggs till igen genom svaret från den som skickar ersättare.")
    told = was_told_of_removal(invitee, by=by)
    restore_to_list(invitee, new_event=told)
    event = record(by, MeetingsEvent.PERSON_REINSTATED, invitee.meeting, invitee=invitee.pk)
    record_authorship(event, invitee.meeting, Part.FACTS)
    return send_link_to_reinstated(invitee, invite_again=told)


def was_told_of_removal(invitee: Invitee, *, by: User) -> bool:
    """Stop the letter that says that the person is no longer invited.

    Return whether that is what they may have read last; an invitation may have reached them after an earlier removal.
    """
    letters = Letter.objects.filter(meeting_letter__invitee=invitee)
    removal = letters.filter(purpose=Purpose.WITHDRAWN)
    stop(removal, by=by, reason="Personen lades tillbaka på listan.", final=True)
    about = letters.filter(purpose__in=(*PURPOSES_WITH_TIME, Purpose.WITHDRAWN)).may_have_left()
    last = about.order_by("pk").last()
    return last is not None and last.purpose == Purpose.WITHDRAWN


def restore_to_list(invitee: Invitee, *, new_event: bool) -> None:
    """Put a person back with a new link.

    `new_event` is for somebody whose calendar may have taken out the former event. Whoever was not told still has it,
    and gets no calendar file now, so changes and answers must go on being about that one. Raise NotAllowed when a seat
    would be taken from somebody else.
    """
    invitee.email = invitee.person.email if invitee.person else invitee.email
    if invitee.meeting.invitees.active().filter(email__iexact=invitee.email).exists():
        raise NotAllowed(f"{invitee.email} står redan på listan.")
    seated = seated_people(invitee.invitation)
    invitee.withdrawn_at, invitee.withdrawn_by_register = None, False
    invitee.link = mint_reply_link(invitee.meeting)
    if new_event:
        invitee.calendar_secret = calendar_secret()
    invitee.save()
    if lost := Invitee.objects.filter(pk__in=seated - seated_people(invitee.invitation)).first():
        raise NotAllowed(
            f"{invitee} hade svarat ja, och platsen har gått till {lost}. Ge {invitee.invitation} fler platser först."
        )


def send_link_to_reinstated(invitee: Invitee, *, invite_again: bool) -> bool:
    """Write to somebody who may know of the meeting. Return whether a letter is sent.

    `invite_again` is for those who have read that they are not invited: they get the whole invitation anew, with
    calendar file, also after letters about a change. Who had not been invited yet gets the save-the-date anew, unless
    it is too late for it: then the invitation is still to be sent by staff. The others get the new link.
    """
    if not invite_again and Letter.objects.filter(meeting_letter__invitee=invitee).may_have_left().exists():
        return resend_links(invitee.email, renewed=True)
    letters = invitee.letters.select_related("letter", "invitee").order_by("pk")
    last = letters.filter(purpose=Purpose.INVITATION).last() or letters.filter(purpose__in=INVITING).last()
    return bool(rerender([last])) if last else False
