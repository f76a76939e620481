"""The personal link to answer an invitation with: created and prolonged here only."""

from __future__ import annotations

from datetime import timedelta

from dialog_portal.links.actions import mint_link, prolong_links
from dialog_portal.links.models import Link
from dialog_portal.links.purposes import LinkPurpose
from meetings.models import Meeting

LIFE_AFTER_MEETING = timedelta(days=30)  # so that people can read what they answered


def mint_reply_link(meeting: Meeting) -> Link:
    """Return a new link to answer with, which works until 30 days after the meeting."""
    return mint_link(LinkPurpose.REPLY, meeting.ends_at + LIFE_AFTER_MEETING)


def prolong_reply_links(meeting: Meeting) -> None:
    """Keep the links of everybody on the list valid until 30 days after the meeting's new time."""
    links = [row.link for row in meeting.invitees.select_related("link")]
    prolong_links(links, meeting.ends_at + LIFE_AFTER_MEETING)
