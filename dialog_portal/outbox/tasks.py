"""The outbox' Celery tasks. Every task does what is due and can run twice, late or not at all without harm."""

import logging

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from dialog_portal.outbox import health
from dialog_portal.outbox.queue.database_mark import raise_number, write_number
from dialog_portal.outbox.queue.deliver import deliver
from dialog_portal.outbox.queue.departure_log import forget_departures
from dialog_portal.outbox.queue.hold import hold_if_database_is_older
from dialog_portal.outbox.queue.sweep import end_abandoned_leases, fail_overdue, forget_old, wipe_useless

log = logging.getLogger(__name__)


@shared_task(name="outbox.ring", ignore_result=True)
def send_due_letters() -> None:
    """Send what is due: somebody has stored letters."""
    health.record_pulse("worker")
    deliver()


@shared_task(name="outbox.sweep", ignore_result=True)
def sweep() -> None:
    """Send what is due whether anybody asked or not, after clearing up what dead workers left."""
    health.record_pulse("worker")
    health.record_pulse(health.SWEEP)
    end_abandoned_leases(timezone.now())
    fail_overdue(timezone.now())
    deliver(patient=True)


@shared_task(name="outbox.count", ignore_result=True)
def check_letters() -> None:
    """Add the letters up, wipe what nobody can need, and see that the database is not older than the portal."""
    wipe_useless(timezone.now())
    if settings.MAIL and not hold_if_database_is_older():
        write_number(raise_number())
    health.check_sums()


@shared_task(name="outbox.forget", ignore_result=True)
def forget() -> None:
    """Remove the facts of letters whose time to be kept is over."""
    forget_departures(timezone.now())
    if number := forget_old(timezone.now()):
        log.info("%s letters were of no use for so long that they are forgotten", number)


@shared_task(name="outbox.beat", ignore_result=True)
def beat() -> None:
    """Show that the clock goes."""
    health.record_pulse("beat")
