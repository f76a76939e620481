"""Celery task: letters with a link to a new password."""

from celery import shared_task

from dialog_portal.access.sign_in import PASSWORD_REQUEST, send_password_letter
from dialog_portal.outbox.requested_letters import write_requested_letters


@shared_task(name="access.send_password_letters")
def send_password_letters() -> None:
    """Queue a letter for each requested password whose address has an open account."""
    write_requested_letters(PASSWORD_REQUEST, send_password_letter)
