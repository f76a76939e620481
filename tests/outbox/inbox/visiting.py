"""What the tests of the reply mailbox read of what became of a letter."""

from __future__ import annotations

from dialog_portal.outbox.models import Incoming


def kinds() -> list[str]:
    return [str(kind) for kind in Incoming.objects.values_list("kind", flat=True)]
