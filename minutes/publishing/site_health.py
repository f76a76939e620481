"""Whether the public site shows what the database says: when it was last seen to, and what keeps it from that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from dialog_portal.base.swedish import count, moment
from dialog_portal.outbox.models import Pulse
from minutes.models import BakedPage

PULSE = "public"  # the row of Pulse: when a worker last saw to the pages, and what stopped it
SILENT_AFTER = timedelta(minutes=5)


@dataclass(frozen=True)
class SiteHealth:
    """How it stands with the public pages. `at` is when a worker last saw to them."""

    at: datetime | None
    trouble: str
    trouble_since: datetime | None
    failed: int  # pages that could not be rendered
    first_failed: str  # the address of one of them
    now: datetime

    @property
    def is_silent(self) -> bool:
        """Return whether no worker has seen to the pages for SILENT_AFTER; a new portal has not begun."""
        return self.at is not None and self.now - self.at > SILENT_AFTER

    @property
    def ok(self) -> bool:
        """Return whether the public reads what the database says, as far as is known."""
        return not (self.trouble or self.failed or self.is_silent)

    @property
    def banners(self) -> tuple[str, ...]:
        """Return what staff should know, in Swedish, usually nothing."""
        if self.ok:
            return ()
        why = self.trouble or self.first_failed
        detail = f" ({why})" if why else ""
        sentence = f"Webbplatsen visar inte allt som gäller: {self.sentence}{detail}."
        return (f"{sentence} Portalen försöker igen varje minut. Kontakta den som sköter driften.",)

    @property
    def sentence(self) -> str:
        """Return the state in a few Swedish words that anybody may read, without a full stop."""
        if self.trouble:
            since = f" sedan {moment(self.trouble_since)}" if self.trouble_since else ""
            return f"sidorna kan inte skrivas{since}"
        if self.failed:
            return f"{count(self.failed, 'sida,sidor')} kan inte visas"
        if self.is_silent and self.at:
            return f"ingen arbetsprocess har sett till den sedan {moment(self.at)}"
        return "aktuell" if self.at else "ingen har sett till den än"


def site_health(now: datetime | None = None) -> SiteHealth:
    """Return how it stands with the public pages, in one small query."""
    pulse = Pulse.objects.filter(name=PULSE).first()
    detail = pulse.detail if pulse else {}
    since = detail.get("since")
    return SiteHealth(
        at=pulse.at if pulse else None,
        trouble=detail.get("trouble", ""),
        trouble_since=datetime.fromisoformat(since) if since else None,
        failed=detail.get("failed", 0),
        first_failed=detail.get("first_failed", ""),
        now=now or timezone.now(),
    )


def known_stamp() -> str:
    """Return the stamp of the program that rendered the pages, or asked for all of them; "" if none has."""
    detail = Pulse.objects.filter(name=PULSE).values_list("detail", flat=True).first() or {}
    return str(detail.get("stamp", ""))


def record_run(*, stamp: str | None = None, trouble: str = "") -> None:
    """Record that a worker has seen to the pages: which cannot be rendered, or what stopped it and since when."""
    now = timezone.now()
    before = Pulse.objects.filter(name=PULSE).values_list("detail", flat=True).first() or {}
    failed = list(BakedPage.objects.failed().values_list("address", flat=True))
    detail = {"stamp": before.get("stamp", "") if stamp is None else stamp}
    if failed:
        detail |= {"failed": len(failed), "first_failed": failed[0]}
    if trouble:
        detail |= {"trouble": trouble, "since": before.get("since") or now.isoformat()}
    if not Pulse.objects.filter(name=PULSE).update(at=now, detail=detail):
        Pulse.objects.create(name=PULSE, at=now, detail=detail)
