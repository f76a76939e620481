"""Send lost links again, without revealing to anybody who is invited."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models.functions import Lower
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.outbox.models import WAITING, Letter
from dialog_portal.outbox.queue.post import post
from dialog_portal.outbox.queue.stop import stop
from dialog_portal.outbox.requested_letters import request_letter
from meetings.invitations.letters.lost_links import LINK_LETTERS, LINKS_RENEWED, LINKS_REQUESTED, links_letter
from meetings.models import Invitee, MeetingState


def request_links(email: str) -> None:
    """Store a request for lost links.

    A task looks up later whether the address is invited, so the time that this takes reveals nothing.
    """
    request_letter(LINKS_REQUESTED, email.lower(), task="meetings.send_links")


@transaction.atomic
def resend_links(email: str, *, renewed: bool = False) -> bool:
    """Write to the address if it is invited to a coming meeting. Return whether it is.

    `renewed` means that we closed the earlier link; otherwise somebody asked for it.
    """
    invitees = list(
        Invitee.objects.active()
        .filter(email__iexact=email, meeting__ends_at__gte=timezone.now(), link__revoked_at=None)
        .exclude(meeting__state=MeetingState.CANCELLED)
        .exclude(letters=None)  # nobody first learns of a meeting from this letter
        .select_related("meeting__round", "link")
        .order_by("meeting__starts_at")
    )
    if invitees:
        post(links_letter(email, invitees, renewed=renewed))
    return bool(invitees)


@transaction.atomic
def refresh_links(emails: Iterable[str], *, by: User | None, reason: str) -> None:
    """Replace letters with links that have not left and are no longer true by letters that are."""
    addresses = {email.lower() for email in emails}
    waiting = Letter.objects.filter(purpose__in=LINK_LETTERS, state__in=WAITING).alias(to=Lower("address"))
    for letter in waiting.filter(to__in=addresses).defer("raw").order_by("pk"):
        stop(Letter.objects.filter(pk=letter.pk), by=by, reason=reason, final=True)
        resend_links(letter.address, renewed=letter.purpose == LINKS_RENEWED)
