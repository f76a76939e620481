"""What Celery rings for. Every task does what is due and can run twice, late or not at all without harm."""

import logging

from celery import shared_task
from django.utils import timezone

from dialog_portal.outbox import health
from dialog_portal.outbox.queue import claim
from dialog_portal.outbox.queue.deliver import deliver

log = logging.getLogger(__name__)


@shared_task(name="outbox.ring", ignore_result=True)
def ring() -> None:
    """Somebody stored letters: send what is due."""
    health.heard("worker")
    deliver()


@shared_task(name="outbox.sweep", ignore_result=True)
def sweep() -> None:
    """Send what is due whether somebody rang or not, after clearing up what dead workers left."""
    health.heard("worker")
    claim.free_abandoned(timezone.now())
    claim.give_up_overdue(timezone.now())
    deliver(patient=True)


@shared_task(name="outbox.count", ignore_result=True)
def count() -> None:
    """Add the letters up, and forget what nobody can need."""
    claim.wipe_useless(timezone.now())
    health.count()


@shared_task(name="outbox.forget", ignore_result=True)
def forget() -> None:
    """Remove the facts of letters whose time to be kept is over."""
    if number := claim.forget_old(timezone.now()):
        log.info("%s letters were of no use for so long that they are forgotten", number)


@shared_task(name="outbox.beat", ignore_result=True)
def beat() -> None:
    """Show that the clock goes."""
    health.heard("beat")
