"""Correct an address: invitations follow it, and letters that never got through are sent to the right one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.states import NotAllowed
from dialog_portal.base.swedish import count
from dialog_portal.outbox.models import Letter, State
from dialog_portal.outbox.queue.send_again import correct_address
from meetings.audit_events import MeetingsEvent
from meetings.invitations.actions.change_link import (
    close_link,
    letters_that_may_hold_link,
    rerender_pending,
    send_new_link_if_known,
)
from meetings.models import Invitee
from meetings.replies.answer_lock import lock_invitee
from parties.models import Person
from parties.signals import address_changed

CORRECTABLE_STATES = (State.QUEUED, State.RETRYING, State.FAILED)
ADDRESS_TAKEN = (
    "den nya adressen stod redan på listan. Den gamla är kvar där. Ta bort den rad som inte ska vara med."
)


@dataclass
class AddressChange:
    """What happened at each meeting when a person's address changed."""

    email: str
    moved: int = 0
    closed: int = 0
    rerendered: int = 0  # of the closed links, those replaced by a letter that was waiting anyway
    corrected: int = 0
    sent: bool = False
    old: list[Letter] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)

    def sentences(self) -> list[str]:
        """Return Swedish sentences about meetings, links and letters."""
        said = [f"Den nya adressen gäller också på {count(self.moved, 'möte,möten')}."] if self.moved else []
        return [*said, *self.letter_sentences(), *(f"{title}: {ADDRESS_TAKEN}" for title in self.taken)]

    def letter_sentences(self) -> list[str]:
        """Return Swedish sentences about links and letters."""
        said = []
        if self.closed:
            after = f"En ny skickas till {self.email}." if self.sent else "Nästa brev har en ny."
            said.append(f"Länken som gick till den gamla adressen är stängd. {after}")
        if self.corrected:
            said.append(f"{count(self.corrected, 'brev,brev')} som inte hade gått fram skickas dit.")
        return said


@transaction.atomic
def change_address(invitee: Invitee, email: str, *, by: User) -> list[str]:
    """Correct the address of a guest or substitute outside the register. Return Swedish sentences about the result.

    Raise NotAllowed when the person is no longer invited, when the address is the same, or when it is already invited.
    """
    invitee = lock_invitee(invitee)
    if invitee.withdrawn_at:
        raise NotAllowed(f"{invitee.name} är inte längre inbjuden till mötet.")
    if invitee.email.lower() == email.lower():
        raise NotAllowed("Det är samma adress som förut.")
    move_invitee(invitee, change := AddressChange(email), by=by)
    if change.taken:
        raise NotAllowed("Den adressen är redan inbjuden till mötet.")
    send_new_links(change, by=by)
    return change.letter_sentences()


def follow_register(person: Person, *, by: User | None, **_: Any) -> list[str]:
    """Use a person's new address at coming meetings too. Return Swedish sentences about the result.

    The links that went to the old address are closed, and new ones are sent to the new address.
    """
    rows = Invitee.objects.active().filter(person=person, link__expires_at__gt=timezone.now())
    rows = rows.exclude(email__iexact=person.email).order_by("meeting__starts_at", "pk")
    change = AddressChange(person.email)
    for row in rows:
        move_invitee(lock_invitee(row), change, by=by)
    send_new_links(change, by=by)
    return change.sentences()


def move_invitee(invitee: Invitee, change: AddressChange, *, by: User | None) -> None:
    """Move one person's place at a meeting to the new address, unless that address is on the meeting's list already.

    Letters that never left, and whose link is not closed, are sent to the new address as they are.
    """
    email = change.email
    if invitee.meeting.invitees.active().filter(email__iexact=email).exclude(pk=invitee.pk).exists():
        change.taken.append(invitee.meeting.title)
        return
    old = close_link(invitee, by=by) if is_link_known(invitee) else None
    change.corrected += resend_to_address(invitee, email, by=by)
    invitee.email = email
    invitee.save(update_fields=["email"])
    record(by, MeetingsEvent.ADDRESS_CHANGED, invitee.meeting, invitee=invitee.pk)
    change.moved += 1
    if old is not None:
        change.closed += 1
        change.rerendered += rerender_pending(invitee, old)
        change.old += old


def send_new_links(change: AddressChange, *, by: User | None) -> None:
    """Send the new links that replace closed ones, unless rendered letters already hold all of them."""
    if change.closed > change.rerendered:
        change.sent = send_new_link_if_known(change.email, change.old, by=by)
    else:
        change.sent = bool(change.rerendered)


def is_link_known(invitee: Invitee) -> bool:
    """Return whether somebody may have the link: a letter left, may have left, or was stopped and can still be sent."""
    letters = letters_that_may_hold_link(invitee)
    return letters.filter(~Q(state__in=CORRECTABLE_STATES) | Q(maybe_twice=True)).exists()


def resend_to_address(invitee: Invitee, email: str, *, by: User | None) -> int:
    """Send letters that never got through, and are still of use, to the right address. Return their number."""
    letters = letters_that_may_hold_link(invitee).filter(
        state__in=CORRECTABLE_STATES, useful_until__gt=timezone.now()
    )
    return len([correct_address(letter, email, by=by) for letter in letters])


def connect_register() -> None:
    """Call `follow_register` for every changed address in the register."""
    address_changed.connect(follow_register, dispatch_uid="meetings.follow")
