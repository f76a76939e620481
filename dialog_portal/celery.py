"""Celery: the doorbell that wakes whoever does what is due in the database."""

import os
import signal

from billiard.process import current_process
from celery import Celery
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dialog_portal.settings")
app = Celery("dialog_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect(weak=False)
def leave_sigterm_to_parent(**_: object) -> None:
    """A child that is told to end together with its parent leaves it to the parent, who first lets tasks end."""
    if current_process().name != "MainProcess":  # a worker that is all in one process is its own parent
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
