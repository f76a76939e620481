"""The outbox' tests never wake a worker: they send when they say so."""

import pytest


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every task that the broker would have been asked for."""
    names: list[str] = []
    monkeypatch.setattr(
        "dialog_portal.outbox.queue.wake_up.app.send_task", lambda name, **_: names.append(name)
    )
    return names
