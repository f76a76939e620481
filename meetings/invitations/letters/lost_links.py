"""The letter with the personal links that somebody has lost, or that replace links we have closed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from dialog_portal.outbox.draft import Draft
from dialog_portal.outbox.models import Priority
from dialog_portal.outbox.render import render
from meetings.mailings.letters.reply_link import reply_url
from meetings.models import Invitee

# Two purposes: somebody asked for the links, or we closed the earlier ones
LINKS_REQUESTED, LINKS_RENEWED = ("links", "links_renewed")
LINK_LETTERS = (LINKS_REQUESTED, LINKS_RENEWED)


def links_letter(email: str, invitees: Sequence[Invitee], *, renewed: bool = False) -> Draft:
    """Return one letter with a link for each coming meeting; its key allows one with the same links in an hour."""
    rows = [{"meeting": row.meeting, "url": reply_url(row)} for row in invitees]
    name, first = invitees[0].name_in_letters, invitees[0].meeting
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
    now, purpose = timezone.now(), LINKS_RENEWED if renewed else LINKS_REQUESTED
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
    """Return the letter's heading for one link or several."""
    if number == 1:
        return "Din nya personliga länk" if renewed else "Din personliga länk"
    return "Dina nya personliga länkar" if renewed else "Dina personliga länkar"
