"""Letters about accounts: invitation, new password, notices. Confidential, because a link in them opens an account."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from dialog_portal.access.models import StaffInvitation, User
from dialog_portal.links.actions import token_for
from dialog_portal.outbox.draft import Draft
from dialog_portal.outbox.models import CONFIDENTIAL, Letter, Priority
from dialog_portal.outbox.queue.post import post
from dialog_portal.outbox.render import render

ACCOUNT_PURPOSE = CONFIDENTIAL
NOTICE_LIFE = timedelta(days=3)  # a letter without a deadline of its own is not tried for longer


def staff_invitation_letter(invitation: StaffInvitation, *, by: User | None) -> Letter:
    """Queue the invitation to an account, with the link to choose a password.

    Without `by`, as for the first administrator, it is signed with the name of the office.
    """
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
    """Return the address where the invited person chooses a password. It contains the secret token."""
    return settings.BASE_URL + reverse("accept_account", args=[token_for(invitation.link)])


def office_name() -> str:
    """Return the sender's name up to the first comma: "Kulturförvaltningen"."""
    return settings.MAIL_FROM_NAME.partition(",")[0]


def post_account_letter(
    template: str,
    context: dict[str, Any],
    key: str,
    name: str,
    address: str,
    deadline: datetime | None = None,
) -> Letter:
    """Queue one letter about an account with priority URGENT. A second letter with the same key is not queued."""
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


def account_notice_letter(user: User, sentence: str) -> Letter:
    """Queue a letter that says what has happened to an account; each call is a letter of its own."""
    return account_letter("account_notice", user, {"sentence": sentence}, once=str(uuid4()))


def password_reset_letter(user: User, address: str) -> Letter:
    """Queue the letter with the link to a new password; its key allows one letter in each quarter of an hour."""
    now = timezone.now()
    button = {"button_text": "Välj nytt lösenord", "button_url": address}
    return account_letter("password_reset", user, button, once=f"{now:%Y%m%d%H}{now.minute // 15}")


def account_letter(template: str, user: User, context: dict[str, Any], *, once: str) -> Letter:
    """Queue a letter to the owner of an account; calls with the same `once` make one letter."""
    context = {"user": user, "signed_by": office_name(), **context}
    return post_account_letter(
        template, context, f"{ACCOUNT_PURPOSE}:{template}:{user.pk}:{once}", user.name, user.email
    )
