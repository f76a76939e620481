"""The letter with the links that somebody has lost."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from dialog_portal.outbox.models import Priority
from dialog_portal.outbox.queue.actions import Draft
from dialog_portal.outbox.render import render
from meetings.mailings.letters.reply_link import reply_url
from meetings.models import Invitee

# Purposes: somebody asked for it, or we closed the earlier link
REQUESTED, RENEWED = ("links", "links_renewed")
LINK_LETTERS = (REQUESTED, RENEWED)


def links_letter(email: str, invitees: Sequence[Invitee], *, renewed: bool = False) -> Draft:
    """One letter to one address with a link for each coming meeting; by its key the same ones once an hour at most."""
    rows = [{"meeting": row.meeting, "url": reply_url(row)} for row in invitees]
    name, first = invitees[0].called, invitees[0].meeting
    words = {
        "name": name,
        "rows": rows,
        "one": first.title if len(rows) == 1 else "",
        "heading": links_heading(len(rows), renewed=renewed),
        "renewed": renewed,
        "signed_by": first.round.signer,
        "signed_title": first.round.signer_title,
        "reply_to": settings.MAIL_REPLY_TO,
    }
    rendered = render("links", words)
    now, purpose = timezone.now(), RENEWED if renewed else REQUESTED
    links = [(row.link.pk, row.link.version, row.meeting.letter_version) for row in invitees]
    whose = hashlib.sha256(f"{email.lower()} {links}".encode()).hexdigest()[:24]
    return Draft(
        key=f"{purpose}:{whose}:{now:%Y%m%d%H}",
        purpose=purpose,
        campaign="",
        name=name,
        address=invitees[0].email,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        deadline=now + timedelta(days=1),
        priority=Priority.URGENT,
    )


def links_heading(number: int, *, renewed: bool) -> str:
    if number == 1:
        return "Din nya personliga länk" if renewed else "Din personliga länk"
    return "Dina nya personliga länkar" if renewed else "Dina personliga länkar"
