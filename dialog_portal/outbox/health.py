"""Whether letters can be trusted to leave: who was heard when, what waits longest, and whether the sums are right."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone

from dialog_portal.base.swedish import clock, moment
from dialog_portal.outbox.models import Attempt, Hold, Host, Letter, Outcome, Pulse, State
from dialog_portal.outbox.queue.circuit_breaker import MEMORY

log = logging.getLogger(__name__)
SILENT_AFTER = timedelta(minutes=5)
UNREAD_AFTER = timedelta(minutes=30)
PULSE_INTERVAL = timedelta(seconds=5)  # a pulse is not written more often than this


@dataclass(frozen=True)
class Health:
    """How the outbox feels. Banners are Swedish sentences for staff, the worst first."""

    worker_at: datetime | None
    beat_at: datetime | None
    oldest_waiting: datetime | None
    difference: int
    banners: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.banners


def record_pulse(name: str) -> None:
    """Note that a worker, or beat, is alive."""
    now = timezone.now()
    if not Pulse.objects.filter(name=name, at__gt=now - PULSE_INTERVAL).exists():
        Pulse.objects.update_or_create(name=name, defaults={"at": now})


def count_contradictions() -> int:
    """Letters whose state says something else than their attempts: called accepted without one, or the other way."""
    accepted = Attempt.objects.filter(letter=OuterRef("pk"), outcome=Outcome.ACCEPTED, late=False)
    claimed = Letter.objects.filter(state__in=(State.ACCEPTED, State.BOUNCED)).filter(~Exists(accepted))
    forgotten = Letter.objects.exclude(state__in=(State.ACCEPTED, State.BOUNCED)).filter(
        Exists(accepted.filter(fence=OuterRef("fence")))
    )
    return claimed.count() + forgotten.count()


def check_sums() -> int:
    """Check that the letters add up and that their attempts bear them out; answers the difference, which must be 0."""
    difference = abs(Letter.objects.tally().difference) + count_contradictions()
    if difference:
        log.error("the letters do not add up: difference %s", difference)
    Pulse.objects.update_or_create(
        name="count", defaults={"at": timezone.now(), "detail": {"difference": difference}}
    )
    return difference


def outbox_health(now: datetime | None = None) -> Health:
    """How the outbox feels now; four small queries."""
    now = now or timezone.now()
    pulses = {pulse.name: pulse for pulse in Pulse.objects.all()}
    at = {name: pulse.at for name, pulse in pulses.items()}
    oldest = Letter.objects.due(now).order_by("due_at").values_list("due_at", flat=True).first()
    difference = pulses["count"].detail.get("difference", 0) if "count" in pulses else 0
    banners = (*_trouble(at, now), *_sum(difference))
    return Health(at.get("worker"), at.get("beat"), oldest, difference, banners)


def warning_banners(now: datetime | None = None) -> tuple[str, ...]:
    """The banners of every staff page: what keeps letters from leaving or from being read; three small queries."""
    return _trouble(dict(Pulse.objects.values_list("name", "at")), now or timezone.now())


def is_stuck() -> bool:
    """Whether a letter that is written now stays in the outbox: nobody carries it, or the server takes none."""
    now = timezone.now()
    worker = Pulse.objects.filter(name="worker").values_list("at", flat=True).first()
    return worker is None or now - worker > SILENT_AFTER or bool(_server(now))


def _trouble(at: dict[str, datetime], now: datetime) -> tuple[str, ...]:
    silence = _silence(at.get("worker"), at.get("beat"), now)
    return (*silence, *_server(now), *_mailbox(now), *_held())


def _silence(worker: datetime | None, beat: datetime | None, now: datetime) -> tuple[str, ...]:
    if worker is None or now - worker > SILENT_AFTER:
        since = f"sedan {moment(worker)}" if worker else "ännu"
        return (
            f"Inga brev skickas: ingen arbetsprocess har hörts {since}. Kontakta den som sköter driften.",
        )
    if beat is None or now - beat > SILENT_AFTER:
        since = f"sedan {moment(beat)}" if beat else "ännu"
        return (
            f"Brev som väntar på nytt försök ligger still: tidgivaren har inte hörts {since}. Kontakta driften.",
        )
    return ()


def _server(now: datetime) -> tuple[str, ...]:
    hosts = sorted(Host.objects.all(), key=lambda host: host.paused_at is None)
    for host in hosts:
        if host.paused_at:
            sentence = (
                f"E-postservern tar inte emot våra brev sedan {moment(host.paused_at)}. Inga brev har gått förlorade; "
                f"de väntar tills felet är rättat och någon väljer Försök igen i utkorgen. Serverns svar: "
                f"{host.trouble}"
            )
            return (sentence,)
        if host.closed_until and host.closed_until > now:
            again = f"Breven väntar, och nytt försök görs kl. {clock(host.closed_until)}."
            if host.trouble[:1].isdigit():
                return (f"E-postservern ber oss vänta. {again} Serverns svar: {host.trouble}",)
            return (f"E-postservern svarar inte. {again} {host.trouble}".strip(),)
        if host.refusals and host.refused_at and now - host.refused_at <= MEMORY:
            sentence = (
                f"E-postservern ville inte ta emot ett brev {moment(host.refused_at)}. Nytt försök görs av sig "
                f"självt. Serverns svar: {host.trouble}"
            )
            return (sentence,)
    return ()


def _mailbox(now: datetime) -> tuple[str, ...]:
    """Answers and bounces that nobody reads are answers lost: said at once when waiting will not help."""
    if not settings.MAILBOX or (pulse := Pulse.objects.filter(name="mailbox").first()) is None:
        return ()
    if now - pulse.at <= UNREAD_AFTER and not pulse.detail.get("told_at_once"):
        return ()
    since = "än" if pulse.detail.get("never_read") else f"sedan {moment(pulse.at)}"
    unread = f"Svar från kalendrar och studsar har inte kunnat läsas {since}. Kontakta driften."
    return (f"{unread} {pulse.detail.get('trouble', '')}".strip(),)


def _held() -> tuple[str, ...]:
    return tuple(f"Alla brev hålls kvar: {hold.reason}." for hold in Hold.objects.filter(campaign=""))


def _sum(difference: int) -> tuple[str, ...]:
    return (
        (f"Antalet brev stämmer inte: {difference} skiljer. Kontakta den som sköter driften.",)
        if difference
        else ()
    )
