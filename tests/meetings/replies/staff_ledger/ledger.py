"""What staff see of the answers of a meeting."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dialog_portal.dashboard.tasks import tasks_for
from meetings.models import Answer, Channel
from tests import factories
from tests.pages import without_breaks

YES, NO, LINK, PHONE = Answer.YES, Answer.NO, Channel.LINK, Channel.PHONE


def page(client: Client, meeting: Any, query: str = "") -> str:
    return without_breaks(client.get(reverse("staff:invitations", args=[meeting.pk]) + query).content)


def verbs() -> list[str]:
    """What there is to do about answers; that some of these people have no invitation is another matter."""
    mine, _ = tasks_for(factories.user(), timezone.now())
    return [task.verb for task in mine if task.verb != "Skicka inbjudan"]
