"""Mail that Django and allauth write becomes letters in the outbox too, with the same promises."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from dialog_portal.outbox.draft import Draft
from dialog_portal.outbox.models import CONFIDENTIAL, Priority
from dialog_portal.outbox.queue.post import post_all

LETTER_LIFE = timedelta(hours=24)


class OutboxBackend(BaseEmailBackend):
    """One letter for each recipient, for administrators' eyes only: such mail often holds a way into an account."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Store the letters; answers how many messages they came from."""
        post_all([draft for message in email_messages for draft in drafts(message)])
        return len(email_messages)


def drafts(message: EmailMessage) -> list[Draft]:
    """The letters of one message."""
    ways: Sequence[Any] = getattr(message, "alternatives", ())
    html = next((str(content) for content, kind in ways if kind == "text/html"), "")
    return [
        Draft(
            key=f"{CONFIDENTIAL}:{uuid4().hex}",
            purpose=CONFIDENTIAL,
            campaign="",
            name="",
            address=address,
            subject=" ".join(message.subject.split()),
            text=str(message.body),
            html=html,
            deadline=timezone.now() + LETTER_LIFE,
            priority=Priority.URGENT,
        )
        for address in message.recipients()
    ]
