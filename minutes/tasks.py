"""What the clock does for the public site."""

from celery import shared_task

from minutes.publishing.bake import finish_open_bakes
from minutes.publishing.refresh import refresh_pages


@shared_task(name="minutes.finish_publications")
def finish_publications() -> None:
    """Finish what a crash interrupted, and bring the pages about what is planned up to date."""
    try:
        finish_open_bakes()
    finally:
        refresh_pages()
