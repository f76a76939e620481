"""A text of the public site, as far as a test wants it."""

from __future__ import annotations

from typing import Any

from dialog_portal.access.models import Role, User
from meetings.models import Round
from minutes.models import PublicText, TextKind
from minutes.public_texts import actions
from minutes.publishing.standard_texts import STANDARD
from tests import factories


def write(
    kind: str = TextKind.PERSONAL_DATA, *, round_: Round | None = None, by: User | None = None, **words: Any
) -> PublicText:
    """Save the newest version of a text, with some words of its own."""
    text = actions.text_of(kind, round_)
    content = {**STANDARD[kind], **words}
    return actions.save_text(text, content, seen_version=text.version, by=by or factories.user())


def publish(text: PublicText) -> None:
    actions.publish_text(text, seen=text.version, by=factories.user(Role.APPROVER))
