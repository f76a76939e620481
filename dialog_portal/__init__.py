"""Dialogportalen. The Celery application is made here, so that every task of every process finds it."""

from dialog_portal.celery import app as celery_app

__all__ = ["celery_app"]
