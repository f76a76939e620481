"""Tasks about pending letters: the meeting was moved or cancelled, and invited people do not know it yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from dialog_portal.access.models import User
from dialog_portal.base.swedish import count
from dialog_portal.dashboard.tasks.task import Task
from meetings.mailings.pending_letters import meetings_with_pending
from meetings.models import Purpose

TASK_SENTENCES = {
    Purpose.UPDATE: ("Skicka brevet om ändringen", "har fått en tid eller plats som inte gäller längre."),
    Purpose.AGENDA: ("Skicka brevet om ny dagordning", "har fått en äldre dagordning än den fastlagda."),
    Purpose.CANCELLATION: ("Skicka brevet om inställt möte", "har inte fått veta att mötet är inställt."),
}


def letters_to_send_after_change(user: User, now: datetime) -> Iterator[Task]:
    """Yield coming meetings where somebody's last letter says another time or place, or not that it is cancelled."""
    for purpose, (verb, what) in TASK_SENTENCES.items():
        for meeting, number in meetings_with_pending(purpose, now):
            url = reverse("staff:letters_preview", args=[meeting.pk, purpose])
            yield Task(
                verb,
                meeting.title,
                url,
                f"{count(number, 'person,personer')} {what}",
                letters=2,
                meeting=meeting.pk,
            )
