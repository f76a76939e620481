"""What the clock does for meetings."""

from celery import shared_task

from meetings.actions import needs, reminding


@shared_task(name="meetings.forget_needs")
def forget_needs() -> None:
    """Erase food and access needs whose time is over."""
    needs.forget_needs()


@shared_task(name="meetings.send_due")
def send_due() -> None:
    """Send the reminders whose time has come."""
    reminding.send_due()
