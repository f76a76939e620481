"""A personal link that came into the wrong hands is closed, and the person gets another."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from dialog_portal.access.audit import record
from dialog_portal.access.models import User
from dialog_portal.links.actions import find, renew
from dialog_portal.outbox.actions import correct, read, stop, told
from dialog_portal.outbox.models import Letter, LetterQuerySet, State
from dialog_portal.states import NotAllowed
from dialog_portal.swedish import count
from meetings.actions.again import LINKS, send_links_again
from meetings.actions.seats import lock
from meetings.models import Invitee, Purpose
from parties.models import Person
from parties.signals import address_changed

CORRECTABLE = (State.QUEUED, State.RETRYING, State.FAILED)
NEEDED = (
    Purpose.CANCELLATION,
    Purpose.DISTRIBUTION,
)  # what they say matters more than a link in them that is dead
TOKEN = re.compile(r"/svar/([\w-]{42})")


@transaction.atomic
def change_link(invitee: Invitee, *, tell: bool, by: User) -> bool:
    """Close a person's link; answers whether a letter with the new one is on its way to their address."""
    invitee = lock(invitee)
    if invitee.withdrawn_at:
        raise NotAllowed(f"{invitee.name} är inte längre inbjuden till mötet.")
    old = renewed(invitee, by=by)
    record(by, "inbjudan: bytte länk", invitee.meeting, invitee=invitee.pk)
    return tell and told_of_new_link(invitee.email, old, by=by)


def renewed(invitee: Invitee, *, by: User | None) -> list[Letter]:
    """Close the link together with the letters that would still bring it; answers those letters."""
    old = bringing(invitee)
    stop(
        Letter.objects.filter(pk__in=[letter.pk for letter in old]),
        by=by,
        reason="Personen har fått en ny länk.",
        final=True,
    )
    renew(invitee.link)
    return old


def bringing(invitee: Invitee) -> list[Letter]:
    """The letters that have not left and have the person's link in them, also those that failed or were stopped."""
    letters = letters_of(invitee).filter(raw__isnull=False).exclude(state=State.ACCEPTED)
    letters = letters.exclude(purpose__in=NEEDED)
    return [letter for letter in letters if brings(letter, invitee)]


def letters_of(invitee: Invitee) -> LetterQuerySet:
    """Every letter that may have the person's link in it."""
    about = Q(meeting_letter__invitee=invitee) | Q(purpose=LINKS, address__iexact=invitee.email)
    return Letter.objects.filter(about)


def brings(letter: Letter, invitee: Invitee) -> bool:
    content = read(letter)
    tokens = set(TOKEN.findall(content.text + content.html)) if content else set()
    return any(find(token, invitee.link.purpose) == invitee.link for token in tokens)


def told_of_new_link(email: str, old: list[Letter], *, by: User | None) -> bool:
    """Whether the person was written to: nobody hears of a meeting here before they have been invited to it."""
    if not send_links_again(email, renewed=True):
        return False
    for letter in old:
        if letter.state == State.FAILED:
            told(letter, f"Ny länk skickad till {email}", by=by)
    return True


def follow(person: Person, *, by: User | None, **_: Any) -> list[str]:
    """Let a person's new address hold at the meetings too; says in Swedish what came of it.

    What the old address has opens nothing any more, and the new one gets the new links.
    """
    rows = Invitee.objects.active().filter(person=person, link__expires_at__gt=timezone.now())
    rows = rows.exclude(email__iexact=person.email).order_by("meeting__starts_at", "pk")
    followed = Followed(person)
    for row in rows:
        follow_to(lock(row), followed, by=by)
    followed.sent = bool(followed.closed) and told_of_new_link(person.email, followed.old, by=by)
    return followed.sentences()


@dataclass
class Followed:
    """What became of a person's places at meetings when their address changed."""

    person: Person
    moved: int = 0
    closed: int = 0
    corrected: int = 0
    sent: bool = False
    old: list[Letter] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)

    def sentences(self) -> list[str]:
        said = [f"Den nya adressen gäller också på {count(self.moved, 'möte,möten')}."] if self.moved else []
        if self.closed:
            after = f"En ny skickas till {self.person.email}." if self.sent else "Nästa brev har en ny."
            said.append(f"Länken som gick till den gamla adressen är stängd. {after}")
        if self.corrected:
            said.append(f"{count(self.corrected, 'brev,brev')} som inte hade gått fram skickas dit.")
        return [*said, *(f"{title}: den nya adressen stod redan på listan. {CHOOSE}" for title in self.taken)]


CHOOSE = "Den gamla är kvar där. Ta bort den rad som inte ska vara med."


def follow_to(invitee: Invitee, followed: Followed, *, by: User | None) -> None:
    """Move one place at a meeting. Letters that never left, and whose link is not closed, go there as they are."""
    email = followed.person.email
    if invitee.meeting.invitees.active().filter(email__iexact=email).exists():
        followed.taken.append(invitee.meeting.title)
        return
    if may_have_left(invitee):
        followed.old += renewed(invitee, by=by)
        followed.closed += 1
    followed.corrected += sent_right(invitee, email, by=by)
    invitee.email = email
    invitee.save(update_fields=["email"])
    record(by, "inbjudan: ny adress", invitee.meeting, invitee=invitee.pk)
    followed.moved += 1


def may_have_left(invitee: Invitee) -> bool:
    """Whether anybody may have the link: a letter left, broke off unknown, or was stopped and could still be sent."""
    letters = letters_of(invitee)
    return letters.filter(~Q(state__in=CORRECTABLE) | Q(maybe_twice=True)).exists()


def sent_right(invitee: Invitee, email: str, *, by: User | None) -> int:
    """Send the letters that have not got through, and are still of use, to the right address."""
    letters = letters_of(invitee).filter(state__in=CORRECTABLE, useful_until__gt=timezone.now())
    return len([correct(letter, email, by=by) for letter in letters])


def listen() -> None:
    """Hear of every new address in the register."""
    address_changed.connect(follow, dispatch_uid="meetings.follow")
