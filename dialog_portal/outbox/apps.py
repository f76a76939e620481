from celery.signals import worker_init, worker_shutdown
from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "dialog_portal.outbox"
    label = "outbox"

    def ready(self) -> None:
        from dialog_portal.outbox.queue.fallback_clock import start_clock, stop_clock

        worker_init.connect(start_clock)
        worker_shutdown.connect(stop_clock)
