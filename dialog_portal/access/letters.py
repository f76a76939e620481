"""Letters about accounts. They open the door to somebody's account, so nobody else may read them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from dialog_portal.access.models import StaffInvitation, User
from dialog_portal.links.actions import token_for
from dialog_portal.outbox.models import CONFIDENTIAL, Letter, Priority
from dialog_portal.outbox.queue.actions import Draft, post
from dialog_portal.outbox.render import render

ACCOUNT_PURPOSE = CONFIDENTIAL
NOTICE_LIFE = timedelta(days=3)


def staff_invitation(invitation: StaffInvitation, *, by: User | None) -> Letter:
    """The promise of an account, with the link where a password is chosen; nobody's own is the office's."""
    context = {
        "invitation": invitation,
        "signed_by": by.name if by else office_name(),
        "signed_title": by.title if by else "",
        "button_text": "Välj lösenord",
        "button_url": invitation_address(invitation),
    }
    key = f"{ACCOUNT_PURPOSE}:invitation:{invitation.pk}"
    return post_account_letter(
        "staff_invitation", context, key, invitation.name, invitation.email, invitation.link.expires_at
    )


def invitation_address(invitation: StaffInvitation) -> str:
    return settings.BASE_URL + reverse("accept_account", args=[token_for(invitation.link)])


def office_name() -> str:
    return settings.MAIL_FROM_NAME.partition(",")[0]


def post_account_letter(
    template: str,
    context: dict[str, Any],
    key: str,
    name: str,
    address: str,
    deadline: datetime | None = None,
) -> Letter:
    """Put one letter about an account in the outbox, ahead of those that can wait."""
    rendered = render(template, {"reply_to": settings.MAIL_REPLY_TO, **context})
    draft = Draft(
        key=key,
        purpose=ACCOUNT_PURPOSE,
        campaign=ACCOUNT_PURPOSE,
        name=name,
        address=address,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        deadline=deadline or timezone.now() + NOTICE_LIFE,
        priority=Priority.URGENT,
    )
    return post(draft)[0]


def account_notice(user: User, sentence: str) -> Letter:
    """What happened to an account, each time that it happens."""
    return account_letter("account_notice", user, {"sentence": sentence}, once=str(uuid4()))


def password_reset_letter(user: User, address: str) -> Letter:
    """The way to a new password: at most one letter a quarter of an hour by its key, however many ask for it."""
    now = timezone.now()
    button = {"button_text": "Välj nytt lösenord", "button_url": address}
    return account_letter("password_reset", user, button, once=f"{now:%Y%m%d%H}{now.minute // 15}")


def account_letter(template: str, user: User, context: dict[str, Any], *, once: str) -> Letter:
    """A letter to the owner of an account. What has the same `once` is the same letter."""
    context = {"user": user, "signed_by": office_name(), **context}
    return post_account_letter(
        template, context, f"{ACCOUNT_PURPOSE}:{template}:{user.pk}:{once}", user.name, user.email
    )
