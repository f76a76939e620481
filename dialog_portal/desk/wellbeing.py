"""Whether letters leave as they should: when the worker and the clock were last heard, and what has waited longest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min

from dialog_portal.outbox.models import Letter, Pulse
from dialog_portal.swedish import count

SILENCE = timedelta(minutes=5)
UNEASE = timedelta(minutes=2)
PARTS = {"worker": "brevbäraren", "beat": "klockan"}


@dataclass(frozen=True)
class Wellbeing:
    """How long each part has been silent (nothing: never heard), and since when the oldest due letter has waited."""

    silences: dict[str, timedelta | None]
    waited: timedelta | None

    @property
    def lost(self) -> list[str]:
        """The parts that nobody has heard for five minutes."""
        return [name for name, silence in self.silences.items() if silence is None or silence > SILENCE]

    @property
    def state(self) -> str:
        late = any(silence is None or silence > UNEASE for silence in self.silences.values())
        return "bad" if self.lost else "wait" if late else "good"

    @property
    def sentence(self) -> str:
        """One calm line, or one that says what has stopped."""
        if self.lost:
            names = " och ".join(PARTS[name] for name in self.lost)
            return f"Inga brev skickas just nu: {names} har inte hörts av på fem minuter."
        waits = f" Äldsta brevet på väg har väntat {ago(self.waited)}." if self.waited and self.waited > UNEASE else ""
        return ("Breven skickas som de ska." if self.state == "good" else "Breven skickas, men långsamt.") + waits


def wellbeing(now: datetime) -> Wellbeing:
    """Two queries, whatever waits."""
    heard = dict(Pulse.objects.filter(name__in=PARTS).values_list("name", "at"))
    oldest = Letter.objects.due(now).order_by().aggregate(oldest=Min("due_at"))["oldest"]
    silences = {name: now - heard[name] if name in heard else None for name in PARTS}
    return Wellbeing(silences, now - oldest if oldest else None)


def ago(length: timedelta | None) -> str:
    """40 sekunder, 12 minuter, 3 timmar."""
    if length is None:
        return "aldrig"
    seconds = max(int(length.total_seconds()), 0)
    if seconds < 120:
        return count(seconds, "sekund,sekunder")
    return count(seconds // 60, "minut,minuter") if seconds < 7200 else count(seconds // 3600, "timme,timmar")
