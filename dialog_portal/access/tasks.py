"""Celery tasks: letters with a link to a new password, and the limits of signing in."""

from celery import shared_task

from dialog_portal.access.json_cache import forget_expired
from dialog_portal.access.sign_in import PASSWORD_REQUEST, send_password_letter
from dialog_portal.outbox.requested_letters import write_requested_letters


@shared_task(name="access.send_password_letters")
def send_password_letters() -> None:
    """Queue a letter for each requested password whose address has an open account."""
    write_requested_letters(PASSWORD_REQUEST, send_password_letter)


@shared_task(name="access.forget_limits")
def forget_limits() -> None:
    """Delete what was counted at sign-in and no longer counts."""
    forget_expired()
