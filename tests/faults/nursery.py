"""A process that has Django ready and bears workers on request, so that a test can kill fifty of them without waiting.

Reads one JSON command a line: start, post, hold, report. Answers one JSON line each. The workers do what Celery's do.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import django
from django.conf import settings

django.setup()

from django.db import DatabaseError, InterfaceError, connection  # noqa: E402
from django.db.models import F  # noqa: E402
from django.utils import timezone  # noqa: E402

from dialog_portal.outbox import health, tasks  # noqa: E402
from dialog_portal.outbox.draft import Draft  # noqa: E402
from dialog_portal.outbox.models import Attempt, Host, Letter, Outcome, State  # noqa: E402
from dialog_portal.outbox.queue import claim as claims  # noqa: E402
from dialog_portal.outbox.queue import deliver, limits, wake_up  # noqa: E402
from dialog_portal.outbox.queue.post import post_all  # noqa: E402
from dialog_portal.outbox.smtp.answers import Result  # noqa: E402
from tests.services import PR_SET_PDEATHSIG, prctl  # noqa: E402

# What a control changes is changed by name, as no type would allow it
GUARDS: dict[str, Any] = {"claims": claims, "limits": limits, "sending": deliver, "bell": wake_up}
OPTIONS: dict[str, Any] = json.loads(os.environ.get("NURSERY", "{}"))


def quicken() -> None:
    """A clock for tests: minutes become moments. Only waits are shorter; the order of steps is the real one."""
    for name, value in OPTIONS.get("settings", {}).items():
        setattr(settings, name, value)
    GUARDS["sending"].ring = GUARDS["bell"].ring = lambda: None
    if OPTIONS.get("fast"):
        vars(claims).update(SOFT=(0.002,), UNKNOWN_MINUTES=0.002, POLICY_MINUTES=0.002)
        GUARDS["limits"].CIRCUIT = (0.005, 0.01)


def mark_first() -> None:
    """The guard off: the letter is called accepted before it is sent, as systems do that send after saving."""
    real = deliver.send

    def send(claim: claims.Claim, door: Any) -> Result:
        claims.finish(claim, Result(Outcome.ACCEPTED, "250", ""), wipe=False)
        return real(claim, door)

    GUARDS["sending"].send, GUARDS["claims"].may_go = send, lambda _claim: True


def no_claim() -> None:
    """The guard off: a worker takes what it sees, without marking it as taken."""

    def take(host_name: str, worker: str, most: int, *, limited: bool = True) -> list[claims.Claim]:
        host, _ = Host.objects.get_or_create(name=host_name)
        now = timezone.now()
        rows = list(Letter.objects.due(now)[:most])
        return [claims._claim(row, Attempt(pk=0), host, now) for row in rows]

    def finish(claim: claims.Claim, result: Result, **_: Any) -> bool:
        Letter.objects.filter(pk=claim.letter).update(state=State.ACCEPTED, accepted_at=timezone.now())
        return True

    guard = GUARDS["claims"]
    guard.take, guard.finish, guard.may_go = take, finish, lambda _claim: True


def no_fence() -> None:
    """The guard off: whoever ends a try speaks for the letter, also when another worker has taken it since."""
    real = claims.finish

    def finish(claim: claims.Claim, result: Result, **values: Any) -> bool:
        fence = Letter.objects.values_list("fence", flat=True).get(pk=claim.letter)
        return real(replace(claim, fence=fence), result, **values)

    GUARDS["claims"].finish = finish


def no_look() -> None:
    """The guard off: a letter that was taken is sent, whatever became of it since."""
    GUARDS["claims"].may_go = lambda _claim: True


def no_pause() -> None:
    """The guard off: a server that takes none of our letters is asked for ever."""
    GUARDS["limits"].PAUSE_AFTER = 10**6


def no_circuit() -> None:
    """The guard off: a server that does not answer is asked again at once."""
    GUARDS["limits"].wait_after = lambda _failures: timedelta()


def no_retry() -> None:
    """The guard off: what did not succeed has failed."""
    GUARDS["claims"]._later = lambda _now, _minutes: {"state": State.FAILED}


def forgetful() -> None:
    """The guard off: what the server said is forgotten when the database is away in that moment."""
    GUARDS["sending"].persist = lambda write: write()


CONTROLS = {
    control.__name__: control
    for control in (mark_first, no_claim, no_fence, no_look, no_pause, no_circuit, no_retry, forgetful)
}


def work() -> None:
    """A worker's life: whatever is due, for ever; a database that is away is met with patience."""
    random.seed()
    if control := OPTIONS.get("control"):
        CONTROLS[control]()
    while True:
        try:
            for _ in range(OPTIONS.get("times", 1)):
                tasks.sweep()
        except (DatabaseError, InterfaceError):
            connection.close()
        time.sleep(0.02)


