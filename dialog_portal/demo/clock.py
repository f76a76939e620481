"""Lets the demo's story happen when it would have happened."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.utils import timezone


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """Within the block it is `moment` and time goes on from there, for everything that asks Django for the time."""
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
    return timedelta(days=number)
