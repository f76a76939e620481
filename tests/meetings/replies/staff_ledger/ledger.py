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
    return [task.verb for task in tasks_for(factories.user(), timezone.now())[0]]
