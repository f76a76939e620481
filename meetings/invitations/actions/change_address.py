"""An address is corrected: the places at meetings go with it, and so do the letters that never got through."""

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
from dialog_portal.outbox.queue.actions import correct
from meetings.audit_events import MeetingsEvent
from meetings.invitations.actions.change_link import (
    close_link,
    letters_that_may_hold_link,
    rerender_pending,
    send_new_link_if_known,
)
from meetings.models import Invitee
from meetings.replies.seats import lock_invitee
from parties.models import Person
from parties.signals import address_changed

CORRECTABLE = (State.QUEUED, State.RETRYING, State.FAILED)
TAKEN = "den nya adressen stod redan på listan. Den gamla är kvar där. Ta bort den rad som inte ska vara med."


@dataclass
class AddressChange:
    """What became of somebody's places at meetings when their address changed."""

    email: str
    moved: int = 0
    closed: int = 0
    brought: int = 0  # of those closed, where a letter that waited brings the new link
    corrected: int = 0
    sent: bool = False
    old: list[Letter] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)

    def sentences(self) -> list[str]:
        said = [f"Den nya adressen gäller också på {count(self.moved, 'möte,möten')}."] if self.moved else []
        return [*said, *self.letters(), *(f"{title}: {TAKEN}" for title in self.taken)]

    def letters(self) -> list[str]:
        """What happens to links and letters."""
        said = []
        if self.closed:
            after = f"En ny skickas till {self.email}." if self.sent else "Nästa brev har en ny."
            said.append(f"Länken som gick till den gamla adressen är stängd. {after}")
        if self.corrected:
            said.append(f"{count(self.corrected, 'brev,brev')} som inte hade gått fram skickas dit.")
        return said


@transaction.atomic
def change_address(invitee: Invitee, email: str, *, by: User) -> list[str]:
    """Correct the address of a guest or substitute outside the register; says in Swedish what came of it."""
    invitee = lock_invitee(invitee)
    if invitee.withdrawn_at:
        raise NotAllowed(f"{invitee.name} är inte längre inbjuden till mötet.")
    if invitee.email.lower() == email.lower():
        raise NotAllowed("Det är samma adress som förut.")
    move_invitee(invitee, followed := AddressChange(email), by=by)
    if followed.taken:
        raise NotAllowed("Den adressen är redan inbjuden till mötet.")
    send_new_links(followed, by=by)
    return followed.letters()


def follow_register(person: Person, *, by: User | None, **_: Any) -> list[str]:
    """Let a person's new address hold at the meetings too; says in Swedish what came of it.

    What the old address has opens nothing any more, and the new one gets the new links.
    """
    rows = Invitee.objects.active().filter(person=person, link__expires_at__gt=timezone.now())
    rows = rows.exclude(email__iexact=person.email).order_by("meeting__starts_at", "pk")
    followed = AddressChange(person.email)
    for row in rows:
        move_invitee(lock_invitee(row), followed, by=by)
    send_new_links(followed, by=by)
    return followed.sentences()


def move_invitee(invitee: Invitee, followed: AddressChange, *, by: User | None) -> None:
    """Move one place at a meeting. Letters that never left, and whose link is not closed, go there as they are."""
    email = followed.email
    if invitee.meeting.invitees.active().filter(email__iexact=email).exclude(pk=invitee.pk).exists():
        followed.taken.append(invitee.meeting.title)
        return
    old = close_link(invitee, by=by) if is_link_known(invitee) else None
    followed.corrected += resend_to_address(invitee, email, by=by)
    invitee.email = email
    invitee.save(update_fields=["email"])
    record(by, MeetingsEvent.ADDRESS_CHANGED, invitee.meeting, invitee=invitee.pk)
    followed.moved += 1
    if old is not None:
        followed.closed += 1
        followed.brought += rerender_pending(invitee, old)
        followed.old += old


def send_new_links(followed: AddressChange, *, by: User | None) -> None:
    """Send the new links that took the place of closed ones."""
    if followed.closed > followed.brought:
        followed.sent = send_new_link_if_known(followed.email, followed.old, by=by)
    else:
        followed.sent = bool(followed.brought)


def is_link_known(invitee: Invitee) -> bool:
    """Whether anybody may have the link: a letter left, broke off unknown, or was stopped and could still be sent."""
    letters = letters_that_may_hold_link(invitee)
    return letters.filter(~Q(state__in=CORRECTABLE) | Q(maybe_twice=True)).exists()


def resend_to_address(invitee: Invitee, email: str, *, by: User | None) -> int:
    """Send the letters that have not got through, and are still of use, to the right address."""
    letters = letters_that_may_hold_link(invitee).filter(
        state__in=CORRECTABLE, useful_until__gt=timezone.now()
    )
    return len([correct(letter, email, by=by) for letter in letters])


def listen() -> None:
    """Hear of every new address in the register."""
    address_changed.connect(follow_register, dispatch_uid="meetings.follow")
