"""The addresses that letters about a meeting lead to."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.urls import reverse

from dialog_portal.links.actions import token
from meetings.models import Invitee

LINK_LIFE = timedelta(days=30)  # after the meeting: long enough to read what one answered


def reply_url(invitee: Invitee, answer: str = "") -> str:
    """The whole address of a person's own page; an answer only puts that button first, the press there decides."""
    path = reverse("guest:reply", args=[token(invitee.link)])
    return f"{settings.BASE_URL}{path}{f'?svar={answer}' if answer else ''}"
