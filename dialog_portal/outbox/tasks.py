"""What Celery rings for. Every task does what is due and can run twice, late or not at all without harm."""

from celery import shared_task
from django.utils import timezone

from dialog_portal.outbox import claims, health
from dialog_portal.outbox.sending import deliver


@shared_task(name="outbox.ring", ignore_result=True)
def ring() -> None:
    """Somebody stored letters: send what is due."""
    health.heard("worker")
    deliver()


@shared_task(name="outbox.sweep", ignore_result=True)
def sweep() -> None:
    """Send what is due whether somebody rang or not, after clearing up what dead workers left."""
    health.heard("worker")
    claims.free_abandoned(timezone.now())
    claims.give_up_overdue(timezone.now())
    deliver()


@shared_task(name="outbox.count", ignore_result=True)
def count() -> None:
    """Add the letters up, and forget what nobody can need."""
    claims.wipe_stopped(timezone.now())
    health.count()


@shared_task(name="outbox.beat", ignore_result=True)
def beat() -> None:
    """Show that the clock goes."""
    health.heard("beat")
