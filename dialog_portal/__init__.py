"""Dialogportalen. The Celery application is imported here, so that every process registers its tasks with it."""

from dialog_portal.celery import app as celery_app

__all__ = ["celery_app"]
