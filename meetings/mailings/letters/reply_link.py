"""The addresses in letters about a meeting: each person's own page."""

from __future__ import annotations

import re

from django.conf import settings
from django.urls import reverse

from dialog_portal.links.actions import TOKEN_LENGTH, token_for
from dialog_portal.links.addresses import REPLY_PATH
from meetings.models import Invitee

TOKEN = re.compile(rf"/{REPLY_PATH}([\w-]{{{TOKEN_LENGTH}}})")


def reply_url(invitee: Invitee, answer: str = "") -> str:
    """Return the whole address of a person's own page; an answer puts its button first, and the press there decides."""
    path = reverse("guest:reply", args=[token_for(invitee.link)])
    return f"{settings.BASE_URL}{path}{f'?svar={answer}' if answer else ''}"


def tokens_in(text: str) -> set[str]:
    """Return the tokens of all reply links in a letter's text."""
    return set(TOKEN.findall(text))
