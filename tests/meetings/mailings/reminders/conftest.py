"""The clock stands on a Monday."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from tests.meetings.mailings.reminders.reminding import NOW


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller
