"""How long a letter waits for its next try, after a server's temporary error or none that was understood."""

from datetime import timedelta

from dialog_portal.outbox.models import Outcome

RETRY_MINUTES = (5, 15, 30, 60, 120)  # to the next try; from then on every two hours until the deadline
UNKNOWN_MINUTES = 10
REFUSED_MINUTES = 1


def time_to_retry(outcome: Outcome, tries: int) -> timedelta:
    """Return the time to the next try, after `tries` earlier ones: longer each time that a server asks for patience."""
    refused = {Outcome.POLICY: REFUSED_MINUTES, Outcome.REFUSED: REFUSED_MINUTES}
    waits = {Outcome.UNKNOWN: UNKNOWN_MINUTES, **refused}
    return timedelta(minutes=waits.get(outcome) or RETRY_MINUTES[min(tries, len(RETRY_MINUTES) - 1)])
