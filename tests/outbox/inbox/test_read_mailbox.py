"""The reply mailbox is read: what is dealt with is moved, and what breaks stops nothing."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from dialog_portal.base.states import NotAllowed
from dialog_portal.environment import mailbox_settings as from_url
from dialog_portal.outbox.health import outbox_health
from dialog_portal.outbox.inbox import bounces, imap, read_mailbox
from dialog_portal.outbox.inbox.incoming_letter import Mail
from dialog_portal.outbox.inbox.read_mailbox import judge_letter
from dialog_portal.outbox.models import Incoming, Letter, Pulse, State
from meetings import tasks
from meetings.models import Reply
from tests.outbox.inbox.visiting import kinds
from tests.outbox.inbox.world import Inbox

FILED = imap.FILED_FOLDER


def failing(fault: Exception) -> read_mailbox.Handler:
    """A room that cannot take any letter."""

    def hear(_mail: Mail) -> str:
        raise fault

    return hear


# --- What stands in the mailbox --------------------------------------------------------------------------------------


def test_what_is_dealt_with_is_moved_and_what_is_for_people_lies_untouched(world: Inbox, imap):
    for raw in (world.failed(), world.plain("Subject: Fråga\n"), world.plain("X-Autoreply: yes\n")):
        imap.deliver(raw)
    tasks.read_mailbox()
    assert [one.uid for one in imap.folders[FILED]] == [1]
    assert [(one.uid, one.flags) for one in imap.inbox] == [(2, set()), (3, set())]


@pytest.mark.parametrize(
    ("extensions", "may_create", "filed", "left"),
    [
        (("MOVE",), True, 1, []),
        (("UIDPLUS",), True, 1, []),
        ((), True, 0, [{r"\Seen"}]),
        (("MOVE",), False, 0, [{r"\Seen"}]),
    ],
)
def test_servers_that_can_less_are_served_as_well(world: Inbox, imap, extensions, may_create, filed, left):
    imap.extensions, imap.may_create = extensions, may_create
    imap.deliver(world.failed())
    for _ in range(2):
        tasks.read_mailbox()
    assert len(imap.folders.get(FILED, [])) == filed
    assert [one.flags for one in imap.inbox] == left
    assert kinds() == ["bounced"]


def test_only_the_beginning_of_a_huge_letter_is_read(world: Inbox, imap, monkeypatch):
    monkeypatch.setattr("dialog_portal.outbox.inbox.imap.MAX_LETTER_BYTES", 4000)
    imap.deliver(world.failed(returned="x" * 3_000_000))
    tasks.read_mailbox()
    assert world.fresh().state == State.BOUNCED


def test_a_letter_that_breaks_its_reader_does_not_stop_the_next(world: Inbox, imap, monkeypatch):
    real = bounces.delivery_report

    def report(mail: Mail) -> bounces.Report | None:
        if b"bryt" in mail.raw:
            raise IndexError
        return real(mail)

    monkeypatch.setattr(bounces, "delivery_report", report)
    imap.deliver(world.plain("Subject: bryt\n"))
    imap.deliver(world.failed())
    tasks.read_mailbox()
    assert kinds() == ["unreadable", "bounced"]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (ValidationError("Brevet kan inte skrivas."), "Brevet kan inte skrivas."),
        (NotAllowed("Mötet är inställt."), "Mötet är inställt."),
        (IntegrityError("key exists"), "IntegrityError"),
    ],
)
def test_a_letter_that_asks_for_what_cannot_be_done_is_left_for_people_with_the_reason(
    world: Inbox, imap, fault: Exception, reason: str
):
    imap.deliver(world.plain("Subject: Fråga\n"))
    imap.deliver(world.failed())
    read_mailbox.read_new_letters([failing(fault)])
    assert (kinds(), Incoming.objects.earliest("pk").text) == (["unreadable", "bounced"], reason)
    assert [one.uid for one in imap.inbox] == [1]


def test_a_letter_that_no_rule_foresaw_stops_none_behind_it_and_is_told_of(world: Inbox, imap):
    imap.deliver(world.plain("Subject: Fråga\n"))
    imap.deliver(world.failed())
    with pytest.raises(ExceptionGroup):
        read_mailbox.read_new_letters([failing(RuntimeError("a fault of ours"))])
    assert (kinds(), world.fresh().state) == (["bounced"], State.BOUNCED)
    tasks.read_mailbox()
    assert sorted(kinds()) == ["bounced", "people"]


def test_control_a_fault_that_nothing_catches_stops_the_letters_behind_it(world: Inbox, imap, monkeypatch):
    monkeypatch.setattr(read_mailbox, "ONE_LETTERS_FAULT", ())
    monkeypatch.setattr(
        read_mailbox,
        "judge_or_collect",
        lambda visit, uid, handlers, _failures: judge_letter(visit, uid, handlers),
    )
    imap.deliver(world.plain("Subject: Fråga\n"))
    imap.deliver(world.failed())
    with pytest.raises(ValidationError):
        read_mailbox.read_new_letters([failing(ValidationError("nej"))])
    assert (kinds(), world.fresh().state) == ([], State.ACCEPTED)


def test_new_numbers_for_the_same_letters_change_nothing(world: Inbox, imap):
    imap.deliver(world.reply())
    imap.deliver(world.plain("Subject: Fråga\n"))
    imap.drop_at = "MOVE"
    tasks.read_mailbox()
    imap.drop_at, imap.validity = "", 8
    tasks.read_mailbox()
    assert kinds() == ["answer", "people", "copy", "copy"]
    assert Reply.objects.count() == 1


def test_without_a_mailbox_nothing_is_asked(db, settings):
    settings.MAILBOX = {}
    assert read_mailbox.read_new_letters() == 0


# --- When something breaks -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["MOVE", "CREATE"])
def test_a_crash_between_commit_and_move_answers_once_and_moves_later(world: Inbox, imap, command):
    imap.drop_at = command
    imap.deliver(world.reply())
    tasks.read_mailbox()
    assert (Reply.objects.count(), len(imap.inbox)) == (1, 1)
    imap.drop_at = ""
    tasks.read_mailbox()
    assert (Reply.objects.count(), len(imap.inbox), len(imap.folders[FILED])) == (1, 0, 1)
    assert Letter.objects.filter(purpose="receipt").count() == 1


def test_a_crash_before_commit_leaves_the_letter_for_the_next_visit(world: Inbox, imap, monkeypatch):
    imap.deliver(world.reply())

    class PowerFailure(BaseException):
        pass

    def lost(*_args: object, **_values: object) -> None:
        raise PowerFailure

    with monkeypatch.context() as patch:
        patch.setattr(Incoming, "save", lost)
        with pytest.raises(PowerFailure):
            tasks.read_mailbox()
    assert (Reply.objects.count(), len(imap.inbox)) == (0, 1)
    tasks.read_mailbox()
    assert Reply.objects.count() == 1


def test_control_moving_before_the_commit_loses_the_answer(world: Inbox, imap, monkeypatch):
    uid = imap.deliver(world.reply())
    with pytest.raises(RuntimeError), transaction.atomic(), imap_visit(imap) as visit:
        visit.file([uid])
        read_mailbox.judge_letter(visit, uid, [])
        raise RuntimeError
    tasks.read_mailbox()
    assert Reply.objects.count() == 0


def imap_visit(server) -> imap.Visit:
    return imap.Visit(server.settings)


@pytest.mark.parametrize("command", ["LOGIN", "CAPABILITY", "SELECT", "SEARCH", "FETCH"])
def test_a_server_that_hangs_up_is_tried_again_later(world: Inbox, imap, command):
    imap.deliver(world.failed())
    imap.drop_at = command
    tasks.read_mailbox()
    assert kinds() == []
    imap.drop_at = ""
    tasks.read_mailbox()
    assert kinds() == ["bounced"]


def test_staff_are_told_when_nobody_has_read_for_half_an_hour(world: Inbox, imap, settings):
    settings.MAILBOX = {**settings.MAILBOX, "password": "fel"}
    tasks.read_mailbox()
    Pulse.objects.filter(name="mailbox").update(at=timezone.now() - timedelta(minutes=31))
    tasks.read_mailbox()
    assert any("har inte kunnat läsas" in banner for banner in outbox_health().banners)
    settings.MAILBOX = imap.settings
    tasks.read_mailbox()
    assert not any("har inte kunnat läsas" in banner for banner in outbox_health().banners)


def test_a_server_that_says_nothing_is_left_in_time(db, settings, monkeypatch):
    monkeypatch.setattr("dialog_portal.outbox.inbox.imap.ANSWER_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.MAILBOX = from_url(f"imap://a:b@127.0.0.1:{silent.getsockname()[1]}/INBOX")
        assert read_mailbox.read_new_letters() == 0


GREETING = b"* OK ready"  # and never the end of the line
HELLO = b"\x16\x03\x03\x3f\xff\x02"  # the head of a long record of TLS, of which the rest never comes


class Drip:
    """A server that says its beginning, then a byte every 0.02 seconds: so many, or until the client is gone."""

    def __init__(self, beginning: bytes, most: int) -> None:
        self.beginning, self.most, self.sent = beginning, most, 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self._drip, daemon=True)

    def _drip(self) -> None:
        call, _ = self.socket.accept()
        with call, suppress(OSError):
            call.send(self.beginning)
            call.settimeout(0.02)
            while self.sent < self.most and not self._gone(call):
                call.send(b"2")
                self.sent += 1

    def _gone(self, call: socket.socket) -> bool:
        try:
            return not call.recv(4096)
        except TimeoutError:
            return False

    def __enter__(self) -> Drip:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.thread.join()
        self.socket.close()


def read_from(server: Drip, settings, *, tls: bool) -> int:
    """Read the mailbox that the server pretends to be; return the bytes it dripped before it was left."""
    settings.MAILBOX = from_url(f"imap://a:b@127.0.0.1:{server.socket.getsockname()[1]}/INBOX") | {"tls": tls}
    with server:
        assert read_mailbox.read_new_letters() == 0
    return server.sent


@pytest.mark.parametrize(
    ("beginning", "tls"), [(GREETING, False), (GREETING + b"\r\n", False), (HELLO, True)]
)
def test_a_server_that_drips_is_left_when_the_visit_is_over(db, settings, monkeypatch, beginning, tls):
    """While it greets, while it answers, and while it begins TLS."""
    monkeypatch.setattr("dialog_portal.outbox.inbox.imap.MAX_VISIT_SECONDS", 0.3)
    assert read_from(Drip(beginning, 2000), settings, tls=tls) < 2000


@pytest.mark.parametrize(("beginning", "tls"), [(GREETING, False), (HELLO, True)])
def test_control_without_the_limit_it_is_heard_to_the_end(db, settings, beginning, tls):
    assert read_from(Drip(beginning, 40), settings, tls=tls) == 40


# --- The setting -----------------------------------------------------------------------------------------------------


def test_the_address_of_the_mailbox_is_read():
    assert from_url("imaps://dialog%40region.example:p%40ss@imap.region.example/Svar") == {
        "host": "imap.region.example", "port": 993, "tls": True, "user": "dialog@region.example",
        "password": "p@ss", "folder": "Svar", "oauth": {},
    }  # fmt: skip
    assert from_url("") == {}


def test_a_folder_that_imap_cannot_say_stops_the_start_and_not_each_visit():
    with pytest.raises(ImproperlyConfigured, match="&AMU-terbud"):
        from_url("imaps://a:b@imap.region.example/%C3%85terbud")


@pytest.mark.parametrize(
    "url",
    ["imap://a:b@imap.region.example/", "imaps://imap.region.example/", "https://a:b@c/", "imaps://a@c/"],
)
def test_a_mailbox_without_encryption_or_password_stops_the_start(url: str):
    with pytest.raises(ImproperlyConfigured):
        from_url(url)
