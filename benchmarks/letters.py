"""Letters with text, HTML and calendar: our crash-safe way over loops that would lose them.

Both sides render the same templates for the same people. Ours stores, claims, sends and finishes with the production
worker's own command (two processes) on a durable PostgreSQL and Redis; theirs builds each letter with Django's mail and
sends it on one connection.
"""

import smtplib
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

from benchmarks.figure import Figure
from benchmarks.processes import workers
from benchmarks.sink import Sink
from benchmarks.stage import Line, Stage, times_faster
from tests import services

TINY, FULL = 12, 300  # letters
WHOLE_WAY = Figure(
    "letters, whole crash-safe way over a loop with Django's mail (speed)", ">=", goal=1.3, released=1.32
)
READY_LOOP = Figure("the same, but the loop need not render anything (speed)")
SENDING = Figure("letters, sending alone over a bare smtplib loop (speed)", ">=", goal=0.8, released=0.74)
SENDING_FREE = Figure("the same to a server that does nothing for a letter (speed)")


def guests(number: int) -> tuple[Any, Any, list[Any]]:
    """A meeting with so many invited people, as the action that sends finds them."""
    from meetings.mailings.letters.recipients import MAILINGS
    from meetings.models import Meeting, Purpose
    from tests import factories

    meeting = factories.meeting(
        title="Dialogmöte med länets kommuner",
        message="Välkommen till årets dialog.\n" * 4,
    )
    for _ in range(6):
        factories.item(meeting)
    for n in range(number):
        factories.invitee(factories.invitation(meeting), name=f"Åsa Öberg {n}")
    loaded = Meeting.objects.with_names().with_letters().get(pk=meeting.pk)
    rows = loaded.invitees.in_order().select_related("invitation__party", "link", "invitation__meeting")
    return MAILINGS[Purpose.INVITATION], loaded, list(rows)


class Mailing:
    """The same letters, sent in different ways."""

    def __init__(self, stage: Stage, sink: Sink) -> None:
        self.sink, self.rounds = sink, stage.rounds
        self.kind, self.meeting, self.people = guests(stage.size(TINY, FULL))

    def drafts(self) -> list[Any]:
        """Everybody's letter, rendered again; a new version, so that none exists already."""
        from meetings.mailings.letters.compose import compose

        self.meeting.letter_version += 1
        return [compose(self.kind, self.meeting, person) for person in self.people]

    def until_finished(self, before: int) -> None:
        from dialog_portal.outbox.models import Letter

        self.sink.wait_for(before + len(self.people))
        services.wait_until(lambda: not Letter.objects.waiting().exists(), "the last letter's row")

    def whole_way(self) -> None:
        """Render, store, and let the workers claim, send and finish."""
        from dialog_portal.outbox.queue.post import post_all

        before = self.sink.letters
        post_all(self.drafts())
        self.until_finished(before)

    def django_loop(self, drafts: list[Any] | None = None) -> None:
        """What one would write first: build each letter with Django's mail and send it, on one connection."""
        from django.core.mail import get_connection

        backend = "django.core.mail.backends.smtp.EmailBackend"
        with get_connection(backend, host="127.0.0.1", port=self.sink.port) as line:
            for draft in self.drafts() if drafts is None else drafts:
                line.send_messages([built(draft)])

    def store(self) -> None:
        """Store the letters of the next round, held."""
        from dialog_portal.outbox.queue.hold import hold
        from dialog_portal.outbox.queue.post import post_all

        hold(self.meeting.campaign, by=None, reason="Mätning")
        post_all(self.drafts())

    def workers_alone(self) -> None:
        """Let stored letters go, until every one is finished."""
        from dialog_portal.outbox.queue.hold import release

        before = self.sink.letters
        release(self.meeting.campaign, by=None)
        self.until_finished(before)

    def bare_loop(self, letters: list[bytes]) -> None:
        """Finished bytes on one connection."""
        with smtplib.SMTP("127.0.0.1", self.sink.port) as line:
            for raw in letters:
                line.sendmail("dialog@region.example", ["asa@kommun.example"], raw)


