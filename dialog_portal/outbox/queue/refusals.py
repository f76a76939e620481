"""Whether a refusal is about the receiver or about us: no address is blamed by a server that takes nothing from us.

What a server says of an address is believed when the server has taken a letter to somebody else since it first said so,
or when nobody else gets the same answer. Until then the letter waits. When several receivers in a row get the same
answer, it is we who are refused.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum, auto

from django.conf import settings
from django.db.models import Exists, Max, Min, OuterRef, QuerySet

from dialog_portal.outbox.models import Attempt, Letter, Outcome, State
from dialog_portal.outbox.smtp.answers import Result, enhanced_code

ABOUT_RECEIVER = (Outcome.ADDRESS, Outcome.MAILBOX)
SUSPECT_AFTER = 3  # receivers in a row with the same answer, or tries of a letter that is refused alone
LOOK_BACK = timedelta(days=1)  # refusals further back have nothing to do with each other
PROOF_LASTS = timedelta(
    minutes=10
)  # how long a letter that was taken shows that the server takes our letters


class Blame(Enum):
    """Whom a refusal is about."""

    RECEIVER = auto()
    UNKNOWN = auto()
    US = auto()


def whom_to_blame(letter: int, address: str, result: Result, now: datetime) -> Blame:
    """Return whom a refusal is about, from what the server said of other letters. The host's row must be locked.

    Without a code the server was never told the address, because it cannot be written: that is the address's fault.
    """
    doubted = Attempt.objects.filter(letter=letter, outcome=Outcome.REFUSED)
    first = doubted.aggregate(first=Min("ended"))["first"]
    if not result.code or (first and has_accepted_since(first)):
        return Blame.RECEIVER
    receivers = receivers_refused_alike(result, now) | {address.lower()}
    if len(receivers) >= SUSPECT_AFTER:
        return Blame.US
    if doubted.count() + 1 < SUSPECT_AFTER:
        return Blame.UNKNOWN
    return Blame.RECEIVER if len(receivers) == 1 or has_accepted_since(now - PROOF_LASTS) else Blame.US


def has_accepted_since(moment: datetime) -> bool:
    """Return whether the server has taken a letter since then."""
    lease = timedelta(seconds=settings.MAIL_LEASE)
    tries = Attempt.objects.filter(
        claimed__gt=moment - lease, ended__gt=moment
    )  # only the first has an index
    return tries.filter(outcome=Outcome.ACCEPTED).exists()


def receivers_refused_alike(result: Result, now: datetime) -> set[str]:
    """Return the addresses that have got the same answer since the server last took a letter."""
    lately = Attempt.objects.filter(claimed__gt=now - LOOK_BACK)
    accepted = lately.filter(outcome=Outcome.ACCEPTED).aggregate(last=Max("ended"))["last"]
    refused = lately.filter(outcome__in=(*ABOUT_RECEIVER, Outcome.REFUSED), code=result.code)
    if accepted:
        refused = refused.filter(ended__gt=accepted)
    rows = refused.values_list("letter__address", "text")
    return {address.lower() for address, text in rows if enhanced_code(text) == enhanced_code(result.text)}


def try_doubted_letters_again(now: datetime) -> None:
    """Make the letters due whose refusal was not believed: the server has taken another one, so now it tells.

    Rows that somebody has locked are left: this only saves the minute that they would wait.
    """
    letters = doubted_letters().filter(due_at__gt=now).select_for_update(skip_locked=True, of=("self",))
    keys = list(letters.order_by("pk").values_list("pk", flat=True))
    Letter.objects.filter(pk__in=keys).update(due_at=now)


def doubted_letters() -> QuerySet[Letter]:
    """Return the letters that wait because their last refusal was not believed."""
    last = Attempt.objects.filter(letter=OuterRef("pk"), fence=OuterRef("fence"), outcome=Outcome.REFUSED)
    return Letter.objects.filter(Exists(last), state=State.RETRYING)
