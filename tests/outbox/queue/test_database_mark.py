"""A database that is older than the portal is noticed before any letter leaves, and nothing leaves twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from dialog_portal.environment import mail_settings
from dialog_portal.outbox import tasks
from dialog_portal.outbox.health import check_sums, outbox_health
from dialog_portal.outbox.models import (
    CONFIDENTIAL,
    Attempt,
    Hold,
    Host,
    Letter,
    LetterStep,
    Outcome,
    Pulse,
    State,
)
from dialog_portal.outbox.queue import claim, database_mark, departure_log
from dialog_portal.outbox.queue.departed_letters import departures_of
from dialog_portal.outbox.queue.hold import release
from tests import factories
from tests.outbox.letters import draft, end, letter, only, take
from tests.outbox.queue.test_restored import wake_all

pytestmark = pytest.mark.django_db
TABLES = (Hold, Host, Pulse, Letter, Attempt, LetterStep)


@pytest.fixture
def relay(settings: Any, mailbox: Any, tmp_path: Path) -> Any:
    settings.MAIL, settings.MAIL_PER_MINUTE = mail_settings(mailbox.url), 0
    settings.PUBLIC_ROOT = tmp_path / "public"
    return mailbox


def backup() -> Callable[[], None]:
    """Take a copy of the outbox; what is returned restores it, and what came later is gone."""
    kept = {model: list(model.objects.all()) for model in TABLES}

    def restore() -> None:
        for model in reversed(TABLES):
            model.objects.all().delete()
        for model in TABLES:
            model.objects.bulk_create(kept[model])

    return restore


def restored_after_sending(relay: Any, number: int = 3) -> None:
    """A backup is taken, letters leave, and the backup is restored: all of them wait again."""
    letter(key="earlier")
    tasks.sweep()
    for _ in range(number):
        letter()
    restore = backup()
    tasks.sweep()
    restore()
    relay.letters.clear()


def test_after_a_restore_the_portal_holds_its_letters_by_itself(relay: Any) -> None:
    restored_after_sending(relay)
    wake_all()
    assert (len(relay.letters), Letter.objects.waiting().count()) == (0, 3)
    assert f"Alla brev hålls kvar: {Hold.objects.get().reason}." in outbox_health().banners


def test_control_without_the_mark_every_letter_leaves_a_second_time(relay: Any) -> None:
    restored_after_sending(relay)
    database_mark.mark_file().unlink()
    tasks.sweep()
    assert len(relay.letters) == 3


def test_a_restore_is_noticed_although_no_letter_had_left_since_the_backup(relay: Any) -> None:
    """Somebody may have stopped a letter: it waits again in the restored database."""
    tasks.check_letters()
    letter()
    restore = backup()
    tasks.check_letters()
    restore()
    tasks.sweep()
    assert (len(relay.letters), Hold.objects.count()) == (0, 1)


def test_the_mark_is_raised_before_the_first_letter_leaves(
    relay: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter()
    seen: list[int] = []
    monkeypatch.setattr(relay, "answer", lambda *_: seen.append(database_mark.number_in_file()) or "250 OK")
    tasks.sweep()
    assert (set(seen), database_mark.number_in_database()) == ({1}, 1)


def test_released_letters_that_are_known_to_have_left_end_as_accepted_and_the_others_leave(
    relay: Any,
) -> None:
    restored_after_sending(relay)
    new = letter(key="written after the restore")
    wake_all()
    left = set(departures_of(Letter.objects.all()))
    assert left == set(Letter.objects.waiting().exclude(pk=new.pk).values_list("pk", flat=True))
    assert release("", by=factories.user()) == 3
    wake_all()
    assert [received.recipients for received in relay.letters] == [(new.address,)]
    assert (Letter.objects.waiting().count(), check_sums(), Hold.objects.count()) == (0, 0, 0)
    row = Letter.objects.get(pk=min(left))
    assert (row.state, row.last_code, row.raw) == (State.ACCEPTED, "250", None)


def test_once_released_the_database_is_the_portals_again_and_another_restore_is_noticed(relay: Any) -> None:
    restored_after_sending(relay)
    tasks.sweep()
    release("", by=factories.user())
    letter()
    restore = backup()
    wake_all()
    assert (len(relay.letters), Hold.objects.count()) == (1, 0)
    restore()
    wake_all()
    assert (len(relay.letters), Hold.objects.count()) == (1, 1)


def test_a_letter_that_a_worker_is_sending_is_not_taken_from_it(relay: Any) -> None:
    row = letter()
    (claimed,) = take()
    departure_log.record_departure(row.message_id, "250")
    assert (release("", by=factories.user()), only().state) == (0, State.SENDING)
    assert end(claimed, Outcome.ACCEPTED, "250")
    assert (only().state, only().maybe_twice) == (State.ACCEPTED, False)


def test_letters_about_accounts_that_have_left_are_not_sent_again_by_a_restored_database(relay: Any) -> None:
    letter(purpose=CONFIDENTIAL, campaign="")
    restore = backup()
    tasks.sweep()
    restore()
    tasks.sweep()
    assert (len(relay.letters), only().state) == (1, State.ACCEPTED)


def test_a_portal_that_is_not_restored_never_holds(relay: Any) -> None:
    for _ in range(3):
        letter()
        wake_all()
    assert (len(relay.letters), Hold.objects.count()) == (3, 0)


@pytest.mark.parametrize("content", ["", "abc", "12\x00"])
def test_a_mark_that_cannot_be_read_keeps_no_letter(relay: Any, content: str) -> None:
    database_mark.mark_file().parent.mkdir(parents=True)
    database_mark.mark_file().write_text(content)
    letter()
    tasks.sweep()
    assert (len(relay.letters), Hold.objects.count()) == (1, 0)


def test_a_place_that_cannot_be_written_keeps_no_letter(relay: Any, tmp_path: Path, settings: Any) -> None:
    (tmp_path / "full").write_text("no directory")
    settings.PUBLIC_ROOT = tmp_path / "full"
    letter()
    tasks.sweep()
    assert (len(relay.letters), only().state) == (1, State.ACCEPTED)


def test_without_a_mail_server_nothing_leaves_and_nothing_is_marked(settings: Any, tmp_path: Path) -> None:
    settings.PUBLIC_ROOT = tmp_path
    letter()
    wake_all()
    assert (only().state, list(tmp_path.iterdir())) == (State.ACCEPTED, [])


def test_only_what_the_server_took_is_noted_and_a_cut_line_says_nothing(relay: Any) -> None:
    relay.answer = lambda step, envelope: "550 5.1.1 no" if "bo@" in str(envelope.asked) else "250 OK"
    letter(address="bo@kommun.example")
    letter(address="li@kommun.example")
    tasks.sweep()
    (path,) = departure_log.log_directory().iterdir()
    ids = dict(Letter.objects.values_list("address", "message_id"))
    known = departure_log.known_departures(ids.values())
    assert (set(known), known[ids["li@kommun.example"]].code) == ({ids["li@kommun.example"]}, "250")
    path.write_text(path.read_text()[:75])
    assert departure_log.known_departures(ids.values()) == {}


def test_months_that_no_backup_can_need_are_forgotten(relay: Any) -> None:
    departure_log.record_departure("<a@region.example>", "250")
    departure_log.forget_departures(timezone.now() + timedelta(days=100))
    assert len(list(departure_log.log_directory().iterdir())) == 1
    departure_log.forget_departures(timezone.now() + timedelta(days=170))
    assert list(departure_log.log_directory().iterdir()) == []


def test_a_claim_that_is_rolled_back_leaves_no_mark(relay: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mark that is ahead of the database for another reason than a restore would hold every letter."""
    letter()
    monkeypatch.setattr(claim, "_claim_all", lambda *_: (_ for _ in ()).throw(RuntimeError("broken")))
    with pytest.raises(RuntimeError):
        tasks.send_due_letters()
    assert database_mark.number_in_file() <= database_mark.number_in_database()
    assert draft().key != only().key
