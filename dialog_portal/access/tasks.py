"""What a worker does for those who cannot come in."""

from celery import shared_task

from dialog_portal.access.sign_in import PASSWORD_REQUEST, send_password_letter
from dialog_portal.outbox.requested_letters import grant


@shared_task(name="access.send_password_letters")
def send_password_letters() -> None:
    """Write to those who asked for a new password and have an account."""
    grant(PASSWORD_REQUEST, send_password_letter)
