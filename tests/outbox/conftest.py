"""The outbox' tests never ring a bell: they send when they say so."""

from collections.abc import Iterator

import pytest

from dialog_portal.outbox import bell


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every ring that would have gone to the broker."""
    rung: list[str] = []
    monkeypatch.setattr(bell.app, "send_task", lambda name, **_: rung.append(name))
    yield rung
