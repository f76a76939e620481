"""Approve the notes (four eyes): a person who is not an author approves exactly the content that they read."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.states import NotAllowed, take_step
from minutes.approval.authors import authors
from minutes.audit_events import MinutesEvent
from minutes.compile_document import content_hash
from minutes.models import MINUTES_NEXT, Approval, Minutes, MinutesState

OWN_WORDS = "Du har själv skrivit i anteckningarna, eller ändrat uppgifter om mötet eller om vilka som kom."


def is_not_author(minutes: Minutes, user: User) -> bool:
    """Return whether the user is none of the authors. The role is checked by the permission table."""
    return user not in authors(minutes)


@transaction.atomic
def approve(minutes: Minutes, *, seen: str, by: User) -> Approval:
    """Approve the content with the hash `seen`, which was on the page that `by` read.

    Raise NotAllowed if nobody has written anything, if `by` is an author, or if the content has changed since.
    """
    minutes = Minutes.objects.select_for_update(of=("self",)).select_related("meeting").get(pk=minutes.pk)
    wrote = authors(minutes)
    if not wrote:
        raise NotAllowed("Ingen har skrivit något sedan förra utgåvan, så det finns inget att fastställa.")
    if by in wrote:
        raise NotAllowed(f"{OWN_WORDS} Någon annan behöver fastställa dem.")
    content = content_hash(minutes)
    if content != seen:
        raise NotAllowed("Anteckningarna har ändrats sedan du läste dem. Läs dem igen innan du fastställer.")
    take_step(minutes, MINUTES_NEXT, MinutesState.APPROVED, by=by)
    approval = Approval.objects.create(
        minutes=minutes, content_hash=content, author=wrote[0], by=by, at=timezone.now()
    )
    record(by, MinutesEvent.APPROVED, minutes, approval=approval.pk)
    return approval


def valid_approval(minutes: Minutes) -> Approval:
    """Return the approval of the present content. Raise NotAllowed if there is none, or if the content has changed."""
    approval = four_eyes_approval(minutes)
    if approval.content_hash != content_hash(minutes):
        raise NotAllowed(
            "Uppgifter om mötet har ändrats sedan anteckningarna fastställdes. Öppna dem och fastställ dem på nytt."
        )
    return approval


def four_eyes_approval(minutes: Minutes) -> Approval:
    """Return the approval that is not voided. Raise NotAllowed if there is none, or if an author gave it.

    An author can have given it when somebody's authorship became known afterwards, as in an upgrade.
    """
    approval = minutes.approvals.filter(voided_at__isnull=True).select_related("by").first()
    if approval is None:
        raise NotAllowed("Anteckningarna är inte fastställda.")
    if not is_not_author(minutes, approval.by):
        raise NotAllowed(
            f"Anteckningarna är fastställda av {approval.by}, som själv har skrivit i dem eller ändrat uppgifter i "
            "dem. Öppna dem igen, så att någon annan kan fastställa dem."
        )
    return approval
