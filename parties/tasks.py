"""Celery tasks of the register, started by the clock."""

from celery import shared_task

from parties.imports import actions


@shared_task(name="parties.forget_imports")
def forget_imports() -> None:
    """Erase uploaded rows that nobody imported, and what old imports changed."""
    actions.forget_imports()
