"""The scheduled task that keeps the public site complete and up to date."""

from celery import shared_task

from minutes.publishing.bake import finish_open_bakes
from minutes.publishing.refresh import refresh_pages


@shared_task(name="minutes.finish_publications")
def finish_publications() -> None:
    """Write the pages of publications that a crash interrupted, and refresh the pages about coming meetings."""
    try:
        finish_open_bakes()
    finally:
        refresh_pages()