def start() -> int:
    """Bear one worker; answers its process id."""
    connection.close()
    pid = os.fork()
    if pid:
        return pid
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(2, 1)
    try:
        work()
    finally:
        os._exit(1)


def draft(number: int) -> Draft:
    dead = number < OPTIONS.get("dead", 0)
    return Draft(
        key=f"invitation:1:{number}:1",
        purpose="invitation",
        campaign="meeting:1",
        name=f"Åsa Öberg {number}",
        address=f"{'dead' if dead else 'asa'}{number}@kommun.example",
        subject=f"Inbjudan till dialogmöte {number}",
        text="Hej!\n\nVälkommen till dialogen.\n" * 20,
        html="<p>Hej!</p><p>Välkommen till dialogen.</p>" * 50,
        deadline=timezone.now() + timedelta(days=3),
        calendar=b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n" * 20,
    )


def post(count: int) -> int:
    return len(post_all([draft(number) for number in range(count)]))


def report() -> dict[str, Any]:
    """Everything that a test judges: the rows, the attempts, the server."""
    letters = {
        row["message_id"]: [row["state"], row["sha256"], row["maybe_twice"], row["last_code"]]
        for row in Letter.objects.values("message_id", "state", "sha256", "maybe_twice", "last_code")
    }
    attempts = Attempt.objects.all()
    host = Host.objects.first()
    return {
        "letters": letters,
        "waiting": Letter.objects.waiting().count(),
        "attempts": attempts.count(),
        "difference": health.count(),
        "late": attempts.filter(late=True).count(),
        "unfenced": attempts.filter(
            outcome=Outcome.ACCEPTED, late=False, fence__lt=F("letter__fence")
        ).count(),
        "held": longest_try(),
        "policy": attempts.filter(outcome=Outcome.POLICY).count(),
        "unknown": attempts.filter(outcome=Outcome.UNKNOWN).count(),
        "tries": sum(Letter.objects.values_list("attempts_made", flat=True)),
        "paused": bool(host and host.paused_at),
        "trouble": host.trouble if host else "",
    }


def longest_try() -> float:
    """How many seconds a worker was held by one letter at most, those included that it still has in hand."""
    tries = Attempt.objects.values_list("started", "ended")
    spans = ((ended or timezone.now()) - started for started, ended in tries if started)
    return max((span.total_seconds() for span in spans), default=0.0)


def waiting() -> int:
    return Letter.objects.waiting().count()


def open_tries() -> list[tuple[int, int]]:
    """The tries that have begun and not ended: whose process, and which."""
    begun = Attempt.objects.filter(ended=None, started__isnull=False).values_list("worker", "pk")
    return [(int(worker.split(":")[1]), attempt) for worker, attempt in begun]


def taken_over(attempt: int) -> bool:
    """Whether another worker has taken the letter since."""
    return Attempt.objects.filter(pk=attempt, fence__lt=F("letter__fence")).exists()


def stop_all() -> float:
    """Stop every letter, as a cancelled meeting does; answers when that was committed."""
    from dialog_portal.outbox.queue.stop import stop

    stop(Letter.objects.all(), by=None, reason="Mötet är inställt")
    return time.time()


COMMANDS: dict[str, Any] = {
    "start": start,
    "post": post,
    "report": report,
    "waiting": waiting,
    "open_tries": open_tries,
    "taken_over": taken_over,
    "stop_all": stop_all,
}


def answer(name: str, *given: Any) -> Any:
    while True:
        try:
            return COMMANDS[name](*given)
        except (DatabaseError, InterfaceError):
            connection.close()
            time.sleep(0.1)


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    quicken()
    for line in sys.stdin:
        print(json.dumps(answer(*json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
