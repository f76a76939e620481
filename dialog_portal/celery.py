"""The Celery application. Its messages only wake workers; the work itself is read from rows in the database."""

import os
import signal

from billiard.process import current_process
from celery import Celery
from celery.signals import worker_init, worker_process_init

from dialog_portal.shared_memory import keep_shared

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dialog_portal.settings")
app = Celery("dialog_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["dialog_portal.dashboard"], related_name="scheduled")


@worker_init.connect(weak=False)
def keep_loaded_code_shared(**_: object) -> None:
    """Prepare the worker's memory for the child processes that it may fork next."""
    keep_shared()


@worker_process_init.connect(weak=False)
def leave_sigterm_to_parent(**_: object) -> None:
    """Ignore SIGTERM in a worker's child processes; the parent gets it too, and lets their tasks end first.

    A service manager sends the signal to all processes of the worker at once.
    """
    if current_process().name != "MainProcess":  # a worker with the solo pool has no child processes
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
