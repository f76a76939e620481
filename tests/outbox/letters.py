"""Letters for tests: each factory makes one valid thing and takes what should be different."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

import time_machine
from django.db import connection
from django.utils import timezone

from dialog_portal.environment import mail_settings
from dialog_portal.outbox.content import read_content
from dialog_portal.outbox.draft import Draft
from dialog_portal.outbox.encrypted_bytes import decrypt_letter
from dialog_portal.outbox.models import Letter, Outcome
from dialog_portal.outbox.queue import claim, deliver
from dialog_portal.outbox.queue.claim import Claim
from dialog_portal.outbox.queue.finish import finish
from dialog_portal.outbox.queue.post import post
from dialog_portal.outbox.smtp.answers import Result
from tests.factories import unique
from tests.services import wait_until

T = TypeVar("T")


def draft(**values: Any) -> Draft:
    n = unique()
    given = {
        "key": f"invitation:1:{n}:1",
        "purpose": "invitation",
        "campaign": "meeting:1",
        "name": f"Åsa Öberg {n}",
        "address": f"asa{n}@kommun.example",
        "subject": "Inbjudan till dialogmöte",
        "text": "Hej!\n\nVälkommen.\n",
        "html": '<html><body><p>Hej! <a href="https://dialog.example/svar/x">Svara</a></p></body></html>',
        "deadline": timezone.now() + timedelta(days=10),
        **values,
    }
    return Draft(**given)


def letter(**values: Any) -> Letter:
    return post(draft(**values))[0]


def take(worker: str = "test", most: int = 8, host: str = "mx.example:25") -> list[Claim]:
    return claim.claim_due(host, worker, most)


def through(mailbox: Any, settings: Any, per_minute: int = 0, **values: Any) -> int:
    """Send what is due through a real SMTP conversation."""
    settings.MAIL = {**mail_settings(mailbox.url), **values}
    settings.MAIL_PER_MINUTE = per_minute
    return deliver.deliver(10)


def bytes_of(row: Letter) -> bytes:
    """What will leave, or has left and was kept."""
    assert row.raw is not None
    return decrypt_letter(row.raw)


def text_of(row: Letter) -> str:
    content = read_content(row)
    assert content is not None
    return content.text


def later(**span: float) -> time_machine.travel:
    """So long after now, and the clock stands still."""
    return time_machine.travel(timezone.now() + timedelta(**span), tick=False)


def end(claimed: Claim, outcome: Outcome, code: str = "") -> bool:
    """Write down that a try ended so."""
    return finish(claimed, Result(outcome, code, ""), wipe=True)


def only() -> Letter:
    """The one letter that there is."""
    return Letter.objects.get()


# --- Two at the same time ---------------------------------------------------------------------------------------------


def with_own_connection(act: Callable[[], T]) -> T:
    """What another worker does meanwhile."""
    try:
        return act()
    finally:
        connection.close()


def wait_for_a_waiter() -> None:
    """Until somebody waits for a lock of ours. SQLite does not tell; there nobody writes before we have committed."""
    if connection.vendor != "postgresql":
        return

    def waits() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) "
                "WHERE NOT granted AND datname = current_database()"
            )
            return bool(cursor.fetchone()[0])

    wait_until(waits, "somebody who waits")
