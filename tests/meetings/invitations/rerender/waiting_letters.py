"""What the tests of letters that have not left read of them."""

from __future__ import annotations

from typing import Any

from dialog_portal.outbox.content import read_content
from dialog_portal.outbox.models import Letter, LetterQuerySet


def text(letter: Letter) -> str:
    found = read_content(letter)
    assert found is not None
    return found.text


def waiting(**chosen: Any) -> LetterQuerySet:
    return Letter.objects.waiting().filter(**chosen)
