"""A process that has Django ready and bears workers on request, so that a test can kill fifty of them without waiting.

Reads one JSON command a line (see COMMANDS) and answers one JSON line each. The workers do what Celery's do.
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

from django.db import DatabaseError, InterfaceError, connection, transaction  # noqa: E402
from django.db.models import F  # noqa: E402
from django.utils import timezone  # noqa: E402

from dialog_portal.outbox import health, tasks  # noqa: E402
from dialog_portal.outbox.draft import Draft  # noqa: E402
from dialog_portal.outbox.models import (  # noqa: E402
    Attempt,
    Host,
    Letter,
    LetterStep,
    Outcome,
    Pulse,
    State,
    may_have_begun,
)
from dialog_portal.outbox.queue import circuit_breaker, claim, deliver, retry, wake_up  # noqa: E402
from dialog_portal.outbox.queue import finish as finishing  # noqa: E402
from dialog_portal.outbox.queue.claim import Claim  # noqa: E402
from dialog_portal.outbox.queue.post import post_all  # noqa: E402
from dialog_portal.outbox.queue.stop import stop  # noqa: E402
from dialog_portal.outbox.smtp import transport  # noqa: E402
from dialog_portal.outbox.smtp.answers import Result  # noqa: E402
from tests.services import PR_SET_PDEATHSIG, prctl, wait_until  # noqa: E402

# What a control changes is changed by name, as no type would allow it
GUARDS: dict[str, Any] = {
    "breaker": circuit_breaker,
    "finish": finishing,
    "deliver": deliver,
    "wake_up": wake_up,
    "transport": transport,
}
OPTIONS: dict[str, Any] = json.loads(os.environ.get("NURSERY", "{}"))


def quicken() -> None:
    """A clock for tests: minutes become moments. Only waits are shorter; the order of steps is the real one."""
    for name, value in OPTIONS.get("settings", {}).items():
        setattr(settings, name, value)
    GUARDS["deliver"].wake_up = GUARDS["wake_up"].wake_up = lambda: None
    if OPTIONS.get("fast"):
        vars(retry).update(RETRY_MINUTES=(0.002,), UNKNOWN_MINUTES=0.002, REFUSED_MINUTES=0.002)
        GUARDS["breaker"].OPEN_MINUTES = (0.005, 0.01)


def leave_without_beginning() -> None:
    """Every letter leaves, and nothing says before that it does."""

    def finish_and_go_on(last: Claim, result: Result, _following: Claim, *, wipe: bool) -> bool:
        deliver.finish(last, result, wipe=wipe)
        return True

    GUARDS["deliver"].begin, GUARDS["deliver"].finish_and_begin = lambda _claim: True, finish_and_go_on


def mark_first() -> None:
    """The guard off: the letter is called accepted before it is sent, as systems do that send after saving."""
    real = deliver.send

    def send(claimed: Claim, *others: Any) -> Result:
        finishing.finish(claimed, Result(Outcome.ACCEPTED, "250", ""), wipe=False)
        return real(claimed, *others)

    GUARDS["deliver"].send = send
    leave_without_beginning()


def no_claim() -> None:
    """The guard off: a worker takes what it sees, without marking it as taken."""

    def claim_due(host_name: str, worker: str, most: int, *, limited: bool = True) -> list[Claim]:
        host, _ = Host.objects.get_or_create(name=host_name)
        now = timezone.now()
        rows = list(Letter.objects.due(now)[:most])
        return [claim._claim(row, Attempt(pk=0), host, now) for row in rows]

    def finish(claimed: Claim, result: Result, **_: Any) -> bool:
        Letter.objects.filter(pk=claimed.letter).update(state=State.ACCEPTED, accepted_at=timezone.now())
        return True

    GUARDS["deliver"].claim_due, GUARDS["deliver"].finish = claim_due, finish
    leave_without_beginning()


def no_fence() -> None:
    """The guard off: whoever ends a try speaks for the letter, also when another worker has claimed it since."""
    real, begin = finishing.finish, deliver.begin

    def finish(claimed: Claim, result: Result, **values: Any) -> bool:
        fence = Letter.objects.values_list("fence", flat=True).get(pk=claimed.letter)
        return real(replace(claimed, fence=fence), result, **values)

    def finish_and_begin(last: Claim, result: Result, following: Claim, *, wipe: bool) -> bool:
        finish(last, result, wipe=wipe)
        return begin(following)

    GUARDS["deliver"].finish, GUARDS["deliver"].finish_and_begin = finish, finish_and_begin


def only_look() -> None:
    """The guard off: a letter is looked at before its text leaves, and nothing tells others that it does.

    A change comes between the look and the text, as it does now and then on a machine with much to do: who looks says
    so, and waits for it.
    """

    def look(claimed: Claim) -> bool:
        mine = Letter.objects.filter(pk=claimed.letter, fence=claimed.fence, state=State.SENDING)
        may_leave = mine.exists()
        if may_leave and begun_before_the_change():
            Pulse.objects.update_or_create(name="look", defaults={"at": timezone.now()})
            wait_until(lambda: not mine.exists(), "a change")
        return may_leave

    def begun_before_the_change() -> bool:
        accepted = Letter.objects.filter(state=State.ACCEPTED)
        return accepted.exists() and not LetterStep.objects.filter(after=State.STOPPED).exists()

    def finish_and_look(last: Claim, result: Result, following: Claim, *, wipe: bool) -> bool:
        deliver.finish(last, result, wipe=wipe)
        return look(following)

    GUARDS["deliver"].begin, GUARDS["deliver"].finish_and_begin = look, finish_and_look
    GUARDS["transport"].ASK_AGAIN_SECONDS = 10**6


def no_pause() -> None:
    """The guard off: a server that takes none of our letters is asked for ever."""
    GUARDS["breaker"].PAUSE_AFTER = 10**6


def no_circuit() -> None:
    """The guard off: a server that does not answer is asked again at once."""
    GUARDS["breaker"].wait_after = lambda _failures: timedelta()


def no_retry() -> None:
    """The guard off: what did not succeed has failed."""
    real = finishing._consequences

    def consequences(*args: Any, **values: Any) -> tuple[State, dict[str, Any]]:
        state, changes = real(*args, **values)
        return (State.FAILED if state == State.RETRYING else state), changes

    GUARDS["finish"]._consequences = consequences


def forgetful() -> None:
    """The guard off: what the server said is forgotten when the database is away in that moment."""
    GUARDS["deliver"].persist = lambda write: write()


CONTROLS = {
    control.__name__: control
    for control in (mark_first, no_claim, no_fence, only_look, no_pause, no_circuit, no_retry, forgetful)
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
    # never several in a row: then the server would be suspected, and not the addresses
    dead = number % 20 == 19 and number // 20 < OPTIONS.get("dead", 0)
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
        "difference": health.check_sums(),
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
    """How many seconds a worker was held by one letter at most, those included that it has claimed still."""
    tries = Attempt.objects.values_list("claimed", "ended")
    spans = ((ended or timezone.now()) - claimed for claimed, ended in tries)
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


def stop_all() -> list[str]:
    """Stop every letter, as a cancelled meeting does; return the Message-IDs of those that it knows may have left."""
    with transaction.atomic():
        stop(Letter.objects.all(), by=None, reason="Mötet är inställt")
        return list(Letter.objects.filter(may_have_begun("pk")).values_list("message_id", flat=True))


def claimed() -> int:
    """Return how many tries have not ended, begun or not."""
    return Attempt.objects.filter(ended=None).count()


COMMANDS: dict[str, Any] = {
    "start": start,
    "post": post,
    "report": report,
    "waiting": waiting,
    "open_tries": open_tries,
    "taken_over": taken_over,
    "stop_all": stop_all,
    "claimed": claimed,
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