def built(draft: Any) -> Any:
    """The letter as Django's mail builds it, with the calendar both as a part and as a file, like ours."""
    from django.core.mail import EmailMultiAlternatives

    message = EmailMultiAlternatives(
        draft.subject, draft.text, "dialog@region.example", [f"{draft.name} <{draft.address}>"]
    )
    message.attach_alternative(draft.html, "text/html")
    message.attach_alternative(draft.calendar.decode(), "text/calendar")
    message.attach("dialogmote.ics", draft.calendar, "text/calendar")
    return message


def sending_alone(mailing: Mailing) -> float:
    """The workers over a bare loop; what the workers send is stored between the turns, outside the clock."""
    letters = [built(draft).message().as_bytes(linesep="\r\n") for draft in mailing.drafts()]
    return times_faster(
        mailing.workers_alone,
        lambda: mailing.bare_loop(letters),
        rounds=mailing.rounds,
        before=mailing.store,
    )


# --- Where the time goes ---------------------------------------------------------------------------------------------


def clocked(totals: Counter[str], name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def timed(*args: Any, **kwargs: Any) -> Any:
        begun = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            totals[name] += time.perf_counter() - begun  # type: ignore[assignment]

    return timed


STEPS = (
    ("rendering text and HTML, inlining included", "meetings.mailings.letters.compose.render"),
    ("writing the calendar", "meetings.mailings.letters.compose.calendar_for"),
    ("checking the draft", "dialog_portal.outbox.queue.post.validate_draft"),
    ("building the bytes", "dialog_portal.outbox.mime.write_message"),
    ("packing and encrypting", "dialog_portal.outbox.draft.encrypt_letter"),
    ("claiming", "dialog_portal.outbox.queue.deliver.claim_due"),
    ("decrypting", "dialog_portal.outbox.queue.deliver.decrypt_letter"),
    (
        "talking SMTP, finishing and beginning included",
        "dialog_portal.outbox.smtp.transport.Relay._hand_over",
    ),
    ("finishing and beginning", "dialog_portal.outbox.queue.deliver.persist"),
)


def where_the_time_goes(mailing: Mailing) -> Iterator[Line]:
    """Milliseconds a letter in each step, with everything in this one process."""
    from django.conf import settings
    from django.utils.module_loading import import_string

    from dialog_portal.environment import mail_settings
    from dialog_portal.outbox.queue import deliver
    from dialog_portal.outbox.queue.post import post_all

    totals: Counter[str] = Counter()
    settings.MAIL, settings.MAIL_PER_MINUTE = mail_settings(mailing.sink.url), 0
    with ExitStack() as patches:
        for name, path in STEPS:
            module, _, last = path.rpartition(".")
            owner = import_string(module) if module.endswith("Relay") else sys.modules[module]
            patches.enter_context(patch.object(owner, last, clocked(totals, name, getattr(owner, last))))
        begun = time.perf_counter()
        drafts = mailing.drafts()
        stored = time.perf_counter()
        post_all(drafts)
        sent = time.perf_counter()
        deliver.deliver(60)
        ended = time.perf_counter()
    settings.MAIL = None
    for name, spent in [
        *totals.items(),
        ("the whole of rendering", stored - begun),
        ("the whole of storing", sent - stored),
        ("the whole of sending, one process", ended - sent),
    ]:
        yield Figure(f"letters, ms each: {name}"), spent / len(mailing.people) * 1000


def measure(stage: Stage) -> Iterator[Line]:
    with Sink() as sink:
        mailing = Mailing(stage, sink)
        yield from where_the_time_goes(mailing)
        with workers(stage, sink):
            yield WHOLE_WAY, times_faster(mailing.whole_way, mailing.django_loop, rounds=stage.rounds)
            ready = mailing.drafts()
            yield (
                READY_LOOP,
                times_faster(mailing.whole_way, lambda: mailing.django_loop(ready), rounds=stage.rounds),
            )
            yield SENDING, sending_alone(mailing)
    with Sink("bare") as sink, workers(stage, sink):
        yield SENDING_FREE, sending_alone(Mailing(stage, sink))
