"""Celery task of the dashboard. The folder `tasks` beside this file holds the tasks that people do."""

from celery import shared_task

from dialog_portal.dashboard import morning_letter


@shared_task(name="dashboard.write_morning_letters")
def write_morning_letters() -> None:
    """Write the morning letters that are due."""
    morning_letter.write_morning_letters()
