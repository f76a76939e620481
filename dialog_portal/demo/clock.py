"""Sets Django's clock to another time, so that the demo's actions get the times when they would have happened."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.utils import timezone


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """Within the block, timezone.now() returns `moment` and runs on from there."""
    real = timezone.now
    began = real()

    def shifted() -> datetime:
        return moment + (real() - began)

    timezone.now = shifted
    try:
        yield
    finally:
        timezone.now = real


def days(number: float) -> timedelta:
    """Return a number of days, also parts of days, as a timedelta."""
    return timedelta(days=number)
