"""What is cleared up now and then: abandoned leases, letters whose time is over, bytes and facts nobody can use."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from dialog_portal.outbox.models import WAITING, Host, Letter, State, is_held
from dialog_portal.outbox.queue.claim import abandon
from dialog_portal.outbox.queue.states import change_many
from dialog_portal.outbox.queue.worker_names import is_gone

TOO_LATE = "Tiden gick ut innan brevet kunde lämnas."


def end_abandoned_leases(now: datetime) -> int:
    """End the leases of workers that have died on this machine, and return how many workers those were."""
    sending = Letter.objects.filter(state=State.SENDING, lease_until__gt=now)
    workers = sending.order_by().values_list("worker", flat=True).distinct()
    dead = [worker for worker in workers if worker and is_gone(worker)]
    if dead:
        Letter.objects.filter(state=State.SENDING, worker__in=dead).update(lease_until=now)
    return len(dead)


@transaction.atomic
def fail_overdue(now: datetime) -> int:
    """Fail what did not get through in time, so that somebody can call instead; return how many letters that were.

    What a person holds, or what waits for a person to mend the server, is not late as long as it can be of use.
    """
    late = Letter.objects.filter(state__in=WAITING, deadline__lte=now)
    late = late.exclude(state=State.SENDING, lease_until__gt=now)
    if Host.objects.filter(paused_at__isnull=False).exists():
        late = late.filter(useful_until__lte=now)
    late = late.filter(~is_held() | Q(useful_until__lte=now))
    rows = list(late.select_for_update(skip_locked=True, of=("self",)).order_by("pk").only("pk", "state"))
    abandon([row.pk for row in rows if row.state == State.SENDING], now)
    locked = Letter.objects.filter(pk__in=[row.pk for row in rows])
    failed = {"lease_until": None, "worker": "", "last_text": TOO_LATE}
    return change_many(locked, State.FAILED, by=None, reason=TOO_LATE, **failed)


def wipe_useless(now: datetime) -> int:
    """Wipe the bytes of stopped, failed and bounced letters that nobody can send again; return how many those were."""
    ended = Letter.objects.filter(state__in=(State.STOPPED, State.FAILED, State.BOUNCED))
    return ended.filter(raw__isnull=False, useful_until__lte=now).update(raw=None)


def forget_old(now: datetime) -> int:
    """Delete letters that have been of no use for so long that nobody may still ask for them; return how many."""
    until = now - timedelta(days=settings.LETTER_FACTS_DAYS)
    old = Letter.objects.exclude(state__in=WAITING).filter(useful_until__lte=until)
    number = old.count()
    old.delete()
    return number
