"""The task that keeps the public site as the database says, asked for by a publication and by the clock."""

from celery import shared_task

from minutes.publishing.refresh import TASK, refresh_pages


@shared_task(name=TASK)
def finish_publications() -> None:
    """Bake the public pages that a publication, another change, the clock or a new version makes different."""
    refresh_pages()
