"""The outbox' tests never ring a bell: they send when they say so."""

import pytest


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every ring that would have gone to the broker."""
    rung: list[str] = []
    monkeypatch.setattr(
        "dialog_portal.outbox.queue.wake_up.app.send_task", lambda name, **_: rung.append(name)
    )
    return rung
