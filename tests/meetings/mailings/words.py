"""The standard words of the letters, and words of one's own."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.utils.html import strip_tags

from dialog_portal.outbox.draft import Draft
from meetings.mailings.letters.compose import compose
from meetings.mailings.letters.recipients import MAILINGS
from meetings.models import Meeting, Purpose, Wording
from tests import factories
from tests.meetings.invitations.test_invite import loaded

INVITATION = MAILINGS[Purpose.INVITATION]
OWN = {
    "subject": "Kom till {möte}",
    "heading": "Välkommen {namn}",
    "body": "Hej!\n\nVi ses {dag} & äter <lunch>.",
}


def one_letter(meeting: Meeting, purpose: str = Purpose.INVITATION, **values: Any) -> Draft:
    invitee = factories.invitee(factories.invitation(meeting, factories.party()), **values)
    return compose(MAILINGS[purpose], loaded(meeting), invitee)


def worded(owner: Any, purpose: str = Purpose.INVITATION, **values: Any) -> Wording:
    return wording_row(owner, purpose, **{**OWN, **values})


def wording_row(owner: Any, purpose: str, **values: Any) -> Wording:
    kind = "meeting" if isinstance(owner, Meeting) else "round"
    return Wording.objects.create(**{kind: owner, "purpose": purpose, **values})


def words_in(html: str) -> str:
    """Heading and paragraphs above the facts in the HTML part, as text."""
    start, end = html.index("<h1"), html.index("cell-facts", html.index("<h1"))
    marked = re.sub(r"<br\s*/?>|</p>|</h1>", "\n", html[start:end].rpartition("<tr")[0])
    return " ".join(unescape(strip_tags(marked)).split())
