"""The addresses that letters about a meeting lead to."""

from __future__ import annotations

import re

from django.conf import settings
from django.urls import reverse

from dialog_portal.links.actions import TOKEN_LENGTH, token_for
from dialog_portal.links.addresses import REPLY_PATH
from meetings.models import Invitee

TOKEN = re.compile(rf"/{REPLY_PATH}([\w-]{{{TOKEN_LENGTH}}})")


def reply_url(invitee: Invitee, answer: str = "") -> str:
    """The whole address of a person's own page; an answer only puts that button first, the press there decides."""
    path = reverse("guest:reply", args=[token_for(invitee.link)])
    return f"{settings.BASE_URL}{path}{f'?svar={answer}' if answer else ''}"


def tokens_in(text: str) -> set[str]:
    """Return the tokens of all reply links that stand in a letter."""
    return set(TOKEN.findall(text))
