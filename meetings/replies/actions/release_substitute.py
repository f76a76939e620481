"""Releasing a substitute: when the person they replace answers again, or is taken off the list."""

from __future__ import annotations

from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.links.actions import revoke_link
from dialog_portal.outbox.models import WAITING, Letter
from dialog_portal.outbox.queue.stop import stop
from meetings.mailings.actions.post import post_letter
from meetings.models import Invitee, Purpose
from meetings.replies.actions.needs import erase_needs
from meetings.replies.letters import substitute


def release_substitute(invitee: Invitee, *, by: User | None, original_removed: bool = False) -> None:
    """Take the substitute off the list, close their link and stop their letters. Without a substitute, do nothing.

    They get a letter that says so, but only when an earlier letter may have reached them. It says whether the person
    whom they replace has answered again, or is taken off the list too (`original_removed`).
    """
    deputy = (
        invitee.substitutes.active().select_related("meeting__round", "invitation__party", "link").first()
    )
    if deputy is None:
        return
    waiting = Letter.objects.filter(meeting_letter__invitee=deputy, state__in=WAITING)
    stop(waiting, by=by, reason="Platsen togs tillbaka.")
    deputy.withdrawn_at = timezone.now()
    deputy.save(update_fields=["withdrawn_at"])
    revoke_link(deputy.link)
    erase_needs(deputy)
    if Letter.objects.filter(meeting_letter__invitee=deputy).may_have_left().exists():
        letter = substitute.substitute_not_needed(deputy, original_removed=original_removed)
        post_letter(deputy, Purpose.SUBSTITUTE, letter, by=by, holds_after_change=True)
